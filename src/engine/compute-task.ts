import type { ProviderFacts } from '#/domain/inference-provider';
import type { EncodedRows, ModelAsset } from '#/domain/model';
import type { PredictionSpace } from '#/domain/outputs';
import type { NativeImportance } from '#/domain/tree-model';
import type { EffectSums } from '#/explainers/accumulated-effects';
import type { CurveSums, GridAxes } from '#/explainers/curves';
import type { ExplainableModel, ExplainedChunk, ExplainSpec, Fitted, PreparedExplainer } from '#/explainers/explainer';

/**
 * What a compute lane is asked to do. Models and explain specs are installed once under a key and named
 * by it afterwards, so that a chunk costs only its rows.
 */
export type ComputeTask =
  | {
      readonly kind: 'install model';
      readonly key: string;
      readonly asset: ModelAsset;
      /** Some rows of the data, to measure the speed on. */ readonly probe: EncodedRows;
      /** What another lane has chosen by measurement: all lanes of a study agree. */
      readonly provider?: ProviderFacts['name'];
    }
  | {
      readonly kind: 'install spec';
      readonly key: string;
      readonly model: string;
      readonly spec: ExplainSpec;
      /** What another lane has chosen for the tables of trees. */
      readonly tables?: ProviderFacts['name'];
    }
  /** What a method learns once for a job, before its chunks. */
  | { readonly kind: 'fit'; readonly model: string; readonly spec: ExplainSpec }
  | { readonly kind: 'predict'; readonly model: string; readonly rows: EncodedRows }
  | { readonly kind: 'explain'; readonly spec: string; readonly rows: EncodedRows; readonly rowIds: Int32Array }
  /** What some rows add to a partial dependence; the lines of the rows at `keep` come back whole. */
  | {
      readonly kind: 'curve';
      readonly model: string;
      readonly rows: EncodedRows;
      readonly axes: GridAxes;
      readonly keep: readonly number[];
    }
  /** What some rows add to accumulated local effects. */
  | {
      readonly kind: 'local effects';
      readonly model: string;
      readonly rows: EncodedRows;
      readonly feature: number;
      readonly edges: Float64Array;
    }
  | { readonly kind: 'release'; readonly key: string };

export interface ModelFacts {
  readonly nOutputs: number;
  readonly space: PredictionSpace;
  readonly secondsPerRow: number;
  /** What runs the model; absent where no GPU was asked for: WebAssembly, or our own code for tree files. */
  readonly provider?: ProviderFacts;
  readonly trees: ExplainableModel['trees'];
  readonly linear: ExplainableModel['linear'];
  readonly gradients: ExplainableModel['gradients'];
  /** Importances in the model itself: gain, split counts, |coefficient|. */
  readonly importances: readonly NativeImportance[];
}

/** A prepared explainer without its function. */
export type PreparedFacts = Omit<PreparedExplainer, 'explain'> & {
  /** Where the tables of trees are; absent where there are none or no GPU was asked for. */
  readonly tables?: ProviderFacts;
};

export type ComputeResult =
  | { readonly kind: 'model'; readonly facts: ModelFacts }
  | ({ readonly kind: 'spec' } & PreparedFacts)
  | { readonly kind: 'fitted'; readonly fitted: Fitted }
  | { readonly kind: 'predictions'; readonly values: Float64Array }
  | ({ readonly kind: 'values' } & ExplainedChunk)
  | ({ readonly kind: 'curve' } & CurveSums)
  | ({ readonly kind: 'local effects' } & EffectSums)
  | { readonly kind: 'released' };
