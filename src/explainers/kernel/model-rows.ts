import type { EncodedRows, Predictor } from '#/domain/model';
import type { TreeModel } from '#/domain/tree-model';
import { throwIfAborted } from '#/base/abort';
import { predictTrees } from '#/trees/link';
import type { ExplainerEnvironment } from '#/explainers/explainer';

/** Predicts rows [n, nFeatures]: stored outputs [n, nOutputs] in the predictor's space. */
export type PredictRows = (rows: EncodedRows, signal: AbortSignal | undefined) => Promise<Float64Array>;

/** Rows on which trees and predictor are compared. */
const CHECKED_ROWS = 64;

/** Largest difference, relative to the largest prediction: rounding of a float32 runtime. */
const AGREEMENT = 1e-5;

/**
 * The fastest way to predict: our own trees where the model has some and they predict what the predictor predicts on rows
 * of the background (several times faster than the runtime), else the predictor.
 * @throws LimpidError `ModelFailed` | `Aborted`
 */
export async function fastestPredict(environment: ExplainerEnvironment, rows: EncodedRows, signal?: AbortSignal): Promise<PredictRows> {
  const { predictor, trees } = environment;
  const direct: PredictRows = (asked, askedSignal) => predictor.predict(asked, askedSignal);
  if (trees?.ensemble.nOutputs !== predictor.nOutputs) return direct;
  return (await agree(trees, predictor, rows, signal))
    ? (asked, askedSignal) => {
        throwIfAborted(askedSignal);
        return Promise.resolve(predictTrees(trees, asked));
      }
    : direct;
}

async function agree(trees: TreeModel, predictor: Predictor, rows: EncodedRows, signal?: AbortSignal): Promise<boolean> {
  const nRows = Math.min(CHECKED_ROWS, rows.nRows);
  const sample = { nRows, nFeatures: rows.nFeatures, values: rows.values.slice(0, nRows * rows.nFeatures) };
  const expected = await predictor.predict(sample, signal);
  const own = predictTrees(trees, sample);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return own.every((value, i) => Math.abs(value - expected[i]!) <= AGREEMENT * largest || Object.is(value, expected[i]));
}
