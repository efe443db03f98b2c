/** Measured: seconds for a leaf and row when patterns are shared between rows, and for a pair of patterns. */
const SECONDS_A_LEAF = 1.5e-7;
const SECONDS_A_PAIR = 1.2e-8;

/** Seconds to count a background row's pattern at a leaf. */
export const SECONDS_A_BACKGROUND_ROW = 2.2e-8;

/** Seconds of the plain code for a job: each distinct pattern of a leaf meets each distinct pattern of the background. */
export function plainInterventionalSeconds(leaves: number, slots: number, backgroundRows: number, nRows: number, pairs: boolean): number {
  const patterns = 2 ** Math.min(slots, 12) / 4;
  const met = Math.min(nRows, slots > 12 ? nRows : patterns) * Math.min(backgroundRows, patterns);
  return leaves * (nRows * SECONDS_A_LEAF + met * SECONDS_A_PAIR) * (pairs ? 1 + slots / 2 : 1);
}
