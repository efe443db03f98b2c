import type { Comparison } from '#/domain/tree-model';

/** One split that a row meets on its way to a leaf. */
export interface PathStep {
  /** Model feature, and the column's own name where the model has one. */
  readonly feature: number;
  readonly name: string | null;
  readonly comparison: Comparison;
  readonly threshold: number;
  /** Members of the set for `in`; else []. */
  readonly codes: readonly number[];
  /** What the tree compared: the row's value after the model's own steps; NaN where missing. */
  readonly value: number;
  readonly yes: boolean;
}

export interface DecisionPath {
  readonly nTrees: number;
  readonly tree: number;
  readonly steps: readonly PathStep[];
  /** Values of the leaf, one a stored output, in the space of the sum. */
  readonly leaf: Float64Array;
  /** Training (or background) rows that ended in the same leaf; NaN when unknown. */
  readonly leafCover: number;
  /** [nTrees, nOutputs]: what each tree adds to this row's sum. */
  readonly contributions: Float64Array;
}
