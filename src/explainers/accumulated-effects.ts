import { throwIfAborted } from '#/base/abort';
import { LimpidError } from '#/base/errors';
import type { EncodedRows } from '#/domain/model';
import { quantileOfSorted } from '#/math/quantiles';
import { checkFeature, type CurveSource } from '#/explainers/curves';
import { createPacer } from '#/explainers/pacer';
import { batchRows, predictInBatches } from '#/explainers/predict-batches';
import { predictTrees } from '#/trees/link';

export interface EdgeOptions {
  /** Most bins. */
  readonly bins: number;
  /** Fewest rows in a bin: thinner ones join their neighbour. */
  readonly leastRows: number;
}

/** A feature of at most this many different values has an edge at each of them. */
const FEW_VALUES = 10;

/**
 * Edges of the bins of accumulated local effects: every value of a feature with at most 10, else even quantiles (numpy's default,
 * equal ones once), with bins of too few rows joined to the next (the last one to the one before). Categories are taken in the order
 * of their codes, as coded columns are elsewhere.
 * @param values - not modified; NaN is left out
 * @returns ascending, distinct; bin k holds edge k < value <= edge k + 1, the first one also its lower edge; empty without values
 */
export function effectEdges(values: Float64Array, { bins, leastRows }: EdgeOptions): Float64Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return new Float64Array(0);
  const distinct: number[] = [];
  for (const value of sorted) {
    if (distinct.at(-1) !== value) distinct.push(value);
    if (distinct.length > FEW_VALUES) break;
  }
  if (distinct.length <= FEW_VALUES) return Float64Array.from(distinct);
  const edges = [sorted[0]!];
  const last = sorted.at(-1)!;
  let rows = 0;
  for (let k = 1; k <= bins; k++) {
    const edge = k === bins ? last : quantileOfSorted(sorted, k / bins);
    if (edge <= edges.at(-1)!) continue;
    const upTo = countUpTo(sorted, edge);
    if (upTo - rows >= leastRows) {
      edges.push(edge);
      rows = upTo;
    } else if (k === bins) {
      // What is left is too thin for a bin of its own.
      if (edges.length > 1) edges.pop();
      edges.push(last);
    }
  }
  return Float64Array.from(edges);
}

function countUpTo(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface EffectRequest extends CurveSource {
  /** Not modified; rows where the feature is missing are left out. */
  readonly rows: EncodedRows;
  readonly feature: number;
  /** `effectEdges`; values beyond both ends count in the outer bins. */
  readonly edges: Float64Array;
}

/** What some rows add to accumulated local effects. */
export interface EffectSums {
  /** Sum of prediction differences between a bin's edges over its rows, row-major [bins, nOutputs]. */
  readonly sums: Float64Array;
  /** Rows in each bin. */
  readonly counts: Float64Array;
}

/**
 * Differences of the predictions between both edges of each row's bin, everything else of the row kept (Apley and Zhu 2020, "Visualizing
 * the effects of predictor variables in black box supervised learning models", equation 15), in prediction space. Chunks of rows add up.
 * Time: two predictions a row.
 * @throws LimpidError `BadRequest` for a feature that does not exist; `ModelFailed`; `Aborted`
 */
export async function effectSums(request: EffectRequest, signal?: AbortSignal): Promise<EffectSums> {
  const { predictor, trees, rows, feature, edges } = request;
  checkFeature(predictor, feature);
  const { nFeatures } = rows;
  const { nOutputs } = predictor;
  const nBins = Math.max(0, edges.length - 1);
  const sums = new Float64Array(nBins * nOutputs);
  const counts = new Float64Array(nBins);
  const present: number[] = [];
  for (let row = 0; row < rows.nRows; row++) if (!Number.isNaN(rows.values[row * nFeatures + feature]!)) present.push(row);
  const pacer = createPacer(signal);
  const step = Math.max(1, Math.floor(batchRows(predictor) / 2));
  for (let start = 0; nBins > 0 && start < present.length; start += step) {
    throwIfAborted(signal);
    if (pacer.due()) await pacer.pause();
    const part = present.slice(start, start + step);
    const values = new Float64Array(2 * part.length * nFeatures);
    const bins = part.map((row, i) => {
      const own = rows.values.subarray(row * nFeatures, (row + 1) * nFeatures);
      const bin = binOf(edges, own[feature]!);
      values.set(own, 2 * i * nFeatures);
      values.set(own, (2 * i + 1) * nFeatures);
      values[2 * i * nFeatures + feature] = edges[bin]!;
      values[(2 * i + 1) * nFeatures + feature] = edges[bin + 1]!;
      return bin;
    });
    const both = { nRows: 2 * part.length, nFeatures, values };
    const predictions = trees ? predictTrees(trees, both) : await predictInBatches(predictor, both, signal);
    bins.forEach((bin, i) => {
      counts[bin] = counts[bin]! + 1;
      for (let k = 0; k < nOutputs; k++) {
        const difference = predictions[(2 * i + 1) * nOutputs + k]! - predictions[2 * i * nOutputs + k]!;
        sums[bin * nOutputs + k] = sums[bin * nOutputs + k]! + difference;
      }
    });
  }
  return { sums, counts };
}

/** The bin of a value: the first edge that is not below it, counted from the second. */
function binOf(edges: Float64Array, value: number): number {
  let low = 1;
  let high = edges.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Accumulated local effects of first order at the edges: the mean differences summed from the left (a bin without rows adds nothing),
 * less their mean over the rows, with the mean of both edges for the rows of a bin (Apley and Zhu, equations 15 and 16; the values of
 * alibi 0.9.6 ALE on the same edges).
 * @returns row-major [edges, nOutputs] in the unit of the prediction; 0 for a feature with a single value
 */
export function accumulatedEffects({ sums, counts }: EffectSums, nOutputs: number): Float64Array {
  const nBins = counts.length;
  const effects = new Float64Array((nBins + 1) * nOutputs);
  const nRows = counts.reduce((sum, count) => sum + count, 0);
  for (let k = 0; k < nOutputs; k++) {
    let mean = 0;
    for (let bin = 0; bin < nBins; bin++) {
      const count = counts[bin]!;
      const before = effects[bin * nOutputs + k]!;
      const after = before + (count === 0 ? 0 : sums[bin * nOutputs + k]! / count);
      effects[(bin + 1) * nOutputs + k] = after;
      mean += count === 0 ? 0 : (count * (before + after)) / 2;
    }
    for (let edge = 0; nRows > 0 && edge <= nBins; edge++) effects[edge * nOutputs + k] = effects[edge * nOutputs + k]! - mean / nRows;
  }
  return effects;
}

/** Accumulated local effects of some rows at once. @throws LimpidError as `effectSums`; `BadRequest` without a known value */
export async function localEffects(request: EffectRequest, signal?: AbortSignal): Promise<Float64Array> {
  if (request.edges.length === 0)
    throw new LimpidError({ tag: 'BadRequest', message: 'Accumulated effects need rows in which the feature is known.' });
  return accumulatedEffects(await effectSums(request, signal), request.predictor.nOutputs);
}
