import { predicateKey, predicatesOf, rowsSatisfying, type Predicate } from '#/domain/anchor-rule';
import type { EncodedRows, FeatureSchema } from '#/domain/model';
import { sampleIndices } from '#/base/rng';
import { countRows } from '#/math/bit-rows';
import { cutPoints } from '#/math/cut-points';

/** Conditions kept with their rows: columns of names have one for every name, and each can be made again. */
const MOST_CONDITIONS = 4000;

/** A condition with the training rows that satisfy it. */
export interface Condition {
  readonly predicate: Predicate;
  readonly rows: Uint32Array;
  readonly count: number;
}

/** Training rows, and the conditions over their features. */
export interface PredicateSpace {
  /** Rows that coverage is measured on come first, then the others. */
  readonly training: EncodedRows;
  readonly coverageRows: number;
  /** Conditions that a row satisfies, in order of the features; those that no training row satisfies are left out. */
  conditionsOf(row: Float64Array): Condition[];
  /** Any condition, with its rows. */
  condition(predicate: Predicate): Condition;
}

/**
 * @param training - not modified; NaN is missing
 * @param coverageSamples - coverage is measured on a seeded sample of so many rows, or on all when there are fewer
 */
export function createPredicateSpace(
  training: EncodedRows,
  features: readonly FeatureSchema[],
  coverageSamples: number,
  seed: number,
): PredicateSpace {
  const { nRows, nFeatures } = training;
  const ordered = sampleFirst(training, sampleIndices(nRows, coverageSamples, seed));
  const columns = features.map((_, feature) => {
    const values = new Float64Array(nRows);
    for (let row = 0; row < nRows; row++) values[row] = ordered.values[row * nFeatures + feature]!;
    return values;
  });
  const cuts = features.map(({ kind, integer }, feature) =>
    kind === 'numeric' || kind === 'datetime' ? cutPoints(columns[feature]!, { kind, integer }) : [],
  );
  const known = new Map<string, Condition>();
  const condition = (predicate: Predicate): Condition => {
    const key = predicateKey(predicate);
    const found = known.get(key);
    if (found !== undefined) return found;
    const rows = rowsSatisfying(predicate, columns[predicate.feature]!);
    const made = { predicate, rows, count: countRows(rows) };
    if (known.size >= MOST_CONDITIONS) known.clear();
    known.set(key, made);
    return made;
  };
  return {
    training: ordered,
    coverageRows: Math.min(nRows, coverageSamples),
    condition,
    conditionsOf: (row) =>
      features
        .flatMap((schema, feature) => predicatesOf(schema, feature, cuts[feature]!, row[feature]!))
        .map(condition)
        .filter(({ count }) => count > 0),
  };
}

/** The same rows with the chosen ones (ascending) in front. */
function sampleFirst({ nRows, nFeatures, values }: EncodedRows, chosen: Int32Array): EncodedRows {
  if (chosen.length === nRows) return { nRows, nFeatures, values };
  const isChosen = new Uint8Array(nRows);
  for (const row of chosen) isChosen[row] = 1;
  const ordered = new Float64Array(values.length);
  let front = 0;
  let back = chosen.length;
  for (let row = 0; row < nRows; row++) {
    const at = isChosen[row] === 1 ? front++ : back++;
    ordered.set(values.subarray(row * nFeatures, (row + 1) * nFeatures), at * nFeatures);
  }
  return { nRows, nFeatures, values: ordered };
}
