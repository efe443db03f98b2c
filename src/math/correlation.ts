import { averageRanks } from '#/math/ranking';

/**
 * Pearson correlation of [start, end) of two arrays over the pairs where both are present.
 * @returns in [-1, 1]; NaN with fewer than two pairs or when one side is constant
 */
export function pearson(a: Float64Array, b: Float64Array, start = 0, end = a.length): number {
  let n = 0;
  let meanA = 0;
  let meanB = 0;
  for (let i = start; i < end; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    n++;
    meanA += x;
    meanB += y;
  }
  if (n < 2) return NaN;
  meanA /= n;
  meanB /= n;
  let cross = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = start; i < end; i++) {
    const x = a[i]! - meanA;
    const y = b[i]! - meanB;
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    cross += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  // A constant side leaves only rounding, which must not pass for a correlation.
  const floor = 1e-20 * n;
  if (squareA <= floor * Math.max(meanA * meanA, Number.MIN_VALUE) || squareB <= floor * Math.max(meanB * meanB, Number.MIN_VALUE))
    return NaN;
  return Math.min(1, Math.max(-1, cross / Math.sqrt(squareA * squareB)));
}

/**
 * Spearman rank correlation (ties share their mean rank).
 * @param xs, ys - [n] without NaN
 * @returns in [-1, 1]; NaN when undefined
 */
export function spearman(xs: Float64Array, ys: Float64Array): number {
  return pearson(averageRanks(xs), averageRanks(ys));
}

/**
 * How strongly another quantity moves the importance of a feature: rows are sorted by the feature's value and cut into
 * short consecutive windows, in which that value is nearly constant; within each, |Pearson correlation| between the
 * importance and the other quantity is taken; their sum is the strength. Windows where a side is constant count 0.
 * The rule of shap 0.51 `approximate_interactions`: windows of min(n / 10, 50) rows.
 * @param importance - [n] sorted by the feature's value
 * @param other - [n] in the same order; NaN missing
 */
export function windowedCorrelation(importance: Float64Array, other: Float64Array): number {
  const n = importance.length;
  const width = Math.max(1, Math.min(Math.floor(n / 10), 50));
  let strength = 0;
  for (let start = 0; start < n; start += width) {
    const correlation = Math.abs(pearson(importance, other, start, Math.min(n, start + width)));
    if (!Number.isNaN(correlation)) strength += correlation;
  }
  return strength;
}
