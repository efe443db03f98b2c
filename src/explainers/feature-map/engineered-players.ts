import { LimpidError } from '#/base/errors';
import { applySteps } from '#/domain/column-steps';
import { throwIfAborted } from '#/base/abort';
import type { LinearModel } from '#/domain/linear-model';
import type { EncodedRows, FeatureSchema, Predictor } from '#/domain/model';
import type { ColumnSource, TreeModel } from '#/domain/tree-model';
import type { ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { applyInverseLink, predictTrees } from '#/trees/link';

/** A readable model over its own columns: every column is a player. */
export interface EngineeredView {
  /** `trees` or `linear` read column j as feature j, without steps; `predictor` evaluates them over encoded rows. */
  readonly environment: ExplainerEnvironment;
  readonly features: readonly FeatureSchema[];
  /** [nRows, model features] -> [nRows, columns], through each column's steps. */
  encode(rows: EncodedRows): EncodedRows;
}

function isWholeFeature({ steps }: ColumnSource): boolean {
  return steps.every((step) => step.kind !== 'lookup' && step.kind !== 'pieces');
}

/** Columns as features: named like the column; a number behind scalers and imputers keeps its table column. */
function columnFeatures(sources: readonly ColumnSource[], features: readonly FeatureSchema[]): FeatureSchema[] {
  const used = new Map<string, number>();
  return sources.map((source): FeatureSchema => {
    const feature = features[source.feature]!;
    const plain = source.name ?? feature.name;
    const count = (used.get(plain) ?? 0) + 1;
    used.set(plain, count);
    const name = count === 1 ? plain : `${plain} (${count})`;
    if (isWholeFeature(source)) return { ...feature, name };
    return { name, kind: 'numeric', integer: false, labels: [], missingText: '', column: null };
  });
}

function predictLinear(model: LinearModel, rows: EncodedRows): Float64Array {
  const { coefficients, intercepts, nOutputs } = model;
  const width = rows.nFeatures;
  const sums = new Float64Array(rows.nRows * nOutputs);
  for (let row = 0; row < rows.nRows; row++) {
    for (let k = 0; k < nOutputs; k++) {
      let sum = intercepts[k]!;
      for (let j = 0; j < width; j++) sum += coefficients[k * width + j]! * rows.values[row * width + j]!;
      sums[row * nOutputs + k] = sum;
    }
  }
  return applyInverseLink(model.link, sums, nOutputs);
}

/** Predictions of encoded rows, in the space of the model's own predictor. */
function columnPredictor(own: Predictor, width: number, trees: TreeModel | null, linear: LinearModel | null): Predictor {
  return {
    nFeatures: width,
    nOutputs: own.nOutputs,
    info: own.info,
    predict(rows, signal) {
      throwIfAborted(signal);
      const values = trees !== null ? predictTrees(trees, rows) : linear !== null ? predictLinear(linear, rows) : new Float64Array(0);
      return Promise.resolve(values);
    },
    dispose: () => Promise.resolve(),
  };
}

/**
 * The model over its engineered columns, for values of the single columns (`sex=Female`) instead of the features.
 * @throws LimpidError `BadRequest` when neither trees nor a linear model could be read
 */
export function engineeredView(environment: ExplainerEnvironment): EngineeredView {
  const { trees, linear } = environment;
  const sources = trees?.sources ?? linear?.sources;
  if (sources === undefined) {
    throw new LimpidError({
      tag: 'BadRequest',
      message: 'The columns behind the preparation of this model could not be read.',
      hint: 'Explain its features.',
    });
  }
  const features = columnFeatures(sources, environment.features);
  const own: readonly ColumnSource[] = sources.map((_, feature) => ({ feature, steps: [] }));
  const columnTrees = trees === null ? null : { ...trees, sources: own };
  const columnLinear = trees === null && linear !== null ? { ...linear, sources: own } : null;
  return {
    environment: {
      ...environment,
      predictor: columnPredictor(environment.predictor, sources.length, columnTrees, columnLinear),
      trees: columnTrees,
      linear: columnLinear,
      gradients: null,
      features,
    },
    features,
    encode(rows) {
      const width = sources.length;
      const values = new Float64Array(rows.nRows * width);
      for (const [column, { feature, steps }] of sources.entries()) {
        for (let row = 0; row < rows.nRows; row++) {
          values[row * width + column] = applySteps(steps, rows.values[row * rows.nFeatures + feature]!);
        }
      }
      return { nRows: rows.nRows, nFeatures: width, values };
    },
  };
}

/**
 * Prepares an explainer of trees or linear models over the engineered columns: background, training and explained rows go
 * through the columns' steps, and the result names its players.
 * @param prepare - the explainer's own `prepare`
 * @throws LimpidError as `engineeredView` and `prepare`
 */
export async function prepareEngineered(
  spec: ExplainSpec,
  environment: ExplainerEnvironment,
  prepare: (spec: ExplainSpec, environment: ExplainerEnvironment, signal?: AbortSignal) => Promise<PreparedExplainer>,
  signal?: AbortSignal,
): Promise<PreparedExplainer> {
  const view = engineeredView(environment);
  const columnSpec: ExplainSpec = {
    ...spec,
    background: { ...spec.background, rows: view.encode(spec.background.rows) },
    training: spec.training === null ? null : view.encode(spec.training),
  };
  const prepared = await prepare(columnSpec, view.environment, signal);
  return {
    ...prepared,
    players: { featureSpace: 'engineered', features: view.features },
    explain: (rows, rowIds, abort) => prepared.explain(view.encode(rows), rowIds, abort),
  };
}
