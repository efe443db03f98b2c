import { LimpidError } from '#/base/errors';
import type { EncodedRows } from '#/domain/model';
import type { Background, ExplainerEnvironment } from '#/explainers/explainer';
import { effectiveBackground } from '#/explainers/background';
import { choiceParameter, type Parameters, type ParameterSpec } from '#/explainers/parameters';
import type { GradientFacts, GradientPredictor, GradientRequest } from '#/domain/gradient-model';
import { withoutMissing } from './gradient-offer';

export const BASELINE = {
  kind: 'choice',
  id: 'baseline',
  label: 'Baseline',
  hint: 'The row that each explained row is compared with',
  default: 'mean',
  options: [
    { value: 'mean', label: 'Mean of the background' },
    { value: 'median', label: 'Median of the background' },
    { value: 'zeros', label: 'All zeros' },
  ],
} as const satisfies ParameterSpec;

/**
 * The one row that paths start from: weighted mean or weighted median of the background (the mean of the two middle values
 * where the weights are split evenly), or zeros.
 * @throws LimpidError `BadRequest` for an unknown choice, or a background with missing cells where it is used
 */
export function baselineRow(
  background: Background,
  parameters: Parameters,
  environment: ExplainerEnvironment,
  facts: GradientFacts,
): EncodedRows {
  const nFeatures = environment.predictor.nFeatures;
  const choice = choiceParameter(parameters, BASELINE);
  if (choice === 'zeros') return { nRows: 1, nFeatures, values: new Float64Array(nFeatures) };
  if (choice !== 'mean' && choice !== 'median') {
    throw new LimpidError({ tag: 'BadRequest', message: `There is no baseline "${choice}".`, hint: 'Choose mean, median or zeros.' });
  }
  const { rows, weights } = completeBackground(background, environment, facts);
  const column = (feature: number): Float64Array => Float64Array.from(weights, (_, row) => rows.values[row * nFeatures + feature]!);
  const centre = choice === 'mean' ? weightedMean : weightedMedian;
  return { nRows: 1, nFeatures, values: Float64Array.from({ length: nFeatures }, (_, feature) => centre(column(feature), weights)) };
}

/** The background without rows of weight 0 and without missing cells. @throws LimpidError `BadRequest` */
export function completeBackground(background: Background, environment: ExplainerEnvironment, facts: GradientFacts): Background {
  const { rows, weights } = effectiveBackground(background, environment.predictor.nFeatures);
  return { rows: withoutMissing(rows, facts, environment.features, 'a background row'), weights };
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += weights[i]! * values[i]!;
  return sum;
}

/** Where the weights below reach one half; the mean of the two values around it when they meet it exactly. */
function weightedMedian(values: Float64Array, weights: Float64Array): number {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  let below = 0;
  for (const [position, index] of order.entries()) {
    below += weights[index]!;
    const next = order[position + 1];
    if (Math.abs(below - 0.5) < 1e-12 && next !== undefined) return (values[index]! + values[next]!) / 2;
    if (below > 0.5) return values[index]!;
  }
  return values[order.at(-1)!]!;
}

/** One row as a background of its own. */
export function single(row: EncodedRows): Background {
  return { rows: row, weights: Float64Array.of(1) };
}

/** Weighted mean of each output over background rows: [nOutputs]. @throws LimpidError `ModelFailed` | `Aborted` */
export async function meanOutputs(
  predictor: GradientPredictor,
  { rows, weights }: Background,
  space: GradientRequest['space'],
  signal?: AbortSignal,
): Promise<Float64Array> {
  const means = new Float64Array(predictor.nOutputs);
  for (let output = 0; output < means.length; output++) {
    means[output] = weightedMean(await predictor.values(rows, { kind: 'output', output }, space, signal), weights);
  }
  return means;
}
