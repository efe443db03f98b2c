import type { ColumnSource, ModelLink, SumSpace } from '#/domain/tree-model';

/**
 * A linear model over the study's features: sum_k = intercept_k + sum_j coefficient_kj * column_j, with each column one
 * feature through its steps. Stored outputs as in domain/outputs (binary: class 1 only); prediction = inverse link(sum).
 */
export interface LinearModel {
  /** [nOutputs, nColumns] row-major. */
  readonly coefficients: Float64Array;
  /** [nOutputs] */
  readonly intercepts: Float64Array;
  readonly nOutputs: number;
  readonly sources: readonly ColumnSource[];
  readonly link: ModelLink;
  readonly sumSpace: SumSpace;
}
