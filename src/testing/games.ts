import type { Rng } from '#/base/rng';
import type { EncodedRows, Predictor } from '#/domain/model';
import type { PredictionSpace } from '#/domain/outputs';
import { throwIfAborted } from '#/base/abort';
import { binomial, popcount } from '#/math/combinatorics';
import type { Background } from '#/explainers/explainer';

/** A predictor from a function of one row, for tests. `calls` and `rowsSeen` count what it was asked. */
export interface FunctionPredictor extends Predictor {
  readonly seen: { calls: number; rows: number };
}

export function functionPredictor(
  nFeatures: number,
  nOutputs: number,
  f: (row: Float64Array) => number | readonly number[],
  space: PredictionSpace = 'value',
): FunctionPredictor {
  const seen = { calls: 0, rows: 0 };
  return {
    nFeatures,
    nOutputs,
    seen,
    info: { locality: 'local', maxBatch: 4096, deterministic: true, space, secondsPerRow: 1e-6 },
    predict(rows: EncodedRows, signal?: AbortSignal) {
      throwIfAborted(signal);
      seen.calls++;
      seen.rows += rows.nRows;
      const out = new Float64Array(rows.nRows * nOutputs);
      for (let i = 0; i < rows.nRows; i++) {
        const value = f(rows.values.subarray(i * nFeatures, (i + 1) * nFeatures));
        if (typeof value === 'number') out[i] = value;
        else out.set(value, i * nOutputs);
      }
      return Promise.resolve(out);
    },
    dispose: () => Promise.resolve(),
  };
}

export function encoded(nFeatures: number, values: ArrayLike<number>): EncodedRows {
  return { nRows: values.length / nFeatures, nFeatures, values: Float64Array.from(values) };
}

/** Uniform rows in [0, 1) on a grid of eighths, so that equality and thresholds are met; some cells NaN when asked. */
export function randomRows(nRows: number, nFeatures: number, rng: Rng, missing = 0): EncodedRows {
  return encoded(
    nFeatures,
    Float64Array.from({ length: nRows * nFeatures }, () => (rng.next() < missing ? NaN : rng.below(16) / 16)),
  );
}

export function equalBackground(rows: EncodedRows): Background {
  return { rows, weights: new Float64Array(rows.nRows).fill(1 / rows.nRows) };
}

export function weightedBackground(rows: EncodedRows, rng: Rng): Background {
  const weights = Float64Array.from({ length: rows.nRows }, () => 0.1 + rng.next());
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { rows, weights: weights.map((weight) => weight / sum) };
}

/**
 * Shapley values by the definition, over all 2^n coalitions.
 * @param v - value of a coalition given as a bit mask
 */
export function shapleyByDefinition(n: number, v: (mask: number) => number): Float64Array {
  const value = Float64Array.from({ length: 1 << n }, (_, mask) => v(mask));
  const phi = new Float64Array(n);
  for (let mask = 0; mask < 1 << n; mask++) {
    const size = popcount(mask);
    for (let i = 0; i < n; i++) {
      if ((mask >> i) & 1) continue;
      phi[i]! += (value[mask | (1 << i)]! - value[mask]!) / (n * binomial(n - 1, size));
    }
  }
  return phi;
}

/** The interventional game of one row and output: v(S) = sum over b of weight_b f(row on S, background_b elsewhere). */
export function interventionalGame(f: (row: Float64Array) => number, row: Float64Array, background: Background): (mask: number) => number {
  const { nRows, nFeatures, values } = background.rows;
  return (mask) => {
    let sum = 0;
    for (let b = 0; b < nRows; b++) {
      const mixed = Float64Array.from({ length: nFeatures }, (_, j) => ((mask >> j) & 1 ? row[j]! : values[b * nFeatures + j]!));
      sum += background.weights[b]! * f(mixed);
    }
    return sum;
  };
}
