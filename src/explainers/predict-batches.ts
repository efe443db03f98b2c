import { throwIfAborted } from '#/base/abort';
import type { EncodedRows, Predictor } from '#/domain/model';

/** Rows in one call, unless the predictor (several workers) likes more. */
const BATCH_ROWS = 8192;

/** Rows to hand to a predictor at once: its own choice of parts follows below that. */
export function batchRows(predictor: Predictor): number {
  return Math.max(BATCH_ROWS, predictor.info.maxBatch);
}

/**
 * Predictions of any number of rows, in calls of at most `batchRows`.
 * @returns row-major [nRows, nOutputs]
 * @throws LimpidError `ModelFailed` | `Aborted`
 */
export async function predictInBatches(predictor: Predictor, rows: EncodedRows, signal?: AbortSignal): Promise<Float64Array> {
  const step = batchRows(predictor);
  if (rows.nRows <= step) return predictor.predict(rows, signal);
  const predictions = new Float64Array(rows.nRows * predictor.nOutputs);
  for (let start = 0; start < rows.nRows; start += step) {
    throwIfAborted(signal);
    const nRows = Math.min(step, rows.nRows - start);
    const values = rows.values.subarray(start * rows.nFeatures, (start + nRows) * rows.nFeatures);
    predictions.set(await predictor.predict({ nRows, nFeatures: rows.nFeatures, values }, signal), start * predictor.nOutputs);
  }
  return predictions;
}
