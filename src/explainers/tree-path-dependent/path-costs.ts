import type { ParameterSpec } from '#/explainers/parameters';

export const COVERS = {
  kind: 'choice',
  id: 'covers',
  label: 'Covers',
  hint: 'How many rows took each branch',
  default: 'auto',
  options: [
    { value: 'auto', label: "The model's own, else from background" },
    { value: 'background', label: 'From background' },
  ],
} as const satisfies ParameterSpec;

/** Measured with many rows: seconds for a leaf and row when patterns are shared between rows, and for a factor of a product when not. */
const SECONDS_A_LEAF = 1.5e-7;
const SECONDS_A_FACTOR = 2.2e-9;
/** Leaves with up to this many slots share patterns between rows. */
const SHARED_SLOTS = 12;

/** Seconds a row of the plain code. */
export function plainPathSeconds(leaves: number, slots: number, pairs: boolean): number {
  const products = slots > SHARED_SLOTS ? (SECONDS_A_FACTOR * slots * slots) / 2 : 0;
  return leaves * (SECONDS_A_LEAF + products) * (pairs ? 1 + slots / 2 : 1);
}
