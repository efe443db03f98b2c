import type { EncodedRows, ModelAsset } from '#/domain/model';
import type { PredictionSpace } from '#/domain/outputs';
import type { AdditiveSpace } from '#/domain/units';
import type { ExplainSpec } from '#/explainers/explainer';

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
    }
  | { readonly kind: 'install spec'; readonly key: string; readonly model: string; readonly spec: ExplainSpec }
  | { readonly kind: 'predict'; readonly model: string; readonly rows: EncodedRows }
  | { readonly kind: 'explain'; readonly spec: string; readonly rows: EncodedRows; readonly rowIds: Int32Array }
  | { readonly kind: 'release'; readonly key: string };

export interface ModelFacts {
  readonly nOutputs: number;
  readonly space: PredictionSpace;
  readonly secondsPerRow: number;
  readonly trees:
    { readonly leaves: number; readonly depth: number; readonly nTrees: number; readonly link: string } | { readonly reason: string };
}

export type ComputeResult =
  | { readonly kind: 'model'; readonly facts: ModelFacts }
  | {
      readonly kind: 'spec';
      readonly baseValues: Float64Array;
      readonly space: AdditiveSpace;
      readonly exact: boolean;
      readonly chunkRows: number;
    }
  | { readonly kind: 'predictions'; readonly values: Float64Array }
  | {
      readonly kind: 'values';
      readonly values: readonly Float64Array[];
      readonly standardErrors: readonly Float64Array[] | null;
      readonly evaluations: number;
    }
  | { readonly kind: 'released' };
