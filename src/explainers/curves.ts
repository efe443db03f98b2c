import { throwIfAborted } from '#/base/abort';
import { LimpidError } from '#/base/errors';
import type { EncodedRows, Predictor } from '#/domain/model';
import { batchRows, predictInBatches } from '#/explainers/predict-batches';

/**
 * Individual conditional expectation: one row's predictions while one feature runs over a grid (Goldstein et al. 2015,
 * arXiv 1309.6392), in prediction space.
 *
 * @param row - [nFeatures], not modified; NaN cells stay
 * @param grid - encoded values of the feature
 * @returns row-major [grid, nOutputs]
 * @throws LimpidError `BadRequest` for a feature that does not exist; `ModelFailed`; `Aborted`
 */
export async function iceCurve(
  predictor: Predictor,
  row: Float64Array,
  feature: number,
  grid: Float64Array,
  signal?: AbortSignal,
): Promise<Float64Array> {
  checkFeature(predictor, feature);
  const { nFeatures } = predictor;
  const values = new Float64Array(grid.length * nFeatures);
  for (let g = 0; g < grid.length; g++) {
    values.set(row, g * nFeatures);
    values[g * nFeatures + feature] = grid[g]!;
  }
  return predictInBatches(predictor, { nRows: grid.length, nFeatures, values }, signal);
}

/**
 * One row's predictions while two features run over their grids.
 * @returns row-major [gridA, gridB, nOutputs]
 * @throws LimpidError `BadRequest` for features that do not exist or are the same; `ModelFailed`; `Aborted`
 */
export async function iceSurface(
  predictor: Predictor,
  row: Float64Array,
  featureA: number,
  gridA: Float64Array,
  featureB: number,
  gridB: Float64Array,
  signal?: AbortSignal,
): Promise<Float64Array> {
  checkFeature(predictor, featureA);
  checkFeature(predictor, featureB);
  if (featureA === featureB) throw new LimpidError({ tag: 'BadRequest', message: 'A surface needs two different features.' });
  const { nFeatures } = predictor;
  const values = new Float64Array(gridA.length * gridB.length * nFeatures);
  let at = 0;
  for (const a of gridA) {
    for (const b of gridB) {
      values.set(row, at);
      values[at + featureA] = a;
      values[at + featureB] = b;
      at += nFeatures;
    }
  }
  return predictInBatches(predictor, { nRows: gridA.length * gridB.length, nFeatures, values }, signal);
}

export interface PartialDependenceRequest {
  readonly predictor: Predictor;
  /** Not modified. */
  readonly rows: EncodedRows;
  /** [nRows], not negative; default: all the same. */
  readonly weights?: Float64Array;
  readonly feature: number;
  /** Encoded values of the feature. */
  readonly grid: Float64Array;
  /** ICE lines to keep, at most one a row; taken evenly over the rows. */
  readonly keepLines: number;
}

export interface PartialDependence {
  /** Weighted mean of all rows' ICE lines, row-major [grid, nOutputs]. */
  readonly average: Float64Array;
  /** Kept lines, each [grid, nOutputs]. */
  readonly lines: Float64Array[];
  /** Row positions of the kept lines, ascending. */
  readonly lineRows: number[];
}

/**
 * Partial dependence (Friedman 2001) of one feature in prediction space: the mean prediction over the rows while the
 * feature is set to each value of the grid. Equals the mean of the ICE lines on that grid; scikit-learn
 * partial_dependence(method="brute", kind="both") with `grid` as custom values.
 * Sums are taken in row order: the result does not depend on the batches. Time: rows * grid predictions.
 *
 * @param onProgress - rows done, of all
 * @throws LimpidError `BadRequest` for no rows, weights that do not fit or a feature that does not exist; `ModelFailed`; `Aborted`
 */
export async function partialDependence(
  request: PartialDependenceRequest,
  signal?: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): Promise<PartialDependence> {
  const { predictor, rows, feature, grid } = request;
  const { nRows } = rows;
  const weights = request.weights ?? new Float64Array(nRows).fill(1);
  checkFeature(predictor, feature);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (nRows === 0 || weights.length !== nRows || !(total > 0 && weights.every((weight) => weight >= 0))) {
    throw new LimpidError({ tag: 'BadRequest', message: 'Partial dependence needs rows, and weights that are not negative.' });
  }
  const lineSize = grid.length * predictor.nOutputs;
  const average = new Float64Array(lineSize);
  const lineRows = evenly(nRows, Math.min(nRows, request.keepLines));
  const kept = new Map(lineRows.map((row) => [row, new Float64Array(lineSize)]));
  const step = Math.max(1, Math.floor(batchRows(predictor) / Math.max(1, grid.length)));
  for (let start = 0; start < nRows; start += step) {
    throwIfAborted(signal);
    const count = Math.min(step, nRows - start);
    const predictions = await predictInBatches(predictor, onGrid(rows, start, count, feature, grid), signal);
    for (let i = 0; i < count; i++) {
      const weight = weights[start + i]!;
      const line = predictions.subarray(i * lineSize, (i + 1) * lineSize);
      for (let g = 0; g < lineSize; g++) average[g]! += weight * line[g]!;
      kept.get(start + i)?.set(line);
    }
    onProgress?.(start + count, nRows);
  }
  for (let g = 0; g < lineSize; g++) average[g]! /= total;
  return { average, lines: [...kept.values()], lineRows };
}

/** Rows start .. start + count, each once for every grid value. */
function onGrid(rows: EncodedRows, start: number, count: number, feature: number, grid: Float64Array): EncodedRows {
  const { nFeatures } = rows;
  const values = new Float64Array(count * grid.length * nFeatures);
  let at = 0;
  for (let i = start; i < start + count; i++) {
    const row = rows.values.subarray(i * nFeatures, (i + 1) * nFeatures);
    for (const point of grid) {
      values.set(row, at);
      values[at + feature] = point;
      at += nFeatures;
    }
  }
  return { nRows: count * grid.length, nFeatures, values };
}

/** `count` positions of 0 .. n-1, evenly spread, ascending. */
function evenly(n: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
}

function checkFeature(predictor: Predictor, feature: number): void {
  if (Number.isInteger(feature) && feature >= 0 && feature < predictor.nFeatures) return;
  throw new LimpidError({ tag: 'BadRequest', message: `The model has no feature ${feature}.` });
}
