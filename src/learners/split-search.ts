import type { FeatureBins } from '#/learners/feature-bins';

/** Limits on splits; LightGBM's names and defaults. */
export interface SplitRules {
  /** min_data_in_leaf, 20. */
  readonly minRows: number;
  /** min_sum_hessian_in_leaf, 1e-3. */
  readonly minHessian: number;
  /** lambda_l2, 0. */
  readonly lambda: number;
  /** cat_smooth, 10. */
  readonly catSmooth: number;
  /** cat_l2, 10. */
  readonly catLambda: number;
  /** max_cat_threshold, 32. */
  readonly maxCodes: number;
  /** max_cat_to_onehot, 4. */
  readonly oneHotBins: number;
  /** min_data_per_group, 100. */
  readonly minGroupRows: number;
}

/** Sums over the rows of a leaf. */
export interface LeafSums {
  readonly count: number;
  readonly gradient: number;
  readonly hessian: number;
}

/** A way to split a leaf. Rows in bins <= `bin` (numeric) or in `codeBins` (categorical) go to the yes side. */
export interface Split {
  readonly feature: number;
  /** Gain over the unsplit leaf. */
  readonly gain: number;
  /** Numeric: last bin of the yes side; categorical: -1. */
  readonly bin: number;
  readonly codeBins: readonly number[];
  readonly missingYes: boolean;
  /** Sums of the yes side. */
  readonly gradient: number;
  readonly hessian: number;
  /** l2 for the values of both sides (larger for categorical splits). */
  readonly lambda: number;
}

const EPSILON = 1e-15;

function score(gradient: number, hessian: number, lambda: number): number {
  return (gradient * gradient) / (hessian + lambda);
}

/**
 * The best split of a leaf on one feature, by second-order gain G^2 / (H + lambda) (Chen and Guestrin 2016, eq. 7 without the
 * constant). Rules and order of the candidates as in LightGBM 4 (feature_histogram.hpp): rows of a bin are counted by their
 * share of the hessian; among equal gains the largest threshold wins; categorical splits sort the codes by
 * gradient / (hessian + cat_smooth) and cut from both ends (Fisher 1958; Ke et al. 2017).
 * @param histogram - [gradient, hessian] by bin from `at`
 * @returns null when no candidate has a positive gain within the rules
 */
export function bestSplit(
  bins: FeatureBins,
  feature: number,
  histogram: Float64Array,
  at: number,
  leaf: LeafSums,
  rules: SplitRules,
): Split | null {
  return bins.kind === 'numeric'
    ? numericSplit(bins.nBins, bins.missingBin, feature, histogram, at, leaf, rules)
    : categoricalSplit(bins.nBins, feature, histogram, at, leaf, rules);
}

function numericSplit(
  nBins: number,
  missingBin: number,
  feature: number,
  histogram: Float64Array,
  at: number,
  leaf: LeafSums,
  rules: SplitRules,
): Split | null {
  const { minRows, minHessian, lambda } = rules;
  const total = leaf.hessian + 2 * EPSILON;
  const rowsPerHessian = leaf.count / total;
  const shift = score(leaf.gradient, total, lambda);
  let best = -Infinity;
  let bestBin = -1;
  let bestMissingYes = false;
  let bestGradient = 0;
  let bestHessian = 0;
  // Downwards: what is not summed up, missing values among it, is the yes side.
  const bothWays = missingBin >= 0 && nBins > 2;
  let gradient = 0;
  let hessian = EPSILON;
  let count = 0;
  for (let bin = bothWays ? nBins - 2 : nBins - 1; bin >= 1; bin--) {
    const binHessian = histogram[at + 2 * bin + 1]!;
    gradient += histogram[at + 2 * bin]!;
    hessian += binHessian;
    count += Math.round(binHessian * rowsPerHessian);
    if (count < minRows || hessian < minHessian) continue;
    const rest = total - hessian;
    if (leaf.count - count < minRows || rest < minHessian) break;
    const gain = score(gradient, hessian, lambda) + score(leaf.gradient - gradient, rest, lambda);
    if (gain > shift && gain > best) {
      best = gain;
      bestBin = bin - 1;
      bestMissingYes = bothWays;
      bestGradient = leaf.gradient - gradient;
      bestHessian = rest - EPSILON;
    }
  }
  if (bothWays) {
    gradient = 0;
    hessian = EPSILON;
    count = 0;
    for (let bin = 0; bin < nBins - 1; bin++) {
      const binHessian = histogram[at + 2 * bin + 1]!;
      gradient += histogram[at + 2 * bin]!;
      hessian += binHessian;
      count += Math.round(binHessian * rowsPerHessian);
      if (count < minRows || hessian < minHessian) continue;
      const rest = total - hessian;
      if (leaf.count - count < minRows || rest < minHessian) break;
      const gain = score(gradient, hessian, lambda) + score(leaf.gradient - gradient, rest, lambda);
      if (gain > shift && gain > best) {
        best = gain;
        bestBin = bin;
        bestMissingYes = false;
        bestGradient = gradient;
        bestHessian = hessian - EPSILON;
      }
    }
  }
  if (bestBin < 0) return null;
  return {
    feature,
    gain: best - shift,
    bin: bestBin,
    codeBins: [],
    missingYes: bestMissingYes,
    gradient: bestGradient,
    hessian: bestHessian,
    lambda,
  };
}

