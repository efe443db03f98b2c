/**
 * A tree ensemble as a structure of arrays; nodes of all trees in one index space, children by absolute position.
 *
 *   node n is a leaf when feature[n] === -1; its values are leafValues[leafStart[n] * nOutputs + k]
 *   otherwise go `yes` when the comparison holds (or the value is NaN and missingYes[n] === 1), else `no`
 *
 * `in`: the threshold is a position in `categorySets`; the test holds when the value, cut to a whole number, is a member.
 * Negative numbers and numbers beyond the set are no members.
 */
export type Comparison = 'lt' | 'lte' | 'gt' | 'gte' | 'eq' | 'neq' | 'in';

export interface TreeEnsemble {
  /** Positions of the trees' roots. */
  readonly roots: Int32Array;
  /** Ensemble feature tested by the node, -1 in leaves. */
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  /** By node: position in COMPARISONS. */
  readonly comparison: Uint8Array;
  readonly yes: Int32Array;
  readonly no: Int32Array;
  /** 1: NaN goes to `yes`. */
  readonly missingYes: Uint8Array;
  /** Leaf position in `leafValues` rows; -1 in inner nodes. */
  readonly leaf: Int32Array;
  /** [nLeaves, nOutputs] row-major, already averaged where the model averages. */
  readonly leafValues: Float64Array;
  /** [nOutputs] */
  readonly base: Float64Array;
  readonly nOutputs: number;
  readonly nFeatures: number;
  /** Training (or background) rows that reached each node; null when unknown (ONNX has none). */
  readonly cover: Float64Array | null;
  /** Values are compared as float32 (ONNX float inputs, XGBoost). */
  readonly float32: boolean;
  /** Bit sets of category codes for `in`: code c is bit c % 32 of word c / 32. */
  readonly categorySets: readonly Uint32Array[];
}

export const COMPARISONS: readonly Comparison[] = ['lt', 'lte', 'gt', 'gte', 'eq', 'neq', 'in'];

/** One step of what a pipeline does to a single column before the model sees it; no step mixes columns. */
export type ColumnStep =
  | { readonly kind: 'to float32' }
  /** (x - offset) * scale in float32, or in float64 where the model computes with doubles. */
  | { readonly kind: 'scale'; readonly offset: number; readonly scale: number; readonly float64?: true }
  /** x / by, in float32 or float64 likewise. */
  | { readonly kind: 'divide'; readonly by: number; readonly float64?: true }
  /** `replaced` (NaN or a number) becomes `value`. */
  | { readonly kind: 'impute'; readonly replaced: number; readonly value: number }
  /** Code c of a categorical feature becomes values[c]; NaN and codes beyond the list become `other`. One-hot columns and ordinal encoders. */
  | { readonly kind: 'lookup'; readonly values: Float64Array; readonly other: number }
  /** To a whole number: halves up (`nearest`, how whole-number inputs are filled), or cut off (`zero`, a cast inside the graph). */
  | { readonly kind: 'round'; readonly to: 'nearest' | 'zero' }
  /**
   * Piecewise constant between ascending `points`: values[2i] below points[i] (and above the one before), values[2i + 1] at it,
   * the last value above all; NaN becomes `missing`. Bins, thresholds, categories that are numbers.
   */
  | { readonly kind: 'pieces'; readonly points: Float64Array; readonly values: Float64Array; readonly missing: number };

/** Where a column of an ensemble or a linear model comes from: one model feature through steps. */
export interface ColumnSource {
  readonly feature: number;
  readonly steps: readonly ColumnStep[];
  /** The column's own name where the model has one (`sex=Female`); else the feature's. */
  readonly name?: string;
}

/** From the sum of a tree ensemble or a linear model to the stored prediction. `log`: prediction = exp(sum). */
export type ModelLink = 'identity' | 'logit' | 'softmax' | 'log';

/** The space that sums of a model with readable structure live in. */
export type SumSpace = 'log-odds' | 'probability' | 'value' | 'softmax margin' | 'score' | 'log';

/** An importance that the training library wrote into the model file, by model feature. */
export interface NativeImportance {
  /** `gain`, `total gain`, `cover`, `split count`, `coefficient`. */
  readonly meaning: string;
  /** [features of the model] */
  readonly values: Float64Array;
}

/**
 * A tree model over the study's features. Stored outputs as in domain/outputs (binary: class 1 only).
 * prediction = inverse link(ensemble sum); `sumSpace` names the space of the sum.
 */
export interface TreeModel {
  readonly ensemble: TreeEnsemble;
  /** By ensemble feature. */
  readonly sources: readonly ColumnSource[];
  readonly link: ModelLink;
  readonly sumSpace: SumSpace;
  /** From the file; computed ones (split counts) where the file has none. */
  readonly importances?: readonly NativeImportance[];
}
