import { expect, it } from 'vitest';
import { encodeRows } from '#/domain/encode-rows';
import type { FeatureSchema } from '#/domain/model';
import type { Table } from '#/domain/table';

const table: Table = {
  name: 't',
  nRows: 3,
  columns: [
    { kind: 'categorical', name: 'job', role: 'feature', codes: Int32Array.of(0, -1, 1), labels: ['baker', 'clerk'] },
    { kind: 'numeric', name: 'age', role: 'feature', values: Float32Array.of(30, NaN, 5), integer: true },
    { kind: 'boolean', name: 'flag', role: 'feature', values: Uint8Array.of(1, 255, 0) },
  ],
};

function feature(name: string, column: number | null, labels: readonly string[] = []): FeatureSchema {
  return { name, kind: labels.length > 0 ? 'categorical' : 'numeric', integer: false, labels, missingText: '', column };
}

it('encodes chosen rows in feature order; missing is NaN', () => {
  const rows = encodeRows(
    table,
    [feature('age', 1), feature('flag', 2), feature('job', 0, ['baker', 'clerk']), feature('gone', null)],
    Int32Array.of(2, 0, 1),
  );
  expect(rows).toEqual({ nRows: 3, nFeatures: 4, values: Float64Array.of(5, 0, 1, NaN, 30, 1, 0, NaN, NaN, NaN, NaN, NaN) });
});

it('maps codes by label where the feature numbers them differently', () => {
  const { values } = encodeRows(table, [feature('job', 0, ['clerk', 'driver', 'baker'])], Int32Array.of(0, 1, 2));
  expect(values).toEqual(Float64Array.of(2, NaN, 0));
  expect(encodeRows(table, [feature('job', 0, ['baker'])], Int32Array.of(0, 2)).values).toEqual(Float64Array.of(0, NaN));
});
