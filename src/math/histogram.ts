import { selectQuantiles, thinned } from '#/math/quantiles';

export const MIN_BINS = 10;
export const MAX_BINS = 60;
/** Quartiles for the bin width come from at most this many values. */
const QUARTILE_SAMPLE = 50_000;

/** Edges at equal steps from min to max, both included; a single value gets one bin around it. */
export function equalEdges(min: number, max: number, nBins: number): Float64Array<ArrayBuffer> {
  if (!(max > min)) return Float64Array.of(min - 0.5, min + 0.5);
  const edges = Float64Array.from({ length: nBins + 1 }, (_, i) => min + ((max - min) * i) / nBins);
  edges[nBins] = max;
  return edges;
}

/** Edges at equal ratios; min > 0. */
export function ratioEdges(min: number, max: number, nBins: number): Float64Array<ArrayBuffer> {
  if (!(max > min)) return Float64Array.of(min * 0.9, min * 1.1);
  const edges = equalEdges(Math.log(min), Math.log(max), nBins).map(Math.exp);
  edges[0] = min;
  edges[nBins] = max;
  return edges;
}

/**
 * Freedman–Diaconis bin edges, limited to 10..60 bins; whole numbers over at most 60 values get one bin each.
 * @param values - finite values, not modified
 * @returns ascending edges, the last bin includes its upper edge; [] without values
 */
export function chooseEdges(
  values: Float64Array,
  options: { readonly integer: boolean; readonly log: boolean },
): Float64Array<ArrayBuffer> {
  const n = values.length;
  if (n === 0) return new Float64Array(0);
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < n; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (options.integer && !options.log && max - min < MAX_BINS) {
    return Float64Array.from({ length: max - min + 2 }, (_, i) => min + i - 0.5);
  }
  const sample = thinned(values, QUARTILE_SAMPLE);
  if (options.log) for (let i = 0; i < sample.length; i++) sample[i] = Math.log(sample[i]!);
  const [q1, q3] = selectQuantiles(sample, [0.25, 0.75]) as [number, number];
  const range = options.log ? Math.log(max) - Math.log(min) : max - min;
  const width = (2 * (q3 - q1)) / Math.cbrt(n);
  const wanted = width > 0 ? Math.ceil(range / width) : MAX_BINS;
  const nBins = Math.min(MAX_BINS, Math.max(MIN_BINS, wanted));
  return options.log ? ratioEdges(min, max, nBins) : equalEdges(min, max, nBins);
}

/**
 * Bin of a value: edges[bin] <= value < edges[bin + 1], the last bin closed; -1 outside or NaN.
 * @param edges - ascending, at least two
 */
export function binOf(edges: Float64Array, value: number): number {
  const last = edges.length - 1;
  if (!(value >= edges[0]! && value <= edges[last]!)) return -1;
  let low = 0;
  let high = last - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (edges[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Values per equal bin between min and max (both included). NaN and values outside are left out. */
export function countEqualBins(values: Float64Array, min: number, max: number, nBins: number): Uint32Array<ArrayBuffer> {
  const counts = new Uint32Array(nBins);
  const scale = max > min ? nBins / (max - min) : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >= min && value <= max) counts[Math.min(nBins - 1, Math.floor((value - min) * scale))]!++;
  }
  return counts;
}
