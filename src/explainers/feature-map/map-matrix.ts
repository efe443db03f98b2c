import { LimpidError } from '#/base/errors';
import type { FeatureGroup, FeatureMap } from '#/domain/feature-map';

interface Entry {
  readonly raw: number;
  readonly weight: number;
}

function fromEntries(rawNames: readonly string[], engineeredNames: readonly string[], entries: readonly (readonly Entry[])[]): FeatureMap {
  const starts = new Int32Array(entries.length + 1);
  for (const [j, list] of entries.entries()) starts[j + 1] = starts[j]! + list.length;
  const flat = entries.flat();
  return {
    rawNames,
    engineeredNames,
    starts,
    raws: Int32Array.from(flat, ({ raw }) => raw),
    weights: Float64Array.from(flat, ({ weight }) => weight),
  };
}

export function entriesOf(map: FeatureMap, column: number): Entry[] {
  const entries: Entry[] = [];
  for (let e = map.starts[column]!; e < map.starts[column + 1]!; e++) entries.push({ raw: map.raws[e]!, weight: map.weights[e]! });
  return entries;
}

/**
 * A feature map from a matrix as interpret-community takes it (`feature_maps`): one line a raw feature, one entry a column
 * of the model.
 * @param matrix - [raw][engineered], entries >= 0
 * @throws LimpidError `InconsistentData` for other shapes, negative entries and entries that are no numbers
 */
export function featureMapFromMatrix(
  matrix: readonly ArrayLike<number>[],
  rawNames: readonly string[],
  engineeredNames: readonly string[],
): FeatureMap {
  const nColumns = engineeredNames.length;
  if (matrix.length !== rawNames.length || matrix.some((line) => line.length !== nColumns)) {
    throw new LimpidError({
      tag: 'InconsistentData',
      message: `The feature map has ${matrix.length} lines of ${matrix[0]?.length ?? 0} entries; ${rawNames.length} raw features and ${nColumns} columns need ${rawNames.length} lines of ${nColumns}.`,
      hint: 'Give one line a raw feature and one entry a column of the model.',
    });
  }
  for (const [raw, line] of matrix.entries()) {
    for (let j = 0; j < nColumns; j++) {
      if (line[j]! >= 0 && line[j]! < Infinity) continue;
      throw new LimpidError({
        tag: 'InconsistentData',
        message: `The feature map has the entry ${line[j]!} where "${rawNames[raw]}" meets "${engineeredNames[j]}"; shares are never negative.`,
        hint: 'Give 1 where a column is made of a raw feature and 0 elsewhere.',
      });
    }
  }
  const entries = engineeredNames.map((_, j) => matrix.flatMap((line, raw): Entry[] => (line[j]! > 0 ? [{ raw, weight: line[j]! }] : [])));
  return fromEntries(rawNames, engineeredNames, entries);
}

/** Weights of each column divided by their sum (interpret-community's L1 norm of columns): k raw features with equal weights get 1/k each. */
export function normaliseMap(map: FeatureMap): FeatureMap {
  const weights = map.weights.slice();
  for (let j = 0; j < map.engineeredNames.length; j++) {
    let sum = 0;
    for (let e = map.starts[j]!; e < map.starts[j + 1]!; e++) sum += weights[e]!;
    for (let e = map.starts[j]!; e < map.starts[j + 1]!; e++) weights[e]! /= sum;
  }
  return { ...map, weights };
}

/**
 * Two steps of preparation as one: the matrix product of the maps.
 * @param first - raw features to columns; @param second - those columns to the model's
 * @throws LimpidError `InconsistentData` when they do not meet
 */
export function composeMaps(first: FeatureMap, second: FeatureMap): FeatureMap {
  if (second.rawNames.length !== first.engineeredNames.length) {
    throw new LimpidError({
      tag: 'InconsistentData',
      message: `The first feature map ends in ${first.engineeredNames.length} columns, the second starts from ${second.rawNames.length}.`,
      hint: 'Give the maps in the order of the pipeline.',
    });
  }
  const entries = second.engineeredNames.map((_, j) => {
    const sums = new Map<number, number>();
    for (const step of entriesOf(second, j)) {
      for (const { raw, weight } of entriesOf(first, step.raw)) sums.set(raw, (sums.get(raw) ?? 0) + weight * step.weight);
    }
    return Array.from(sums, ([raw, weight]) => ({ raw, weight })).sort((a, b) => a.raw - b.raw);
  });
  return fromEntries(first.rawNames, second.engineeredNames, entries);
}

/**
 * Groups as a map: each feature belongs wholly to its group; features in no group stay alone. A group stands where its
 * first feature stood.
 * @throws LimpidError `BadRequest` for a feature that does not exist or is in two groups, and for groups without name or features
 */
export function mapOfGroups(names: readonly string[], groups: readonly FeatureGroup[]): FeatureMap {
  const groupOf = new Map<number, FeatureGroup>();
  for (const group of groups) {
    const name = group.name.trim();
    if (name === '' || group.features.length === 0) {
      throw new LimpidError({ tag: 'BadRequest', message: 'A group needs a name and at least one feature.' });
    }
    for (const feature of group.features) {
      if (names[feature] === undefined)
        throw new LimpidError({ tag: 'BadRequest', message: `There is no feature ${feature} for "${name}".` });
      if (groupOf.has(feature)) {
        throw new LimpidError({
          tag: 'BadRequest',
          message: `"${names[feature]}" is in two groups.`,
          hint: 'Put each feature into one group.',
        });
      }
      groupOf.set(feature, group);
    }
  }
  const rawNames: string[] = [];
  const position = new Map<FeatureGroup | number, number>();
  const entries = names.map((name, feature): Entry[] => {
    const group = groupOf.get(feature);
    const key = group ?? feature;
    const known = position.get(key);
    if (known !== undefined) return [{ raw: known, weight: 1 }];
    position.set(key, rawNames.length);
    rawNames.push(group?.name.trim() ?? name);
    return [{ raw: rawNames.length - 1, weight: 1 }];
  });
  const twice = rawNames.find((name, index) => rawNames.indexOf(name) !== index);
  if (twice !== undefined) throw new LimpidError({ tag: 'BadRequest', message: `Two features would be called "${twice}".` });
  return fromEntries(rawNames, names, entries);
}
