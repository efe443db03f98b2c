/** Table columns as float64 numbers by row, and facts about them. A missing cell is NaN, never 0 and never a category. */
import { encodeRows } from '#/domain/encode-rows';
import type { FeatureSchema } from '#/domain/model';
import type { Study } from '#/domain/study';
import type { CategoricalColumn, Column, Table } from '#/domain/table';
import { selectQuantiles, finiteValues, thinned } from '#/math/quantiles';
import { createMemo } from './memo';

/** Value, category code, 0/1 or milliseconds by row; a float64 column is returned itself and must not be modified. */
export function columnNumbers(column: Column): Float64Array {
  switch (column.kind) {
    case 'datetime':
      return column.values;
    case 'numeric':
      return column.values instanceof Float64Array ? column.values : new Float64Array(column.values);
    case 'categorical': {
      const numbers = new Float64Array(column.codes);
      for (let i = 0; i < numbers.length; i++) if (numbers[i]! < 0) numbers[i] = NaN;
      return numbers;
    }
    case 'boolean': {
      const numbers = new Float64Array(column.values);
      for (let i = 0; i < numbers.length; i++) if (numbers[i] === 255) numbers[i] = NaN;
      return numbers;
    }
    default:
      return column satisfies never;
  }
}

export interface Range {
  /** NaN when no value is present. */
  readonly min: number;
  readonly max: number;
  readonly missing: number;
}

/** Range of the present values. */
export function rangeOf(numbers: Float64Array): Range {
  let min = Infinity;
  let max = -Infinity;
  let missing = 0;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (Number.isNaN(value)) missing++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return missing === numbers.length ? { min: NaN, max: NaN, missing } : { min, max, missing };
}

const ranges = createMemo<Range>();

export function columnRange(column: Column): Range {
  return ranges([column], '', () => rangeOf(columnNumbers(column)));
}

/** Labels by code: of categories, or of false and true; [] for numbers. */
export function columnLabels(column: Column): readonly string[] {
  if (column.kind === 'categorical') return column.labels;
  return column.kind === 'boolean' ? ['false', 'true'] : [];
}

/** Whole-number columns with more different values than this stay numbers. */
const MAX_NUMBER_CATEGORIES = 200;

const numberCategories = createMemo<CategoricalColumn | null>();

/** A whole-number column as categories in ascending order of the numbers; null when it has too many or broken ones. */
export function asCategories(column: Column): CategoricalColumn | null {
  if (column.kind === 'categorical') return column;
  if (column.kind !== 'numeric' || !column.integer) return null;
  return numberCategories([column], '', () => {
    const numbers = columnNumbers(column);
    const distinct = new Set<number>();
    for (let i = 0; i < numbers.length && distinct.size <= MAX_NUMBER_CATEGORIES; i++) {
      if (!Number.isNaN(numbers[i]!)) distinct.add(numbers[i]!);
    }
    if (distinct.size > MAX_NUMBER_CATEGORIES) return null;
    const sorted = [...distinct].sort((a, b) => a - b);
    const codes = new Map(sorted.map((value, code) => [value, code]));
    return {
      kind: 'categorical',
      name: column.name,
      role: column.role,
      codes: Int32Array.from(numbers, (value) => codes.get(value) ?? -1),
      labels: sorted.map(String),
    };
  });
}

/** The features that edits, profiles and distances speak of: the model's, else those of an explanation of the raw data. */
export function studyFeatures(study: Study): readonly FeatureSchema[] {
  if (study.model !== null) return study.model.features;
  return study.explanations.find((explanation) => explanation.featureSpace === 'raw')?.features ?? [];
}

export function featureColumn(table: Table, feature: FeatureSchema): Column | null {
  return feature.column === null ? null : (table.columns[feature.column] ?? null);
}

/** A feature's encoded values by row (see domain/encode-rows); null without data. Must not be modified. */
export function encodedFeature(table: Table, feature: FeatureSchema): Float64Array | null {
  const column = featureColumn(table, feature);
  if (column === null) return null;
  if (column.kind !== 'categorical' || column.labels === feature.labels) return columnNumbers(column);
  const rows = Int32Array.from({ length: table.nRows }, (_, i) => i);
  return encodeRows(table, [feature], rows).values;
}

/** Scale for colours: the value range that becomes 0..1. */
export interface ColourScale {
  readonly low: number;
  readonly high: number;
}

const scales = createMemo<ColourScale>();
const SCALE_SAMPLE = 200_000;

/**
 * Categories: code / (n - 1). Numbers: 5th to 95th percentile; 1st to 99th, then the range, where these coincide.
 * Above 200,000 rows an even sample stands for all.
 */
export function colourScale(column: Column): ColourScale {
  const labels = columnLabels(column);
  if (labels.length > 0) return { low: 0, high: Math.max(1, labels.length - 1) };
  return scales([column], '', () => scaleOf(columnNumbers(column)));
}

export function scaleOf(numbers: Float64Array): ColourScale {
  const sample = thinned(finiteValues(numbers), SCALE_SAMPLE);
  const [p0, p1, p5, p95, p99, p100] = selectQuantiles(sample, [0, 0.01, 0.05, 0.95, 0.99, 1]) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (p95 > p5) return { low: p5, high: p95 };
  if (p99 > p1) return { low: p1, high: p99 };
  return { low: p0, high: p100 };
}

/** A value on the scale in [0, 1]; one half where everything is equal, NaN for missing. */
export function scaled({ low, high }: ColourScale, value: number): number {
  if (Number.isNaN(value)) return NaN;
  if (!(high > low)) return 0.5;
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}
