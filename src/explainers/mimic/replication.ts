import { throwIfAborted } from '#/base/abort';
import { LimpidError } from '#/base/errors';
import type { EncodedRows } from '#/domain/model';
import { isClassifier, predictedClassOf } from '#/domain/outputs';
import type { Surrogate } from '#/domain/surrogate';
import type { Fidelity } from '#/domain/units';
import type { Teacher } from '#/explainers/mimic/teacher';
import { predictInBatches } from '#/explainers/predict-batches';
import { evaluateLinear } from '#/learners/evaluate-linear';
import { evaluateTrees } from '#/trees/evaluate';

/** Sums of a surrogate in its own space: row-major [nRows, nOutputs]. */
export function surrogateSums(surrogate: Surrogate, rows: EncodedRows): Float64Array {
  if (surrogate.trees !== null) return evaluateTrees(surrogate.trees, rows);
  if (surrogate.linear !== null) return evaluateLinear(surrogate.linear, rows);
  throw new LimpidError({ tag: 'Internal', message: 'The surrogate holds no model.' });
}

/**
 * How well the surrogate replicates the teacher on these rows: accuracy of the predicted class for classifiers, R² of the
 * predictions for regression (interpret-community's `get_surrogate_model_replication_measure`, which gives 0 for several classes with string
 * labels; here classes are compared by number). Rows that the teacher cannot judge (NaN) do not count. R² is NaN for a single row,
 * and 1 or 0 for a teacher that always says the same.
 * @throws LimpidError `ModelFailed` | `Aborted`
 */
export async function replicationMeasure(
  surrogate: Surrogate,
  rows: EncodedRows,
  teacher: Teacher,
  signal?: AbortSignal,
): Promise<Fidelity> {
  const { outputs, predictor } = teacher;
  const { nOutputs, info } = predictor;
  const predictions = await predictInBatches(predictor, rows, signal);
  throwIfAborted(signal);
  const sums = surrogateSums(surrogate, rows);
  if (!isClassifier(outputs)) return determination(sums, predictions);
  let judged = 0;
  let right = 0;
  for (let row = 0; row < rows.nRows; row++) {
    const theirs = predictedClassOf(outputs, info.space, predictions.subarray(row * nOutputs, (row + 1) * nOutputs));
    if (theirs < 0) continue;
    // Sums of two classes are log-odds or scores, those of several classes are compared with each other: both as logits.
    const own = predictedClassOf(outputs, 'logit', sums.subarray(row * nOutputs, (row + 1) * nOutputs));
    judged++;
    if (own === theirs) right++;
  }
  return { metric: 'accuracy', value: right / judged, nRows: judged };
}

function determination(sums: Float64Array, predictions: Float64Array): Fidelity {
  let judged = 0;
  let mean = 0;
  for (const value of predictions) {
    if (Number.isNaN(value)) continue;
    judged++;
    mean += value;
  }
  mean /= judged;
  let residual = 0;
  let total = 0;
  for (let row = 0; row < predictions.length; row++) {
    if (Number.isNaN(predictions[row])) continue;
    residual += (predictions[row]! - sums[row]!) ** 2;
    total += (predictions[row]! - mean) ** 2;
  }
  const flat = residual <= 1e-12 * judged * mean * mean ? 1 : 0;
  return { metric: 'R²', value: judged < 2 ? NaN : total > 0 ? 1 - residual / total : flat, nRows: judged };
}
