import { throwIfAborted } from '#/base/abort';
import { LimpidError } from '#/base/errors';
import { createRng, hashSeed, permutation } from '#/base/rng';
import type { EncodedRows, Predictor } from '#/domain/model';
import { classLabels, isClassifier, type Outputs } from '#/domain/outputs';
import { defaultMetric, metricByName, metricsFor, scorePredictions, type Metric } from '#/explainers/metrics';
import { predictInBatches } from '#/explainers/predict-batches';

export { defaultMetric };

export interface PermutationRequest {
  readonly predictor: Predictor;
  /** Not modified. */
  readonly rows: EncodedRows;
  readonly outputs: Outputs;
  /** [nRows] class index or value; rows without a true value are left out by the caller. */
  readonly target: Float64Array;
  /** A metric id of `metricsFor`, or its name in scikit-learn. */
  readonly metric: string;
  /** 1 or more shuffles of each feature. */
  readonly repeats: number;
  readonly seed: number;
}

/** What shuffling one feature costs. */
export interface PermutationPart {
  readonly feature: number;
  readonly metric: Metric;
  /** Mean loss of quality over the repeats, in units of the metric; positive: the model needs the feature, whatever way the metric points. */
  readonly mean: number;
  /** Standard deviation over repeats (n - 1), NaN for a single repeat. The mean's standard error is deviation / sqrt(repeats). */
  readonly deviation: number;
  /** [repeats] */
  readonly samples: Float64Array;
  /** The metric on the rows as they are. */
  readonly baseScore: number;
}

/**
 * Permutation importance (Breiman 2001; scikit-learn permutation_importance, whose generator is not matched): how much
 * worse a metric gets when one feature's values are shuffled among the rows. Yields feature by feature, in order.
 * Repeat r of feature j shuffles with the seed hash(seed, j, r), whatever else is computed.
 * Time: (1 + features * repeats) predictions of all rows.
 *
 * @param onProgress - shuffles done, of features * repeats
 * @throws LimpidError `BadRequest` for a metric that does not suit the model or is undefined on these rows, a target that
 *   does not fit, no rows, fewer than 1 repeat; `ModelFailed`; `Aborted`
 */
export async function* permutationImportance(
  request: PermutationRequest,
  signal?: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): AsyncGenerator<PermutationPart, void, undefined> {
  const { predictor, rows, outputs, target, repeats, seed } = request;
  const { nRows, nFeatures } = rows;
  const { space } = predictor.info;
  const metric = readMetric(request);
  const score = (predictions: Float64Array): number => scorePredictions(metric.id, outputs, space, predictions, target);
  const baseScore = score(await predictInBatches(predictor, rows, signal));
  if (!Number.isFinite(baseScore)) {
    throw new LimpidError({
      tag: 'BadRequest',
      message: `${metric.id} is undefined on these ${nRows} rows.`,
      hint: 'It needs rows of more than one true value and predictions that are numbers.',
    });
  }
  const shuffled = rows.values.slice();
  for (let feature = 0; feature < nFeatures; feature++) {
    const samples = new Float64Array(repeats);
    for (let repeat = 0; repeat < repeats; repeat++) {
      throwIfAborted(signal);
      const order = permutation(nRows, createRng(hashSeed(seed, feature, repeat)));
      for (let row = 0; row < nRows; row++) shuffled[row * nFeatures + feature] = rows.values[order[row]! * nFeatures + feature]!;
      const shuffledScore = score(await predictInBatches(predictor, { nRows, nFeatures, values: shuffled }, signal));
      samples[repeat] = metric.greaterIsBetter ? baseScore - shuffledScore : shuffledScore - baseScore;
      onProgress?.(feature * repeats + repeat + 1, nFeatures * repeats);
    }
    for (let row = 0; row < nRows; row++) shuffled[row * nFeatures + feature] = rows.values[row * nFeatures + feature]!;
    yield { feature, metric, ...spreadOf(samples), samples, baseScore };
  }
}

function readMetric({ predictor, rows, outputs, target, metric, repeats }: PermutationRequest): Metric {
  const found = metricByName(metric, outputs, predictor.info.space);
  if (!found) {
    const fitting = metricsFor(outputs, predictor.info.space);
    throw new LimpidError({
      tag: 'BadRequest',
      message: `The metric "${metric}" does not suit this model.`,
      hint: `Choose one of ${fitting.map(({ id }) => id).join(', ')}.`,
    });
  }
  if (!Number.isInteger(repeats) || repeats < 1)
    throw new LimpidError({ tag: 'BadRequest', message: `${repeats} repeats: give a whole number of at least 1.` });
  if (rows.nRows === 0) throw new LimpidError({ tag: 'BadRequest', message: 'There is no row with a known true value.' });
  const nClasses = classLabels(outputs).length;
  const fits = (truth: number): boolean =>
    isClassifier(outputs) ? Number.isInteger(truth) && truth >= 0 && truth < nClasses : Number.isFinite(truth);
  if (target.length !== rows.nRows || !target.every(fits)) {
    throw new LimpidError({ tag: 'BadRequest', message: 'Every row needs a true value that the model could predict.' });
  }
  return found;
}

function spreadOf(samples: Float64Array): { mean: number; deviation: number } {
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const squares = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: samples.length > 1 ? Math.sqrt(squares / (samples.length - 1)) : NaN };
}
