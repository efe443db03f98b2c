import { gaussLegendre } from '#/math/quadrature';
import type { GradientPredictor, GradientRequest } from '#/domain/gradient-model';
import type { EncodedRows } from '#/domain/model';
import type { Explainer, ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { flagParameter, numberParameter, type ParameterSpec } from '#/explainers/parameters';
import { BASELINE, baselineRow, meanOutputs, single } from './baseline';
import {
  chunkRowsFor,
  estimateGradients,
  gradientOutputSpaces,
  gradientsUnavailable,
  openGradients,
  withoutMissing,
} from './gradient-offer';
import { integrateGradients } from './path-gradients';

/** Steps along a path: nodes of the Gauss-Legendre rule. */
export const STEPS = {
  kind: 'number',
  id: 'steps',
  label: 'Steps',
  hint: 'Gradients along the path from the baseline to the row',
  default: 50,
  min: 2,
  max: 1000,
  integer: true,
} as const satisfies ParameterSpec;

const ADAPTIVE = {
  kind: 'flag',
  id: 'adaptive',
  label: 'More steps where needed',
  hint: 'Doubles the steps of a row until its values sum to the change of the output',
  default: false,
} as const satisfies ParameterSpec;

const TOLERANCE = {
  kind: 'number',
  id: 'tolerance',
  label: 'Tolerance',
  hint: "Allowed gap, as a share of the row's total |value| (with more steps where needed)",
  default: 0.001,
  min: 1e-5,
  max: 0.5,
  integer: false,
} as const satisfies ParameterSpec;

/** Adaptive rows take at most this many times the asked steps. */
const MOST_DOUBLINGS = 6;

interface Job {
  readonly predictor: GradientPredictor;
  readonly baseline: EncodedRows;
  readonly space: GradientRequest['space'];
  readonly steps: number;
  /** Null: one pass with `steps`. */
  readonly tolerance: number | null;
  /** [nOutputs] */
  readonly baseValues: Float64Array;
}

/** Values of one output by row [nRows, nFeatures], and the gradients spent. */
async function attribute(
  job: Job,
  rows: EncodedRows,
  steps: number,
  output: number,
  signal: AbortSignal | undefined,
): Promise<{ values: Float64Array; spent: number }> {
  const request: GradientRequest = { of: { kind: 'output', output }, space: job.space, by: null };
  const start = job.baseline.values;
  const values = await integrateGradients(job.predictor, rows, start, gaussLegendre(steps), request, signal);
  for (let at = 0; at < values.length; at++) values[at]! *= rows.values[at]! - start[at % rows.nFeatures]!;
  return { values, spent: rows.nRows * steps };
}

function pick(rows: EncodedRows, positions: readonly number[]): EncodedRows {
  const { nFeatures } = rows;
  const values = new Float64Array(positions.length * nFeatures);
  positions.forEach((row, at) => {
    values.set(rows.values.subarray(row * nFeatures, (row + 1) * nFeatures), at * nFeatures);
  });
  return { nRows: positions.length, nFeatures, values };
}

/** Doubles the steps of those rows whose values do not sum to the change of the output yet; each row for itself. */
async function refine(
  job: Job,
  rows: EncodedRows,
  output: number,
  values: Float64Array,
  tolerance: number,
  signal?: AbortSignal,
): Promise<number> {
  const { nFeatures } = rows;
  const predictions = await job.predictor.values(rows, { kind: 'output', output }, job.space, signal);
  const isOpen = (row: number): boolean => {
    let sum = 0;
    let size = 0;
    for (let j = 0; j < nFeatures; j++) {
      const value = values[row * nFeatures + j]!;
      sum += value;
      size += Math.abs(value);
    }
    return Math.abs(sum - (predictions[row]! - job.baseValues[output]!)) > tolerance * size;
  };
  let spent = rows.nRows;
  let open = Array.from({ length: rows.nRows }, (_, row) => row).filter(isOpen);
  for (let doubling = 1; doubling <= MOST_DOUBLINGS && open.length > 0; doubling++) {
    const better = await attribute(job, pick(rows, open), job.steps * 2 ** doubling, output, signal);
    spent += better.spent;
    open.forEach((row, at) => {
      values.set(better.values.subarray(at * nFeatures, (at + 1) * nFeatures), row * nFeatures);
    });
    open = open.filter(isOpen);
  }
  return spent;
}

async function prepare(spec: ExplainSpec, environment: ExplainerEnvironment, signal?: AbortSignal): Promise<PreparedExplainer> {
  const { predictor, space } = await openGradients(spec, environment);
  const baseline = baselineRow(spec.background, spec.parameters, environment, predictor.facts);
  const steps = numberParameter(spec.parameters, STEPS);
  const tolerance = flagParameter(spec.parameters, ADAPTIVE) ? numberParameter(spec.parameters, TOLERANCE) : null;
  const baseValues = await meanOutputs(predictor, single(baseline), space.id, signal);
  const job: Job = { predictor, baseline, space: space.id, steps, tolerance, baseValues };
  return {
    baseValues,
    space: space.space,
    exact: true,
    additivity: 'measured',
    chunkRows: chunkRowsFor(predictor.facts, steps * predictor.nOutputs),
    async explain(given, rowIds, explainSignal) {
      const rows = withoutMissing(given, predictor.facts, environment.features, 'row', rowIds);
      let evaluations = 0;
      const values: Float64Array[] = [];
      for (let output = 0; output < predictor.nOutputs; output++) {
        const found = await attribute(job, rows, steps, output, explainSignal);
        evaluations += found.spent;
        if (tolerance !== null) evaluations += await refine(job, rows, output, found.values, tolerance, explainSignal);
        values.push(found.values);
      }
      return { values, standardErrors: null, evaluations };
    },
  };
}

/**
 * Integrated Gradients: (x - b) times the mean gradient along the straight path from a baseline b to the row x
 * (Sundararajan et al. 2017, arXiv 1703.01365, equation 1), by a Gauss-Legendre rule as captum 0.9 IntegratedGradients
 * (n_steps = 50, method = "gausslegendre").
 *
 * Values are in the unit of the chosen output; their sum differs from f(x) - f(b) by the error of the rule, which captum
 * calls the convergence delta and the badge shows. With `adaptive` the steps of a row are doubled until that gap is at most
 * `tolerance` times the row's sum of |values| (64 times `steps` at most). A missing cell counts as what
 * the model's own imputer puts there; without one it is refused.
 */
export const integratedGradientsExplainer: Explainer = {
  id: 'integrated-gradients',
  label: 'Integrated Gradients',
  family: 'Gradients',
  yields: 'local values',
  semantics: 'captum IntegratedGradients (Gauss-Legendre)',
  sentence: 'Adds up the gradients of a net on the way from a baseline row to the explained row; values sum to the change of the output.',
  needs: 'a neural net with numeric features',
  source: 'Sundararajan et al. 2017, arXiv 1703.01365; captum 0.9',
  usesBackground: true,
  needsTraining: false,
  parameters: () => [BASELINE, STEPS, ADAPTIVE, TOLERANCE],
  unavailable: gradientsUnavailable,
  outputSpaces: gradientOutputSpaces,
  estimate: (model, _backgroundRows, parameters) => estimateGradients(model, numberParameter(parameters, STEPS), model.nFeatures),
  prepare,
};
