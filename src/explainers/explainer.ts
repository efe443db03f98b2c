import type { AnchorRule } from '#/domain/anchor-rule';
import type { GradientFacts, GradientPredictor } from '#/domain/gradient-model';
import type { LinearModel } from '#/domain/linear-model';
import type { EncodedRows, FeatureSchema, Predictor } from '#/domain/model';
import type { Outputs, PredictionSpace } from '#/domain/outputs';
import type { Surrogate } from '#/domain/surrogate';
import type { TreeModel } from '#/domain/tree-model';
import type { AdditiveSpace } from '#/domain/units';
import type { Parameters, ParameterSpec } from '#/explainers/parameters';
import type { GpuTables } from '#/kernels/webgpu/choose-tables';

export type { GpuTables };

export type ExplainerId =
  | 'tree-interventional'
  | 'tree-path-dependent'
  | 'linear'
  | 'deep-shap'
  | 'integrated-gradients'
  | 'expected-gradients'
  | 'saliency'
  | 'input-x-gradient'
  | 'layer-conductance'
  | 'layer-activation'
  | 'neuron-conductance'
  | 'kernel'
  | 'permutation-shap'
  | 'mimic'
  | 'lime'
  | 'anchors';

/** Background rows with weights that sum to 1. */
export interface Background {
  readonly rows: EncodedRows;
  readonly weights: Float64Array;
}

/** What `fit` learnt once for a whole job; structured-cloneable, installed in every lane with the spec. */
export interface Fitted {
  readonly surrogate?: Surrogate;
}

/** Everything that decides the values; structured-cloneable, hashed for resume and provenance. */
export interface ExplainSpec {
  readonly explainer: ExplainerId;
  readonly background: Background;
  /** Rows that the method learns from (surrogates, anchors, LIME); null for methods that do not say `needsTraining`. */
  readonly training: EncodedRows | null;
  /** `raw`: margin where the model has one, else what it predicts. `probability`: probabilities (or the value). */
  readonly outputSpace: 'raw' | 'probability';
  readonly seed: number;
  /** By the explainer's own `parameters`; what is absent takes its default. */
  readonly parameters: Parameters;
  /** Rows of the whole job: kernels are chosen by it, never by the size of a chunk. */
  readonly nRows: number;
  readonly fitted: Fitted | null;
}

/**
 * WebAssembly modules of kernels/ by name, compiled once a lane; null where they could not be loaded: the plain float64 code then
 * does the work. Typed bindings are in kernels/.
 */
export interface KernelModules {
  readonly quadrature: WebAssembly.Module;
  readonly tables: WebAssembly.Module;
  /** The tables on a GPU for one job, where a measurement says that they are faster. */
  readonly gpu?: GpuTables;
}

export interface ExplainerEnvironment {
  readonly predictor: Predictor;
  /** Null when the model is no tree ensemble over kept-apart columns. */
  readonly trees: TreeModel | null;
  /** Null when the model is not linear in kept-apart columns. */
  readonly linear: LinearModel | null;
  /** Makes the backward graph, once a lane. Null when the model is no net that can be differentiated. */
  readonly gradients: (() => Promise<GradientPredictor>) | null;
  readonly kernels: KernelModules | null;
  readonly features: readonly FeatureSchema[];
  readonly outputs: Outputs;
}

/** Results of a chunk of rows. */
export interface ExplainedChunk {
  /** [nOutputs][nRows * nPlayers] row-major; empty for methods that give rules. */
  readonly values: readonly Float64Array[];
  /** Same shape, where sampled; null when exact. */
  readonly standardErrors: readonly Float64Array[] | null;
  /** [nOutputs][nRows * nPlayers * nPlayers] when the spec asks for interactions (domain/explanation). */
  readonly interactions?: readonly Float64Array[];
  /** One a row. */
  readonly rules?: readonly AnchorRule[];
  /** [nOutputs][nRows] the base of each row, where it differs by row (LIME's intercept). */
  readonly rowBaseValues?: readonly Float64Array[];
  /** [nOutputs][nRows] R² of the row's own local model on its sample (LIME). */
  readonly localFidelity?: readonly Float64Array[];
  /** Model evaluations spent. */
  readonly evaluations: number;
}

