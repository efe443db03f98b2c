import type { Coverage, Scope } from '#/queries/scope';

export type GlobalSort = { readonly kind: 'total' } | { readonly kind: 'class'; readonly classIndex: number };

export interface GlobalImportanceParams {
  readonly scope: Scope;
  readonly sort: GlobalSort;
}

/** Another importance per feature (permutation, saved in the file, native), aligned with `names`. NaN where it has none. */
export interface ImportanceSeries {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly values: Float64Array;
  /** Standard deviation over repeats, where known. */
  readonly spread: Float64Array | null;
  readonly signed: boolean;
}

/**
 * Global importance = mean over explained rows of |value|; for several classes the segment of class k is that mean divided
 * by the number of classes, so that the total equals interpret-community's global.
 */
export interface GlobalImportanceAnswer {
  readonly names: readonly string[];
  /** Feature positions, most important first by `sort`. */
  readonly order: Int32Array;
  /** One segment a class for multiclass when the choice is predicted or mean-abs, else a single one. */
  readonly segments: readonly { readonly label: string; readonly classIndex: number; readonly values: Float64Array }[];
  readonly total: Float64Array;
  /** Mean signed value for a choice with one output; null otherwise. */
  readonly signedMean: Float64Array | null;
  /** Spread over rows: 25th and 75th percentile of |value|; null for global-only. */
  readonly spread: { readonly low: Float64Array; readonly high: Float64Array } | null;
  /** Sampling explainers: standard error of `total`, and the mean |value| that pure noise would give (the noise floor). */
  readonly sampling: { readonly error: Float64Array; readonly noiseFloor: Float64Array } | null;
  readonly series: readonly ImportanceSeries[];
  /** True when there are no local values and `total` is the saved global. */
  readonly globalOnly: boolean;
  /** How `total` came to be: `mean |value|`, or the file's own meaning. */
  readonly meaning: string;
  readonly unit: string;
  readonly outputLabel: string;
  readonly coverage: Coverage;
}
