import type { EncodedRows, FeatureSchema } from '#/domain/model';
import type { ColumnSource } from '#/domain/tree-model';

/** Levels of one categorical feature that get a column of their own, the most frequent first; the others are all zeros. */
const MAX_LEVELS = 256;

/** The one-hot columns of a categorical feature. */
export interface HotFeature {
  readonly feature: number;
  /** Ascending codes, one a column. */
  readonly codes: Int32Array;
  /** Column (within all hot columns) of a code, -1 for codes without one. */
  readonly columnOf: Int32Array;
  readonly firstColumn: number;
}

/**
 * Rows as linear learners see them: numbers standardised, categories one-hot (no level is left out).
 * Columns are the numbers first, then the hot ones.
 */
export interface Design {
  readonly nRows: number;
  readonly nNumbers: number;
  /** Row-major [nRows, nNumbers], (x - mean) / scale; missing cells are 0, the mean. */
  readonly numbers: Float64Array;
  readonly means: Float64Array;
  /** Population standard deviation; 1 for constant columns. */
  readonly scales: Float64Array;
  readonly nHot: number;
  /** Row-major [nRows, nHot]: the column that is 1, or -1. */
  readonly hot: Int32Array;
  readonly nColumns: number;
  /** By column, from the raw feature (numbers are not scaled by the steps). */
  readonly sources: readonly ColumnSource[];
}

export function isCategorical(feature: FeatureSchema): boolean {
  return feature.kind === 'categorical';
}

/** One-hot columns for the codes that the rows hold; missing and unknown codes have none. */
export function hotFeatures(rows: EncodedRows, features: readonly FeatureSchema[]): HotFeature[] {
  const made: HotFeature[] = [];
  let firstColumn = 0;
  for (const [feature, schema] of features.entries()) {
    if (!isCategorical(schema)) continue;
    const counts = new Map<number, number>();
    for (let i = feature; i < rows.values.length; i += rows.nFeatures) {
      const code = rows.values[i]!;
      if (Number.isInteger(code) && code >= 0) counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    const kept = [...counts].sort(([a, rowsA], [b, rowsB]) => rowsB - rowsA || a - b).slice(0, MAX_LEVELS);
    const codes = Int32Array.from(kept, ([code]) => code).sort();
    const columnOf = new Int32Array((codes.at(-1) ?? -1) + 1).fill(-1);
    codes.forEach((code, i) => (columnOf[code] = firstColumn + i));
    made.push({ feature, codes, columnOf, firstColumn });
    firstColumn += codes.length;
  }
  return made;
}

/** Sources of the one-hot columns: 1 for the column's code, else (also for NaN) 0. */
export function hotSources(hot: readonly HotFeature[], features: readonly FeatureSchema[]): ColumnSource[] {
  return hot.flatMap(({ feature, codes }) =>
    Array.from(codes, (code): ColumnSource => {
      const values = new Float64Array(code + 1);
      values[code] = 1;
      const { name, labels } = features[feature]!;
      return { feature, steps: [{ kind: 'lookup', values, other: 0 }], name: `${name}=${labels[code] ?? String(code)}` };
    }),
  );
}

/** @param rows - not modified */
export function createDesign(rows: EncodedRows, features: readonly FeatureSchema[]): Design {
  const { nRows, nFeatures, values } = rows;
  const numeric = features.flatMap((schema, feature) => (isCategorical(schema) ? [] : [feature]));
  const nNumbers = numeric.length;
  const numbers = new Float64Array(nRows * nNumbers);
  const means = new Float64Array(nNumbers);
  const scales = new Float64Array(nNumbers);
  numeric.forEach((feature, column) => {
    let known = 0;
    let sum = 0;
    for (let i = feature; i < values.length; i += nFeatures) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      sum += value;
      known++;
    }
    const mean = known === 0 ? 0 : sum / known;
    let squares = 0;
    for (let row = 0; row < nRows; row++) {
      const value = values[row * nFeatures + feature]!;
      const centred = Number.isFinite(value) ? value - mean : 0;
      numbers[row * nNumbers + column] = centred;
      squares += centred * centred;
    }
    const deviation = Math.sqrt(squares / nRows);
    const scale = deviation > 1e-12 * Math.abs(mean) ? deviation : 1;
    for (let row = 0; row < nRows; row++) numbers[row * nNumbers + column]! /= scale;
    means[column] = mean;
    scales[column] = scale;
  });
  const hotList = hotFeatures(rows, features);
  const nHot = hotList.length;
  const hot = new Int32Array(nRows * nHot);
  hotList.forEach(({ feature, columnOf }, column) => {
    for (let row = 0; row < nRows; row++) {
      const found = columnOf[values[row * nFeatures + feature]!] ?? -1;
      hot[row * nHot + column] = found < 0 ? -1 : nNumbers + found;
    }
  });
  const sources = [
    ...numeric.map((feature, column): ColumnSource => {
      return { feature, steps: [{ kind: 'impute', replaced: NaN, value: means[column]! }] };
    }),
    ...hotSources(hotList, features),
  ];
  return { nRows, nNumbers, numbers, means, scales, nHot, hot, nColumns: sources.length, sources };
}

/** Dot product of one row with weights by column. */
export function rowDot(design: Design, row: number, weights: Float64Array, at: number): number {
  const { nNumbers, numbers, nHot, hot } = design;
  let sum = 0;
  for (let j = 0, from = row * nNumbers; j < nNumbers; j++) sum += numbers[from + j]! * weights[at + j]!;
  for (let j = 0, from = row * nHot; j < nHot; j++) {
    const column = hot[from + j]!;
    if (column >= 0) sum += weights[at + column]!;
  }
  return sum;
}

/** Adds `factor` times a row to sums by column. */
export function addRow(design: Design, row: number, factor: number, sums: Float64Array, at: number): void {
  const { nNumbers, numbers, nHot, hot } = design;
  for (let j = 0, from = row * nNumbers; j < nNumbers; j++) sums[at + j] = sums[at + j]! + factor * numbers[from + j]!;
  for (let j = 0, from = row * nHot; j < nHot; j++) {
    const column = hot[from + j]!;
    if (column >= 0) sums[at + column] = sums[at + column]! + factor;
  }
}

/**
 * Coefficients and intercept over the raw columns, from those over the standardised ones.
 * @param weights - [nColumns], not modified
 */
export function rawCoefficients(
  design: Design,
  weights: Float64Array,
  intercept: number,
): { coefficients: Float64Array; intercept: number } {
  const coefficients = weights.slice();
  let shifted = intercept;
  for (let j = 0; j < design.nNumbers; j++) {
    coefficients[j] = weights[j]! / design.scales[j]!;
    shifted -= coefficients[j]! * design.means[j]!;
  }
  return { coefficients, intercept: shifted };
}
