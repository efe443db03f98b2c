import type { FeatureSchema } from '#/domain/model';
import type { EncodedRows, ModelAsset } from '#/domain/model';
import { readModel } from '#/onnx/read-model';
import { assetOf, outputsFor } from '#/testing/model-golden';
import type { Background } from '#/explainers/explainer';

type Cell = number | null;

/** A file of `golden/`, as reference/goldens writes it; null cells are NaN. */
export interface ExplainerGolden {
  readonly library: string;
  readonly explainer: string;
  readonly description: string;
  readonly exactByEnumeration?: boolean;
  readonly model: string;
  readonly task: 'regression' | 'binary' | 'multiclass';
  readonly outputNames: readonly string[];
  readonly space: string;
  readonly link?: 'identity' | 'logit';
  readonly tolerance: Readonly<Record<string, number>>;
  readonly featureNames: readonly string[];
  readonly features?: readonly {
    readonly name: string;
    readonly kind: FeatureSchema['kind'];
    readonly labels: readonly string[];
    readonly input?: string;
  }[];
  readonly rows: readonly (readonly Cell[])[];
  readonly background?: readonly (readonly Cell[])[];
  readonly backgroundWeights?: readonly number[];
  /** [output][row][feature] */
  readonly values?: readonly (readonly (readonly number[])[])[];
  readonly baseValues?: readonly number[];
  /** [row][output] */
  readonly raw?: readonly (readonly number[])[];
  readonly predictions: readonly (readonly number[])[];
}

export function goldenRows(rows: readonly (readonly Cell[])[]): EncodedRows {
  return { nRows: rows.length, nFeatures: rows[0]?.length ?? 0, values: Float64Array.from(rows.flat(), (cell) => cell ?? NaN) };
}

export function goldenBackground(golden: ExplainerGolden): Background {
  const rows = goldenRows(golden.background ?? []);
  return { rows, weights: Float64Array.from(golden.backgroundWeights ?? Array.from({ length: rows.nRows }, () => 1 / rows.nRows)) };
}

/** The golden's model as the application holds it: a matrix input takes all features, else each input its own. */
export function goldenAsset(golden: ExplainerGolden, bytes: Uint8Array<ArrayBuffer>): ModelAsset {
  const model = readModel(bytes, golden.model);
  const features = golden.featureNames.map((name, index): FeatureSchema => {
    const known = golden.features?.[index];
    return { name, kind: known?.kind ?? 'numeric', integer: false, labels: known?.labels ?? [], missingText: '', column: index };
  });
  const byName = golden.features?.some((feature) => feature.input !== undefined)
    ? model.signature.inputs.map((input) => ({
        input: input.name,
        features: [golden.features?.findIndex((feature) => feature.input === input.name) ?? 0],
      }))
    : undefined;
  return assetOf({
    ...model,
    features,
    outputs: outputsFor(golden.task, golden.outputNames.length > 1 ? golden.outputNames : ['0', '1']),
    ...(byName ? { bindings: byName } : {}),
  });
}
