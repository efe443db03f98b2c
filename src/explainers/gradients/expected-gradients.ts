import { LimpidError } from '#/base/errors';
import { createRng, hashSeed } from '#/base/rng';
import type { GradientRequest } from '#/domain/gradient-model';
import type { EncodedRows } from '#/domain/model';
import type { Background, Explainer, ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { numberParameter, type ParameterSpec } from '#/explainers/parameters';
import { completeBackground, meanOutputs } from './baseline';
import {
  chunkRowsFor,
  estimateGradients,
  gradientOutputSpaces,
  gradientsUnavailable,
  openGradients,
  withoutMissing,
} from './gradient-offer';
import { rowsPerCall } from './path-gradients';

const SAMPLES = {
  kind: 'number',
  id: 'samples',
  label: 'Samples a row',
  hint: 'Random points between the row and background rows',
  default: 200,
  min: 2,
  max: 100_000,
  integer: true,
} as const satisfies ParameterSpec;

/** Random points of some rows, and what their gradients are multiplied with. */
interface Draw {
  readonly points: EncodedRows;
  /** x - b for each point. */
  readonly differences: Float64Array;
}

/** Each row draws from its own seed: a background row by weight, then a position on the way to it. */
function draw(
  rows: EncodedRows,
  rowIds: Int32Array,
  start: number,
  count: number,
  samples: number,
  background: Background,
  seed: number,
): Draw {
  const { nFeatures } = rows;
  const points = new Float64Array(count * samples * nFeatures);
  const differences = new Float64Array(points.length);
  const cumulative = Float64Array.from(background.weights);
  for (let b = 1; b < cumulative.length; b++) cumulative[b]! += cumulative[b - 1]!;
  let at = 0;
  for (let row = start; row < start + count; row++) {
    const rng = createRng(hashSeed(seed, rowIds[row]!));
    for (let sample = 0; sample < samples; sample++) {
      const b = pickByWeight(cumulative, rng.next());
      const t = rng.next();
      for (let j = 0; j < nFeatures; j++) {
        const other = background.rows.values[b * nFeatures + j]!;
        const difference = rows.values[row * nFeatures + j]! - other;
        points[at] = other + t * difference;
        differences[at++] = difference;
      }
    }
  }
  return { points: { nRows: count * samples, nFeatures, values: points }, differences };
}

/** The first position whose cumulative weight exceeds `u`. */
function pickByWeight(cumulative: Float64Array, u: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > u) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Mean and standard error of (x - b) * gradient over the samples of each row, written from row `start` on. */
function summarise(
  gradients: Float64Array,
  { differences }: Draw,
  samples: number,
  nFeatures: number,
  start: number,
  values: Float64Array,
  errors: Float64Array,
): void {
  const perRow = samples * nFeatures;
  for (let first = 0; first < gradients.length; first += perRow) {
    const target = (start + first / perRow) * nFeatures;
    for (let j = 0; j < nFeatures; j++) {
      let mean = 0;
      let squares = 0;
      // Welford's update: no digits are lost where the spread is small.
      for (let sample = 0; sample < samples; sample++) {
        const at = first + sample * nFeatures + j;
        const value = gradients[at]! * differences[at]!;
        const away = value - mean;
        mean += away / (sample + 1);
        squares += away * (value - mean);
      }
      values[target + j] = mean;
      errors[target + j] = Math.sqrt(squares / (samples - 1) / samples);
    }
  }
}

async function prepare(spec: ExplainSpec, environment: ExplainerEnvironment, signal?: AbortSignal): Promise<PreparedExplainer> {
  const { predictor, space } = await openGradients(spec, environment);
  const { nFeatures, nOutputs, facts } = predictor;
  const background = completeBackground(spec.background, environment, facts);
  const samples = numberParameter(spec.parameters, SAMPLES);
  if (!(samples >= 2)) throw new LimpidError({ tag: 'BadRequest', message: 'Expected gradients need at least 2 samples a row.' });
  return {
    baseValues: await meanOutputs(predictor, background, space.id, signal),
    space: space.space,
    exact: false,
    additivity: 'measured',
    chunkRows: chunkRowsFor(facts, samples * nOutputs),
    async explain(given, rowIds, explainSignal) {
      const rows = withoutMissing(given, facts, environment.features, 'row', rowIds);
      const zeros = (): Float64Array[] => Array.from({ length: nOutputs }, () => new Float64Array(rows.nRows * nFeatures));
      const values = zeros();
      const standardErrors = zeros();
      const step = rowsPerCall(samples);
      for (let start = 0; start < rows.nRows; start += step) {
        const drawn = draw(rows, rowIds, start, Math.min(step, rows.nRows - start), samples, background, spec.seed);
        for (let output = 0; output < nOutputs; output++) {
          const request: GradientRequest = { of: { kind: 'output', output }, space: space.id, by: null };
          const gradients = await predictor.gradients(drawn.points, request, explainSignal);
          summarise(gradients, drawn, samples, nFeatures, start, values[output]!, standardErrors[output]!);
        }
      }
      return { values, standardErrors, evaluations: rows.nRows * samples * nOutputs };
    },
  };
}

/**
 * Expected gradients: the mean of (x - b) * gradient(b + t (x - b)) over random background rows b and t uniform on [0, 1)
 * (Erion et al. 2021, arXiv 1906.10670, equation 3), as shap's GradientExplainer with 200 samples and no smoothing. In the
 * limit it is Integrated Gradients averaged over the background.
 *
 * Values are in the unit of the chosen output, each with its standard error (sample standard deviation by the root of the
 * samples); they sum to f(x) minus its mean over the background up to sampling. Each row has its own seed, so results do
 * not depend on the number of workers; background rows are drawn by their weights. Missing cells as in Integrated Gradients.
 */
export const expectedGradientsExplainer: Explainer = {
  id: 'expected-gradients',
  label: 'Expected Gradients',
  family: 'Gradients',
  yields: 'local values',
  semantics: 'shap GradientExplainer',
  sentence: 'Integrated Gradients averaged over background rows by random sampling; approximate SHAP values with error bars.',
  needs: 'a neural net with numeric features',
  source: 'Erion et al. 2021, arXiv 1906.10670; shap 0.51 GradientExplainer',
  usesBackground: true,
  needsTraining: false,
  parameters: () => [SAMPLES],
  unavailable: gradientsUnavailable,
  outputSpaces: gradientOutputSpaces,
  estimate: (model, _backgroundRows, parameters) => estimateGradients(model, numberParameter(parameters, SAMPLES), model.nFeatures, false),
  prepare,
};
