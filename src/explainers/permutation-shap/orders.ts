import type { ParameterSpec } from '#/explainers/parameters';

export const MAX_EVALS = {
  kind: 'number',
  id: 'maxEvals',
  label: 'Coalitions a row',
  hint: 'Every 2 M + 1 of them pay for one order of the features, there and back (M features)',
  default: 500,
  min: 1,
  max: 1_000_000,
  integer: true,
} as const satisfies ParameterSpec;

/** Orders that a number of coalitions pays for. */
export function ordersFor(maxEvals: number, nPlayers: number): number {
  return Math.floor(maxEvals / (2 * nPlayers + 1));
}
