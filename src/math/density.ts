/** Densities of one-dimensional values: kernel estimates for violins, layered offsets for swarms and strips. */
import { selectQuantiles, thinned } from '#/math/quantiles';

const QUARTILE_SAMPLE = 50_000;

/**
 * Silverman's rule: 0.9 min(sd, IQR / 1.34) n^(-1/5).
 * @param values - finite, not modified
 * @returns 0 when all values are equal or there are fewer than two
 */
export function silvermanBandwidth(values: Float64Array): number {
  const n = values.length;
  if (n < 2) return 0;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]!;
  mean /= n;
  let square = 0;
  for (let i = 0; i < n; i++) square += (values[i]! - mean) ** 2;
  const sd = Math.sqrt(square / (n - 1));
  const [q1, q3] = selectQuantiles(thinned(values, QUARTILE_SAMPLE), [0.25, 0.75]) as [number, number];
  const iqr = (q3 - q1) / 1.34;
  return 0.9 * (iqr > 0 ? Math.min(sd, iqr) : sd) * n ** -0.2;
}

/**
 * Gaussian kernel density at an equally spaced grid, scaled to a maximum of 1. Values are first shared between their two
 * nearest grid points, so the cost does not grow with n times the grid.
 * @param values - finite; those outside the grid are left out
 * @param grid - ascending, equal steps, at least two points
 * @param bandwidth - in the unit of the values; raised to 0.6 steps so that narrow peaks do not fall between grid points
 * @returns [grid.length]; all 0 without values
 */
export function gaussianDensity(values: Float64Array, grid: Float64Array, bandwidth: number): Float64Array<ArrayBuffer> {
  const m = grid.length;
  const start = grid[0]!;
  const step = (grid[m - 1]! - start) / (m - 1);
  const weights = new Float64Array(m);
  for (let i = 0; i < values.length; i++) {
    const position = (values[i]! - start) / step;
    if (!(position >= 0 && position <= m - 1)) continue;
    const left = Math.min(m - 2, Math.floor(position));
    weights[left]! += 1 - (position - left);
    weights[left + 1]! += position - left;
  }
  const sigma = Math.max(bandwidth / step, 0.6);
  const reach = Math.min(m - 1, Math.ceil(4 * sigma));
  const kernel = Float64Array.from({ length: reach + 1 }, (_, k) => Math.exp(-0.5 * (k / sigma) ** 2));
  const density = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    if (weights[i] === 0) continue;
    for (let j = Math.max(0, i - reach); j <= Math.min(m - 1, i + reach); j++) density[j]! += weights[i]! * kernel[Math.abs(i - j)]!;
  }
  let highest = 0;
  for (let i = 0; i < m; i++) if (density[i]! > highest) highest = density[i]!;
  if (highest > 0) for (let i = 0; i < m; i++) density[i]! /= highest;
  return density;
}

/** Layer 0, +1, -1, +2, -2, ... of the k-th point that falls on the same place. */
export function layerOf(k: number): number {
  return k % 2 === 1 ? (k + 1) / 2 : -k / 2;
}

/** Fewer layers than this keep the distance that so many would have, so that sparse lanes stay near their line. */
const FEWEST_LAYERS = 6;

/**
 * Sideways offsets of a swarm: values are binned, and the points of a bin are laid alternately above and below the line,
 * so that the outline follows the density. Deterministic: no jitter.
 * @param values - [n]; NaN gets offset 0
 * @param min, max - range that is cut into `nBins` bins
 * @param bound - largest |offset|
 * @returns [n] in [-bound, bound]
 */
export function swarmOffsets(values: Float64Array, min: number, max: number, nBins: number, bound: number): Float32Array<ArrayBuffer> {
  const n = values.length;
  const scale = max > min ? nBins / (max - min) : 0;
  const taken = new Int32Array(nBins);
  const offsets = new Float32Array(n);
  let deepest = FEWEST_LAYERS;
  for (let i = 0; i < n; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const bin = Math.min(nBins - 1, Math.max(0, Math.floor((value - min) * scale)));
    const layer = layerOf(taken[bin]!++);
    offsets[i] = layer;
    if (layer > deepest) deepest = layer;
  }
  // deepest counts upper layers; lower ones never go further.
  const unit = bound / deepest;
  for (let i = 0; i < n; i++) offsets[i] = Math.min(bound, Math.max(-bound, offsets[i]! * unit)) + 0;
  return offsets;
}

/**
 * The same idea on a grid for many points: the cell of each value in a lane of `height` rows and `width` columns. The
 * points of a column go in turn to as many rows around the middle as its share of the fullest column.
 * @returns [n] cell numbers row * width + column; -1 for NaN and values outside
 */
export function swarmCells(values: Float64Array, min: number, max: number, width: number, height: number): Int32Array<ArrayBuffer> {
  const n = values.length;
  const scale = max > min ? width / (max - min) : 0;
  const cells = new Int32Array(n);
  const counts = new Uint32Array(width);
  for (let i = 0; i < n; i++) {
    const value = values[i]!;
    if (!(value >= min && value <= max)) {
      cells[i] = -1;
      continue;
    }
    const column = Math.min(width - 1, Math.floor((value - min) * scale));
    cells[i] = column;
    counts[column]!++;
  }
  let fullest = 1;
  for (let c = 0; c < width; c++) if (counts[c]! > fullest) fullest = counts[c]!;
  const odd = height % 2 === 1 ? height : height - 1;
  // Square root: thin tails stay visible beside a tall peak.
  const thickness = Int32Array.from(counts, (count) => Math.max(1, 2 * Math.round(((odd - 1) / 2) * Math.sqrt(count / fullest)) + 1));
  for (let c = 0; c < width; c++) thickness[c] = Math.max(1, Math.min(thickness[c]!, counts[c]!));
  // Grid row of the k-th point of a column, and where it starts.
  const rowStart = Int32Array.from({ length: odd }, (_, k) => ((odd - 1) / 2 - layerOf(k)) * width);
  const next = new Int32Array(width);
  for (let i = 0; i < n; i++) {
    const column = cells[i]!;
    if (column < 0) continue;
    const k = next[column]!;
    next[column] = k + 1 === thickness[column]! ? 0 : k + 1;
    cells[i] = rowStart[k]! + column;
  }
  return cells;
}
