import type { GradientPredictor, GradientRequest } from '#/domain/gradient-model';
import type { EncodedRows } from '#/domain/model';
import type { Quadrature } from '#/math/quadrature';

/** Points handed to the predictor at once. */
const POINTS = 4096;

/** Positions along a path from baseline (0) to row (1), with a weight each. */
export type PathRule = Quadrature;

/**
 * Points b + t (x - b) of some rows, row after row: [count * nodes, nFeatures].
 * @param baseline - [nFeatures]
 */
export function pathPoints(rows: EncodedRows, start: number, count: number, baseline: Float64Array, nodes: Float64Array): EncodedRows {
  const { nFeatures } = rows;
  const values = new Float64Array(count * nodes.length * nFeatures);
  let at = 0;
  for (let row = start; row < start + count; row++) {
    for (const t of nodes) {
      for (let j = 0; j < nFeatures; j++) {
        const b = baseline[j]!;
        values[at++] = b + t * (rows.values[row * nFeatures + j]! - b);
      }
    }
  }
  return { nRows: count * nodes.length, nFeatures, values };
}

/** Rows whose points fit one call. */
export function rowsPerCall(nodes: number): number {
  return Math.max(1, Math.floor(POINTS / nodes));
}

/**
 * Integrals of a gradient along the straight path from the baseline to each row: sum over the rule's nodes of
 * weight * gradient(b + t (x - b)), in float64 and in the order of the nodes.
 *
 * @param baseline - [nFeatures]
 * @returns row-major [nRows, nFeatures or neurons]
 * @throws LimpidError `ModelFailed` | `Aborted`
 */
export async function integrateGradients(
  predictor: GradientPredictor,
  rows: EncodedRows,
  baseline: Float64Array,
  rule: PathRule,
  request: GradientRequest,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const { nodes, weights } = rule;
  const step = rowsPerCall(nodes.length);
  let result = new Float64Array(0);
  for (let start = 0; start < rows.nRows; start += step) {
    const count = Math.min(step, rows.nRows - start);
    const points = pathPoints(rows, start, count, baseline, nodes);
    const gradients = await predictor.gradients(points, request, signal);
    const width = gradients.length / points.nRows;
    if (start === 0) result = new Float64Array(rows.nRows * width);
    weightedSums(gradients, weights, width, result, start);
  }
  return result;
}

/** Adds up the points of each row: `values` [rows * weights, width] into `target` from row `start` on. */
export function weightedSums(values: Float64Array, weights: Float64Array, width: number, target: Float64Array, start: number): void {
  const perRow = weights.length * width;
  for (let row = 0; row * perRow < values.length; row++) {
    const to = (start + row) * width;
    let at = row * perRow;
    for (const weight of weights) for (let j = 0; j < width; j++) target[to + j]! += weight * values[at++]!;
  }
}
