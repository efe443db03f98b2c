import { LimpidError } from '#/base/errors';
import type { FeatureMap } from '#/domain/feature-map';
import type { Finding } from '#/domain/study';
import { normaliseMap } from './map-matrix';

/** A column made of several raw features has no values of its own for each: refuse it, or give each its share of the map. */
export type SharedColumns = 'refuse' | 'spread';

/** A map whose columns' weights sum to 1, checked against what is done with shared columns. */
export interface CheckedMap {
  readonly map: FeatureMap;
  readonly findings: readonly Finding[];
}

/** @throws LimpidError `BadRequest` when a column comes from several raw features and `shared` is `refuse` */
export function checkMap(map: FeatureMap, shared: SharedColumns): CheckedMap {
  const mixed = map.engineeredNames.filter((_, j) => map.starts[j + 1]! - map.starts[j]! > 1);
  if (mixed.length === 0) return { map: normaliseMap(map), findings: [] };
  const some = mixed.slice(0, 3).join(', ');
  if (shared === 'refuse') {
    throw new LimpidError({
      tag: 'BadRequest',
      message: `${mixed.length} column${mixed.length === 1 ? ' is' : 's are'} made of several raw features (${some}): its value cannot be told apart between them.`,
      hint: 'Allow shares: each raw feature then gets the part that the map gives it.',
    });
  }
  return {
    map: normaliseMap(map),
    findings: [
      {
        severity: 'warning',
        code: 'shared-columns-spread',
        message: `${mixed.length} column${mixed.length === 1 ? '' : 's'} (${some}) are made of several raw features; their values were divided by the weights of the map, which is a convention.`,
      },
    ],
  };
}

/** Adds the values of each column to its raw features: `from` [nEngineered] into `to` [nRaw] (not cleared). NaN makes its raw features NaN. */
export function addMapped(map: FeatureMap, from: ArrayLike<number>, to: Float64Array): void {
  for (let j = 0; j < map.engineeredNames.length; j++) {
    const value = from[j]!;
    for (let e = map.starts[j]!; e < map.starts[j + 1]!; e++) to[map.raws[e]!]! += value * map.weights[e]!;
  }
}

/** Columns that belong to no raw feature must carry nothing, or sums would change. */
function refuseLost(map: FeatureMap, values: ArrayLike<number>): void {
  const width = map.engineeredNames.length;
  for (let j = 0; j < width; j++) {
    if (map.starts[j + 1] !== map.starts[j]) continue;
    for (let at = j; at < values.length; at += width) {
      if (values[at] === 0 || Number.isNaN(values[at]!)) continue;
      throw new LimpidError({
        tag: 'InconsistentData',
        message: `Column "${map.engineeredNames[j]}" belongs to no raw feature, but has values.`,
        hint: 'Complete the feature map.',
      });
    }
  }
}

/**
 * Raw values from engineered ones: raw = phi . M^T with each column of M divided by its sum, as interpret-community 0.32
 * (`get_raw_explanation`) does. One-hot columns simply add up; sums of a row, and so its additivity, stay. The same product
 * serves for a global importance of which no local values exist.
 *
 * @param values - row-major [nRows, engineered], in any space; not modified
 * @returns row-major [nRows, raw] in the same space, and what was noticed
 * @throws LimpidError `InconsistentData` for other sizes; `BadRequest` for shared columns unless they are spread
 */
export function rawFromEngineered(
  values: Float32Array | Float64Array,
  map: FeatureMap,
  shared: SharedColumns = 'refuse',
): { readonly values: Float64Array; readonly findings: readonly Finding[] } {
  const width = map.engineeredNames.length;
  if (width === 0 || values.length % width !== 0) {
    throw new LimpidError({ tag: 'InconsistentData', message: `${values.length} values are no rows of ${width} columns.` });
  }
  const checked = checkMap(map, shared);
  refuseLost(checked.map, values);
  const nRows = values.length / width;
  const nRaw = map.rawNames.length;
  const raw = new Float64Array(nRows * nRaw);
  for (let row = 0; row < nRows; row++) {
    addMapped(checked.map, values.subarray(row * width, (row + 1) * width), raw.subarray(row * nRaw, (row + 1) * nRaw));
  }
  return { values: raw, findings: checked.findings };
}

/**
 * Global importance of raw features where local values exist: mean |raw local value|, not the sum of engineered importances.
 * @param raw - row-major [nRows, nRaw]; NaN rows of a feature are left out
 */
export function meanAbsolute(raw: Float64Array, nRaw: number): Float64Array {
  const sums = new Float64Array(nRaw);
  const counts = new Float64Array(nRaw);
  for (let at = 0; at < raw.length; at++) {
    const value = raw[at]!;
    if (Number.isNaN(value)) continue;
    sums[at % nRaw]! += Math.abs(value);
    counts[at % nRaw]!++;
  }
  return sums.map((sum, feature) => sum / counts[feature]!);
}
