import type { EncodedRows, FeatureSchema, Predictor } from '#/domain/model';
import type { Outputs, PredictionSpace } from '#/domain/outputs';
import type { AdditiveSpace } from '#/domain/units';
import type { TreeModel } from '#/trees/tree-ensemble';

export type ExplainerId = 'kernel' | 'tree-interventional' | 'tree-path-dependent';

/** Background rows with weights that sum to 1. */
export interface Background {
  readonly rows: EncodedRows;
  readonly weights: Float64Array;
}

/** Everything that decides the values; structured-cloneable, hashed for resume and provenance. */
export interface ExplainSpec {
  readonly explainer: ExplainerId;
  readonly background: Background;
  /** `raw`: margin where the model has one, else what it predicts. `probability`: probabilities (or the value). */
  readonly outputSpace: 'raw' | 'probability';
  readonly seed: number;
  /** Kernel: `budget` coalitions a row (0 = auto), `link` identity | logit, `l1` none. Path-dependent: `covers` auto | background. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

export interface ExplainerEnvironment {
  readonly predictor: Predictor;
  /** Null when the model is no tree ensemble over kept-apart columns. */
  readonly trees: TreeModel | null;
  readonly features: readonly FeatureSchema[];
  readonly outputs: Outputs;
}

/** Values of a chunk of rows. */
export interface ExplainedChunk {
  /** [nOutputs][nRows * nFeatures] row-major. */
  readonly values: readonly Float64Array[];
  /** Same shape, where sampled; null when exact. */
  readonly standardErrors: readonly Float64Array[] | null;
  /** Model evaluations spent. */
  readonly evaluations: number;
}

export interface PreparedExplainer {
  /** [nOutputs] in `space`. */
  readonly baseValues: Float64Array;
  readonly space: AdditiveSpace;
  readonly exact: boolean;
  /** Rows to give per call, so that one call stays near 100 ms. */
  readonly chunkRows: number;
  /**
   * @param rowIds - table rows (negative for edited rows): seeds are hash(job seed, row id)
   * @throws LimpidError `Aborted` | `ModelFailed`
   */
  explain(rows: EncodedRows, rowIds: Int32Array, signal?: AbortSignal): Promise<ExplainedChunk>;
}

/** What is known of a model before a run, for the catalogue and the dialog. */
export interface ExplainableModel {
  readonly nFeatures: number;
  readonly nOutputs: number;
  readonly predictionSpace: PredictionSpace;
  /** Number of leaves and deepest path of the tree model, or why there is none. */
  readonly trees:
    { readonly leaves: number; readonly depth: number; readonly nTrees: number; readonly link: string } | { readonly reason: string };
  /** Measured on the spot: seconds per predicted row. */
  readonly secondsPerRow: number;
}

export interface ExplainEstimate {
  readonly evaluationsPerRow: number;
  readonly secondsPerRow: number;
  /** Bytes of result per explained row. */
  readonly bytesPerRow: number;
  /** Exact values, or sampled with standard errors. */
  readonly exact: boolean;
}

/** One explainer of the catalogue. */
export interface Explainer {
  readonly id: ExplainerId;
  readonly label: string;
  /** Whose semantics: `definition`, `shap KernelExplainer`. */
  readonly semantics: string;
  /** One sentence for the dialog. */
  readonly sentence: string;
  /** Null when it applies, else the reason why not. */
  unavailable(model: ExplainableModel): string | null;
  /** Output spaces it offers for this model, best first. */
  outputSpaces(model: ExplainableModel): readonly ('raw' | 'probability')[];
  estimate(model: ExplainableModel, backgroundRows: number, parameters: ExplainSpec['parameters']): ExplainEstimate;
  /** @throws LimpidError `BadRequest` | `BudgetTooSmall` */
  prepare(spec: ExplainSpec, environment: ExplainerEnvironment, signal?: AbortSignal): Promise<PreparedExplainer>;
}