export interface PreparedExplainer {
  /** [nOutputs] in `space`; NaN where the method has none. */
  readonly baseValues: Float64Array;
  readonly space: AdditiveSpace;
  readonly exact: boolean;
  /** How sums relate to the model's prediction: checked, imposed by the method, those of the surrogate, or not additive (with the reason). */
  readonly additivity: 'measured' | 'by construction' | 'surrogate' | { readonly notAdditive: string };
  /** Rows to give per call, so that one call stays near 100 ms. Depends on the spec alone. */
  readonly chunkRows: number;
  /** Players where they are not the model's features: neurons of a layer, engineered columns, groups. */
  readonly players?: { readonly featureSpace: 'layer' | 'engineered' | 'grouped'; readonly features: readonly FeatureSchema[] };
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
  /** Class labels; 0 for regression. */
  readonly nClasses: number;
  readonly predictionSpace: PredictionSpace;
  readonly features: readonly FeatureSchema[];
  /** Number of leaves and deepest path of the tree model, or why there is none. */
  readonly trees:
    | {
        readonly leaves: number;
        readonly depth: number;
        readonly nTrees: number;
        readonly link: string;
        readonly hasCovers: boolean;
        /** That its preparation makes of the features. */
        readonly columns?: number;
      }
    | { readonly reason: string };
  readonly linear: { readonly columns: number; readonly link: string } | { readonly reason: string };
  readonly gradients: GradientFacts | { readonly reason: string };
  /** Measured on the spot: seconds per predicted row. */
  readonly secondsPerRow: number;
}

export interface ExplainEstimate {
  readonly evaluationsPerRow: number;
  readonly secondsPerRow: number;
  /** Seconds before the first row: training a surrogate, background tables. */
  readonly setupSeconds: number;
  /** Bytes of result per explained row. */
  readonly bytesPerRow: number;
  /** Exact values, or sampled with standard errors. */
  readonly exact: boolean;
}

/** What a method gives; views say which they need. */
export type Yields = 'local values' | 'layer values' | 'rules';

/** One explainer of the catalogue. */
export interface Explainer {
  readonly id: ExplainerId;
  readonly label: string;
  readonly family: 'Trees' | 'Linear' | 'Gradients' | 'Any model' | 'Surrogate' | 'Rules';
  readonly yields: Yields;
  /** Whose semantics: `definition`, `shap KernelExplainer`. */
  readonly semantics: string;
  /** One sentence for the dialog. */
  readonly sentence: string;
  /** What it needs of a model, for the docs: `a tree ensemble`, `predictions only`. */
  readonly needs: string;
  /** Where the formula is from: paper, equation, library and version. */
  readonly source: string;
  /** The method compares with background rows (or a baseline made of them). */
  readonly usesBackground: boolean;
  /** The method learns from rows of the table. */
  readonly needsTraining: boolean;
  parameters(model: ExplainableModel): readonly ParameterSpec[];
  /** Null when it applies, else the reason why not. */
  unavailable(model: ExplainableModel): string | null;
  /** Output spaces it offers for this model, best first. */
  outputSpaces(model: ExplainableModel): readonly ('raw' | 'probability')[];
  estimate(model: ExplainableModel, backgroundRows: number, parameters: Parameters, nRows: number): ExplainEstimate;
  /** Learns once for a job, before its chunks are handed out. @throws as `prepare` */
  fit?(spec: ExplainSpec, environment: ExplainerEnvironment, signal?: AbortSignal): Promise<Fitted>;
  /** @throws LimpidError `BadRequest` | `BudgetTooSmall` */
  prepare(spec: ExplainSpec, environment: ExplainerEnvironment, signal?: AbortSignal): Promise<PreparedExplainer>;
}
