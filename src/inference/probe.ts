import { LimpidError } from '#/base/errors';
import type { EncodedRows, Predictor } from '#/domain/model';

export interface ModelProbe {
  /** Median over some calls. */
  readonly secondsPerRow: number;
  /** Seconds of a call with a single row. */
  readonly secondsPerCall: number;
  /** Rows among the probed ones with a prediction that is no finite number. */
  readonly rowsWithoutPrediction: number;
  /** Predictions that call themselves probabilities lie in [0, 1]. */
  readonly isInsideSpace: boolean;
  /** One row alone gives what it gives among others: false for graphs that fix the number of rows inside. */
  readonly isRowwise: boolean;
  /** [nRows, nOutputs] of the probed rows. */
  readonly predictions: Float64Array;
}

const TIMED_CALLS = 3;
const PROBED_ROWS = 1024;
const SLACK = 1e-4;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function sameRow(a: Float64Array, b: Float64Array, offset: number): boolean {
  return a.every((value, index) => {
    const other = b[offset + index]!;
    return Number.isNaN(value) ? Number.isNaN(other) : Math.abs(value - other) <= SLACK * Math.max(1, Math.abs(value));
  });
}

/**
 * Tries a model on some rows: time, shape, missing predictions, and whether rows are predicted one by one.
 * @param rows - at most 1,024 of them, from the start, are used; not modified
 * @throws LimpidError `ModelFailed` | `Aborted`
 */
export async function probeModel(predictor: Predictor, rows: EncodedRows, signal?: AbortSignal): Promise<ModelProbe> {
  const nRows = Math.min(PROBED_ROWS, rows.nRows);
  const { nFeatures } = rows;
  const some: EncodedRows = { nRows, nFeatures, values: rows.values.subarray(0, nRows * nFeatures) };
  const predictions = await predictor.predict(some, signal);
  if (predictions.length !== nRows * predictor.nOutputs) {
    throw new LimpidError({
      tag: 'ModelFailed',
      message: `The model gave ${predictions.length} numbers for ${nRows} rows and ${predictor.nOutputs} outputs.`,
    });
  }
  const seconds: number[] = [];
  const secondsAlone: number[] = [];
  const positions = nRows === 0 ? [] : [0, Math.floor(nRows / 2), nRows - 1];
  let isRowwise = true;
  for (let call = 0; call < TIMED_CALLS && nRows > 0; call++) {
    let began = performance.now();
    await predictor.predict(some, signal);
    seconds.push((performance.now() - began) / 1000 / nRows);
    const at = positions[call] ?? 0;
    began = performance.now();
    const alone = await predictor.predict(
      { nRows: 1, nFeatures, values: rows.values.subarray(at * nFeatures, (at + 1) * nFeatures) },
      signal,
    );
    secondsAlone.push((performance.now() - began) / 1000);
    isRowwise &&= sameRow(alone, predictions, at * predictor.nOutputs);
  }
  const { space } = predictor.info;
  const isShare = space === 'probability' || space === 'label only';
  let rowsWithoutPrediction = 0;
  for (let row = 0; row < nRows; row++) {
    const values = predictions.subarray(row * predictor.nOutputs, (row + 1) * predictor.nOutputs);
    if (!values.every((value) => Number.isFinite(value))) rowsWithoutPrediction++;
  }
  return {
    secondsPerRow: median(seconds),
    secondsPerCall: median(secondsAlone),
    rowsWithoutPrediction,
    isInsideSpace: !isShare || predictions.every((value) => Number.isNaN(value) || (value >= -SLACK && value <= 1 + SLACK)),
    isRowwise,
    predictions,
  };
}
