import { LimpidError } from '#/base/errors';
import { applySteps } from '#/domain/column-steps';
import type { LinearModel } from '#/domain/linear-model';
import type { EncodedRows } from '#/domain/model';
import { effectiveBackground } from '#/explainers/background';
import type { ExplainedChunk, ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { createPacer } from '#/explainers/pacer';

const CHUNK_ROWS = 4096;

/**
 * Linear SHAP, interventional: value_j = sum over the columns of feature j of coefficient * (column - its mean over the weighted
 * background), exact, in the space of the model's sum (log-odds, softmax margin, log or the target's unit). A column is
 * what the model's pipeline makes of the feature (one-hot columns of a category add up to one value). Base: the sum at
 * the means. Equals shap 0.51 LinearExplainer with an Independent masker, raw columns summed over the steps.
 *
 * Binary models have one stored output, class 1. A cell that is NaN after the steps makes its feature's value NaN.
 *
 * @throws LimpidError `BadRequest` without a linear model, for the probability of a model with a link, or a background that does not fit
 */
export function prepareLinear(spec: ExplainSpec, environment: ExplainerEnvironment): Promise<PreparedExplainer> {
  const model = environment.linear;
  if (model === null) {
    throw new LimpidError({
      tag: 'BadRequest',
      message: 'This model is not linear, or not in a way that Limpid can read.',
      hint: 'Use Kernel SHAP, which only needs predictions.',
    });
  }
  if (spec.outputSpace === 'probability' && model.link !== 'identity') {
    throw new LimpidError({
      tag: 'BadRequest',
      message: `Linear SHAP explains the sum of the model (${model.sumSpace}), not the probability.`,
      hint: 'Choose the raw output, or Kernel SHAP for probabilities.',
    });
  }
  const background = effectiveBackground(spec.background, environment.predictor.nFeatures);
  const { nOutputs, coefficients, intercepts } = model;
  const width = model.sources.length;
  const columns = linearColumns(model, background.rows);
  const means = new Float64Array(width);
  background.weights.forEach((weight, b) => {
    for (let column = 0; column < width; column++) means[column]! += weight * columns[b * width + column]!;
  });
  const baseValues = Float64Array.from({ length: nOutputs }, (_, k) => {
    let sum = intercepts[k]!;
    for (let column = 0; column < width; column++) sum += coefficients[k * width + column]! * means[column]!;
    return sum;
  });
  return Promise.resolve({
    baseValues,
    space: model.sumSpace,
    exact: true,
    additivity: 'measured',
    chunkRows: CHUNK_ROWS,
    explain: (rows, _rowIds, signal) => explainRows(model, means, rows, signal),
  });
}

/** Rows as the linear model reads them: row-major [nRows, columns]. */
function linearColumns(model: LinearModel, rows: EncodedRows): Float64Array {
  const width = model.sources.length;
  const columns = new Float64Array(rows.nRows * width);
  model.sources.forEach(({ feature, steps }, column) => {
    for (let row = 0; row < rows.nRows; row++)
      columns[row * width + column] = applySteps(steps, rows.values[row * rows.nFeatures + feature]!);
  });
  return columns;
}

async function explainRows(
  model: LinearModel,
  means: Float64Array,
  rows: EncodedRows,
  signal: AbortSignal | undefined,
): Promise<ExplainedChunk> {
  const pacer = createPacer(signal);
  const { nRows, nFeatures } = rows;
  const width = model.sources.length;
  const columns = linearColumns(model, rows);
  const values = Array.from({ length: model.nOutputs }, () => new Float64Array(nRows * nFeatures));
  for (let row = 0; row < nRows; row++) {
    model.sources.forEach(({ feature }, column) => {
      const off = columns[row * width + column]! - means[column]!;
      for (let k = 0; k < model.nOutputs; k++) values[k]![row * nFeatures + feature]! += model.coefficients[k * width + column]! * off;
    });
    if (pacer.due()) await pacer.pause();
  }
  return { values, standardErrors: null, evaluations: 0 };
}
