/**
 * Moves values so that each row sums to a wanted total: interpret-community 0.32's way from log-odds to probabilities
 * (`_scale_single_shap_matrix`). The gap between total and sum is shared out in proportion to |value|, at most up to the sum of |value|;
 * what is left of it is spread equally. It keeps the sum right; it gives no Shapley values of the probability.
 * @param values - [nRows * nPlayers] row-major, changed in place
 * @param totals - by row: the prediction, in the space that values and base shall have
 */
export function scaleToTotals(values: Float64Array, nPlayers: number, base: number, totals: ArrayLike<number>): void {
  for (let row = 0; row < totals.length; row++) {
    const own = values.subarray(row * nPlayers, (row + 1) * nPlayers);
    let sum = 0;
    let size = 0;
    for (const value of own) {
      sum += value;
      size += Math.abs(value);
    }
    const gap = totals[row]! - sum - base;
    const shared = Math.sign(gap) * Math.min(Math.abs(gap), size);
    const spread = (gap - shared) / nPlayers;
    for (let j = 0; j < nPlayers; j++) own[j]! += (size > 0 ? (shared * Math.abs(own[j]!)) / size : 0) + spread;
  }
}
