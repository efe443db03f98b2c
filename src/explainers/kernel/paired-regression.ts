import { LimpidError } from '#/base/errors';
import { choleskyInPlace, choleskySolveInPlace } from '#/math/least-squares';
import type { CoalitionDesign } from '#/explainers/kernel/coalition-design';

/** A regression of coalition values on players, factored once for a design. */
export interface PairedRegression {
  readonly design: CoalitionDesign;
  /** [nPairs, nPlayers] row-major: value_j = gap / nPlayers + sum over pairs of estimator[pair][j] * difference[pair]. */
  readonly estimator: Float64Array;
  /** By pair: what its residual is divided by before it enters the standard error. */
  readonly shrinkage: Float64Array;
}

/**
 * The weighted least squares problem of Kernel SHAP on sampled pairs, solved up to the values.
 *
 * With a = P z (z the 0/1 vector of S, P = I - 11'/M) a complement has -a, so that a pair counts through the difference
 * d = [v(S) - v(S^c)] - (2 |S| - M) gap / M of its two values only, and
 *
 *   values = G^-1 sum of k a d + gap / M,   G = 2 sum of k a a' + 11'/M     (rank M - 1 without the last term)
 *
 * where k is the Shapley kernel over the pair's chance to be drawn. 1' G^-1 a = 0: values sum to gap by construction.
 * (LeverageSHAP, arXiv 2410.01917, eq. 7; rank fix: ALGORITHMS 12.5.)
 */
export function factorPairedRegression(design: CoalitionDesign): PairedRegression {
  const { nPlayers: n, nPairs, members, strata } = design;
  const estimator = new Float64Array(nPairs * n);
  const weights = new Float64Array(nPairs);
  let trace = 0;
  for (const { size, start, end } of strata) {
    // Kernel 1 / (C(n, s) s (n - s)) times population / drawn: the binomial cancels.
    const weight = (2 * size === n ? 0.5 : 1) / (size * (n - size) * (end - start));
    weights.fill(weight, start, end);
    trace += (2 * weight * (end - start) * size * (n - size)) / n;
  }
  const scale = (n - 1) / trace;
  const gram = new Float64Array(n * n).fill(1 / n);
  const contrast = new Float64Array(n);
  for (const { size, start, end } of strata) {
    for (let pair = start; pair < end; pair++) {
      const weight = (weights[pair]! *= scale);
      for (let j = 0; j < n; j++) contrast[j] = members[pair * n + j]! - size / n;
      for (let i = 0; i < n; i++) {
        const factor = 2 * weight * contrast[i]!;
        for (let j = 0; j <= i; j++) gram[i * n + j]! += factor * contrast[j]!;
      }
    }
  }
  if (!choleskyInPlace(gram, n)) throw new LimpidError({ tag: 'Internal', message: 'The coalition design does not determine the values.' });
  const shrinkage = new Float64Array(nPairs);
  for (const { size, start, end } of strata) {
    for (let pair = start; pair < end; pair++) {
      for (let j = 0; j < n; j++) contrast[j] = weights[pair]! * (members[pair * n + j]! - size / n);
      choleskySolveInPlace(gram, n, contrast);
      estimator.set(contrast, pair * n);
      let leverage = 0;
      for (let j = 0; j < n; j++) leverage += 2 * contrast[j]! * (members[pair * n + j]! - size / n);
      shrinkage[pair] = Math.max(1 - leverage, 1e-3);
    }
  }
  return { design, estimator, shrinkage };
}

/** Rounding of coalition values that a standard error never goes below, relative to the largest difference. */
const ROUNDING = 2 ** -50;

/**
 * Values of one row and output, with standard errors.
 *
 * The standard error is that of stratified sampling without replacement, linearised: the variance within each size of
 * estimator * residual, times 1 - (drawn / population); residuals are divided by 1 - leverage first, as in the jackknife
 * (HC3), since the fit shrinks them. Sizes that were drawn completely add nothing.
 *
 * @param differences - [nPairs] v(S) - v(complement), changed: becomes the differences left after the mean part
 * @param gap - v(all) - v(none)
 * @param values - [nPlayers], written; sums to `gap`
 * @param errors - [nPlayers], written
 */
export function fitPairs(
  regression: PairedRegression,
  differences: Float64Array,
  gap: number,
  values: Float64Array,
  errors: Float64Array,
): void {
  const { design, estimator, shrinkage } = regression;
  const { nPlayers: n, members, strata } = design;
  let largest = Math.abs(gap);
  values.fill(0);
  for (const { size, start, end } of strata) {
    for (let pair = start; pair < end; pair++) {
      largest = Math.max(largest, Math.abs(differences[pair]!));
      const difference = (differences[pair]! -= ((2 * size - n) * gap) / n);
      for (let j = 0; j < n; j++) values[j]! += estimator[pair * n + j]! * difference;
    }
  }
  errors.fill((ROUNDING * largest) ** 2);
  const sums = new Float64Array(n);
  const squares = new Float64Array(n);
  for (const { population, start, end } of strata) {
    const drawn = end - start;
    if (drawn === population) continue;
    sums.fill(0);
    squares.fill(0);
    for (let pair = start; pair < end; pair++) {
      let fitted = 0;
      for (let j = 0; j < n; j++) if (members[pair * n + j] === 1) fitted += values[j]!;
      const residual = (differences[pair]! - 2 * fitted) / shrinkage[pair]!;
      for (let j = 0; j < n; j++) {
        const part = estimator[pair * n + j]! * residual;
        sums[j]! += part;
        squares[j]! += part * part;
      }
    }
    const factor = ((1 - drawn / population) * drawn) / (drawn - 1);
    for (let j = 0; j < n; j++) errors[j]! += factor * Math.max(0, squares[j]! - (sums[j]! * sums[j]!) / drawn);
  }
  for (let j = 0; j < n; j++) {
    values[j]! += gap / n;
    errors[j] = Math.sqrt(errors[j]!);
  }
}
