/**
 * Gower distance of encoded rows: the mean over features of |difference| / range (numbers), 0 or 1 (categories), 1 for
 * missing against present, 0 for missing against missing. A value beyond the data's range counts more than 1.
 */
import type { FeatureSchema } from '#/domain/model';
import type { Table } from '#/domain/table';
import { quantileOfSorted } from '#/math/quantiles';
import { createMemo } from './memo';
import { encodedFeature, rangeOf } from './table-columns';

export interface GowerSpace {
  readonly nRows: number;
  /** Features with data: position, values by row, and 1 / range (0 for categories and constants: any difference is 1). */
  readonly features: readonly { readonly feature: number; readonly values: () => Float64Array; readonly scale: number }[];
}

/** Tables with more cells are encoded again for each question instead of being held twice (64 MB). */
const MAX_HELD_CELLS = 8_000_000;

const spaces = createMemo<GowerSpace>();

export function gowerSpace(table: Table, features: readonly FeatureSchema[]): GowerSpace {
  const held = table.nRows * features.length <= MAX_HELD_CELLS;
  return spaces([table, features], '', () => ({
    nRows: table.nRows,
    features: features.flatMap((schema, feature) => {
      const values = encodedFeature(table, schema);
      if (values === null) return [];
      const { min, max } = rangeOf(values);
      const isNumber = schema.kind === 'numeric' || schema.kind === 'datetime';
      return [
        { feature, values: held ? () => values : () => encodedFeature(table, schema)!, scale: isNumber && max > min ? 1 / (max - min) : 0 },
      ];
    }),
  }));
}

/** One feature's part in [0, 1] (above 1 beyond the range). */
function part(a: number, b: number, scale: number): number {
  if (a === b) return 0;
  const difference = Math.abs(a - b);
  if (Number.isNaN(difference)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : 1;
  return scale === 0 ? 1 : difference * scale;
}

/** Distances of all rows to encoded values [nRows]; NaN when no feature has data. */
export function distancesTo({ nRows, features }: GowerSpace, encoded: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(nRows);
  for (const { feature, values, scale } of features) {
    const own = encoded[feature] ?? NaN;
    const column = values();
    for (let row = 0; row < nRows; row++) sums[row]! += part(own, column[row]!, scale);
  }
  for (let row = 0; row < nRows; row++) sums[row]! /= features.length;
  return sums;
}

const QUERY_ROWS = 200;
const REFERENCE_ROWS = 20_000;
const usual = createMemo<number>();

/**
 * 95th percentile of the distance from a row to its nearest other row, over up to 200 evenly chosen rows among up to
 * 20,000. NaN with fewer than two rows.
 */
export function usualNearestDistance(space: GowerSpace): number {
  return usual([space], '', () => {
    const { nRows, features } = space;
    const nReference = Math.min(nRows, REFERENCE_ROWS);
    if (nReference < 2 || features.length === 0) return NaN;
    const reference = Int32Array.from({ length: nReference }, (_, i) => Math.floor((i * nRows) / nReference));
    // Row-major, so that a comparison can be given up early without leaving the cache.
    const width = features.length;
    const cells = new Float64Array(nReference * width);
    features.forEach(({ values }, f) => {
      const column = values();
      for (let i = 0; i < nReference; i++) cells[i * width + f] = column[reference[i]!]!;
    });
    const scales = Float64Array.from(features, ({ scale }) => scale);
    const nQueries = Math.min(nReference, QUERY_ROWS);
    const nearest = Float64Array.from({ length: nQueries }, (_, q) =>
      nearestAmong(cells, width, scales, Math.floor((q * nReference) / nQueries)),
    );
    return quantileOfSorted(nearest.sort(), 0.95) / width;
  });
}

/** Smallest sum of parts between one row and the others. */
function nearestAmong(cells: Float64Array, width: number, scales: Float64Array, query: number): number {
  const own = cells.subarray(query * width, (query + 1) * width);
  let best = Infinity;
  for (let start = 0; start < cells.length; start += width) {
    if (start === query * width) continue;
    let sum = 0;
    for (let f = 0; f < width && sum < best; f++) sum += part(own[f]!, cells[start + f]!, scales[f]!);
    if (sum < best) best = sum;
  }
  return best;
}
