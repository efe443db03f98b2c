import { throwIfAborted } from '#/base/abort';
import { LimpidError } from '#/base/errors';
import type { EncodedRows, Predictor } from '#/domain/model';
import type { TreeModel } from '#/domain/tree-model';
import { createPacer } from '#/explainers/pacer';
import { batchRows, predictInBatches } from '#/explainers/predict-batches';
import { treeCurves, type GridAxis } from '#/explainers/tree-curves';

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

/** What predicts the points of a curve: the tree evaluator where the model is a tree ensemble, else the predictor. */
export interface CurveSource {
  readonly predictor: Predictor;
  /** The same model as trees; left out or null: the predictor does the work. */
  readonly trees?: TreeModel | null;
}

/** Points that trees are asked for at once: some ms of work. */
const TREE_POINTS = 65_536;

/** One axis, or two of different features: the second one's points lie next to each other. */
export type GridAxes = readonly [GridAxis] | readonly [GridAxis, GridAxis];

export interface CurveSumsRequest extends CurveSource {
  /** Not modified. */
  readonly rows: EncodedRows;
  /** [nRows], not negative; default: 1 each. */
  readonly weights?: Float64Array;
  readonly axes: GridAxes;
  /** Row positions whose lines are kept, ascending. */
  readonly keep: readonly number[];
}

/** What some rows add to a partial dependence. */
export interface CurveSums {
  /** Weighted sum of the rows' predictions, row-major [first grid, second grid, nOutputs]. */
  readonly sums: Float64Array;
  /** Of the kept rows, each like `sums`. */
  readonly lines: Float64Array[];
}

export interface PartialDependenceRequest extends CurveSource {
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
 * Sums are taken in row order: the result does not depend on the batches. Time: rows * grid predictions; of trees see `treeCurves`.
 *
 * @param onProgress - rows done, of all
 * @throws LimpidError `BadRequest` for no rows, weights that do not fit or a feature that does not exist; `ModelFailed`; `Aborted`
 */
export async function partialDependence(
  request: PartialDependenceRequest,
  signal?: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): Promise<PartialDependence> {
  const { rows, feature, grid, keepLines } = request;
  const lineRows = evenly(rows.nRows, Math.min(rows.nRows, keepLines));
  const total = request.weights?.reduce((sum, weight) => sum + weight, 0) ?? rows.nRows;
  const { sums, lines } = await curveSums({ ...request, axes: [{ feature, grid }], keep: lineRows }, signal, onProgress);
  return { average: sums.map((sum) => sum / total), lines, lineRows };
}

/**
 * The sum over rows of their predictions while one or two features run over grids: chunks of rows add up to a partial dependence, in
 * one dimension or two, whatever computes them.
 * @throws LimpidError as `partialDependence`; `BadRequest` when both axes are the same feature
 */
export async function curveSums(
  request: CurveSumsRequest,
  signal?: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): Promise<CurveSums> {
  const { predictor, rows, axes, keep } = request;
  const { nRows } = rows;
  const weights = request.weights ?? new Float64Array(nRows).fill(1);
  for (const { feature } of axes) checkFeature(predictor, feature);
  if (axes.length === 2 && axes[0].feature === axes[1].feature)
    throw new LimpidError({ tag: 'BadRequest', message: 'A surface needs two different features.' });
  if (nRows === 0 || weights.length !== nRows || !(weights.some((weight) => weight > 0) && weights.every((weight) => weight >= 0))) {
    throw new LimpidError({ tag: 'BadRequest', message: 'Partial dependence needs rows, and weights that are not negative.' });
  }
  const points = axes.reduce((product, { grid }) => product * grid.length, 1);
  const lineSize = points * predictor.nOutputs;
  const sums = new Float64Array(lineSize);
  const kept = new Map(keep.map((row) => [row, new Float64Array(lineSize)]));
  const together = request.trees ? TREE_POINTS : batchRows(predictor);
  const step = Math.max(1, Math.floor(together / Math.max(1, points)));
  const pacer = createPacer(signal);
  for (let start = 0; start < nRows; start += step) {
    throwIfAborted(signal);
    if (pacer.due()) await pacer.pause();
    const count = Math.min(step, nRows - start);
    const predictions = await gridPredictions(request, partOf(rows, start, count), axes, signal);
    for (let i = 0; i < count; i++) {
      const weight = weights[start + i]!;
      const line = predictions.subarray(i * lineSize, (i + 1) * lineSize);
      for (let g = 0; g < lineSize; g++) sums[g] = sums[g]! + weight * line[g]!;
      kept.get(start + i)?.set(line);
    }
    onProgress?.(start + count, nRows);
  }
  return { sums, lines: [...kept.values()] };
}

/** [nRows, first grid, second grid, nOutputs] */
async function gridPredictions(
  { predictor, trees }: CurveSource,
  rows: EncodedRows,
  axes: GridAxes,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  if (trees) return treeCurves(trees, rows, axes);
  return predictInBatches(predictor, onGrid(rows, axes), signal);
}

function partOf({ nFeatures, values }: EncodedRows, start: number, count: number): EncodedRows {
  return { nRows: count, nFeatures, values: values.subarray(start * nFeatures, (start + count) * nFeatures) };
}

/** Every row once for every point. */
function onGrid({ nRows, nFeatures, values: own }: EncodedRows, axes: GridAxes): EncodedRows {
  const [first, second] = axes.length === 1 ? [null, axes[0]] : axes;
  const outer = first?.grid ?? Float64Array.of(0);
  const points = outer.length * second.grid.length;
  const values = new Float64Array(nRows * points * nFeatures);
  let at = 0;
  for (let i = 0; i < nRows; i++) {
    const row = own.subarray(i * nFeatures, (i + 1) * nFeatures);
    for (const a of outer) {
      for (const b of second.grid) {
        values.set(row, at);
        if (first !== null) values[at + first.feature] = a;
        values[at + second.feature] = b;
        at += nFeatures;
      }
    }
  }
  return { nRows: nRows * points, nFeatures, values };
}

/** `count` positions of 0 .. n-1, evenly spread, ascending. */
export function evenly(n: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
}

export function checkFeature(predictor: Predictor, feature: number): void {
  if (Number.isInteger(feature) && feature >= 0 && feature < predictor.nFeatures) return;
  throw new LimpidError({ tag: 'BadRequest', message: `The model has no feature ${feature}.` });
}
