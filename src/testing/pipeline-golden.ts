import type { EncodedRows, FeatureSchema, InputBinding, ModelAsset } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import { readModel } from '#/onnx/read-model';
import { assetOf, outputsFor } from '#/testing/model-golden';

/** A file of `src/onnx/golden`, as reference/fixtures/pipelines.py writes it; null cells are NaN. */
export interface PipelineGolden {
  readonly model: string;
  readonly task: Outputs['task'];
  readonly classLabels: readonly (string | number)[];
  readonly features: readonly {
    readonly name: string;
    readonly kind: FeatureSchema['kind'];
    readonly labels: readonly string[];
    readonly integer: boolean;
  }[];
  readonly bindings: readonly InputBinding[];
  /** Names of the columns behind the encoders, as scikit-learn gives them. */
  readonly engineered: readonly string[];
  readonly rows: readonly (readonly (number | null)[])[];
  readonly predictions: readonly (readonly number[])[];
  readonly tolerance: { readonly predictions: number };
}

export function pipelineAsset(golden: PipelineGolden, bytes: Uint8Array<ArrayBuffer>): ModelAsset {
  const model = readModel(bytes, golden.model);
  const features = golden.features.map((feature, column): FeatureSchema => ({ ...feature, missingText: '', column }));
  return assetOf({ ...model, features, bindings: golden.bindings, outputs: outputsFor(golden.task, golden.classLabels) });
}

export function pipelineRows(golden: PipelineGolden): EncodedRows {
  return {
    nRows: golden.rows.length,
    nFeatures: golden.features.length,
    values: Float64Array.from(golden.rows.flat(), (cell) => cell ?? NaN),
  };
}