function categoricalSplit(
  nBins: number,
  feature: number,
  histogram: Float64Array,
  at: number,
  leaf: LeafSums,
  rules: SplitRules,
): Split | null {
  const { minRows, minHessian, minGroupRows } = rules;
  const total = leaf.hessian + 2 * EPSILON;
  const rowsPerHessian = leaf.count / total;
  const shift = score(leaf.gradient, total, rules.lambda);
  const gradientOf = (bin: number): number => histogram[at + 2 * bin]!;
  const hessianOf = (bin: number): number => histogram[at + 2 * bin + 1]!;
  const rowsOf = (bin: number): number => Math.round(hessianOf(bin) * rowsPerHessian);
  let best: Split | null = null;
  let bestGain = -Infinity;
  const consider = (codeBins: readonly number[], gradient: number, hessian: number, lambda: number): void => {
    const gain = score(gradient, hessian, lambda) + score(leaf.gradient - gradient, total - hessian, lambda);
    if (!(gain > shift && gain > bestGain)) return;
    bestGain = gain;
    best = { feature, gain: gain - shift, bin: -1, codeBins, missingYes: false, gradient, hessian: hessian - EPSILON, lambda };
  };
  if (nBins <= rules.oneHotBins) {
    for (let bin = 1; bin < nBins; bin++) {
      const hessian = hessianOf(bin) + EPSILON;
      const rest = total - hessian;
      const count = rowsOf(bin);
      if (count < minRows || hessian < minHessian || leaf.count - count < minRows || rest < minHessian) continue;
      consider([bin], gradientOf(bin), hessian, rules.lambda);
    }
    return best;
  }
  const lambda = rules.lambda + rules.catLambda;
  const rank = (bin: number): number => gradientOf(bin) / (hessianOf(bin) + rules.catSmooth);
  const used: number[] = [];
  for (let bin = 1; bin < nBins; bin++) if (rowsOf(bin) >= rules.catSmooth) used.push(bin);
  used.sort((a, b) => rank(a) - rank(b) || a - b);
  const most = Math.min(rules.maxCodes, Math.trunc((used.length + 1) / 2));
  for (const ordered of [used, used.toReversed()]) {
    let gradient = 0;
    let hessian = EPSILON;
    let count = 0;
    let group = 0;
    for (let i = 0; i < ordered.length && i < most; i++) {
      const bin = ordered[i]!;
      gradient += gradientOf(bin);
      hessian += hessianOf(bin);
      count += rowsOf(bin);
      group += rowsOf(bin);
      if (count < minRows || hessian < minHessian) continue;
      const right = leaf.count - count;
      if (right < minRows || right < minGroupRows || total - hessian < minHessian) break;
      if (group < minGroupRows) continue;
      group = 0;
      consider(ordered.slice(0, i + 1), gradient, hessian, lambda);
    }
  }
  return best;
}
