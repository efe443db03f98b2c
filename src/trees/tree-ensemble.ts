/**
 * A tree ensemble as a structure of arrays; nodes of all trees in one index space, children by absolute position.
 *
 *   node n is a leaf when feature[n] === -1; its values are leafValues[leafStart[n] * nOutputs + k]
 *   otherwise go `yes` when the comparison holds (or the value is NaN and missingYes[n] === 1), else `no`
 */
export type Comparison = 'lt' | 'lte' | 'gt' | 'gte' | 'eq' | 'neq';

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
}

export const COMPARISONS: readonly Comparison[] = ['lt', 'lte', 'gt', 'gte', 'eq', 'neq'];

/** One step of what a pipeline does to a single column before the ensemble sees it; no step mixes columns. */
export type ColumnStep =
  | { readonly kind: 'to float32' }
  /** (x - offset) * scale in float32. */
  | { readonly kind: 'scale'; readonly offset: number; readonly scale: number }
  /** `replaced` (NaN or a number) becomes `value`. */
  | { readonly kind: 'impute'; readonly replaced: number; readonly value: number };

/** Where an ensemble feature comes from: one model feature through steps. */
export interface TreeSource {
  readonly feature: number;
  readonly steps: readonly ColumnStep[];
}

/** From the ensemble's sum to the model's stored prediction. */
export type TreeLink = 'identity' | 'logit' | 'softmax';

/**
 * A tree model over the study's features. Stored outputs as in domain/outputs (binary: class 1 only).
 * prediction = inverse link(ensemble sum); `space` names the space of the sum.
 */
export interface TreeModel {
  readonly ensemble: TreeEnsemble;
  /** By ensemble feature. */
  readonly sources: readonly TreeSource[];
  readonly link: TreeLink;
  readonly sumSpace: 'log-odds' | 'probability' | 'value' | 'softmax margin' | 'score';
}
