import { describe, expect, it } from 'vitest';
import { applyEdits, decodeCell, editsBetween } from '#/domain/encoded-cell';
import { freshPointId, keepPoint } from '#/domain/points';
import type { FeatureSchema } from '#/domain/model';

const point = { name: 'a', baseRow: 0, values: Float64Array.of(1), prediction: Float64Array.of(0.5) };

describe('kept what-if points', () => {
  it('saves edits to the first point (VIEWS 3, defect 2)', () => {
    const added = keepPoint(null, [], point);
    expect(added.kind).toBe('add point');
    const changed = keepPoint(added.point.id, [added.point.id], { ...point, values: Float64Array.of(9) });
    expect(changed.kind).toBe('change point');
    expect(changed.point.id).toBe(added.point.id);
    expect(Array.from(changed.point.values)).toEqual([9]);
  });

  it('adds a point again when the one being edited was removed meanwhile', () => {
    expect(keepPoint('point-1', ['point-2'], point).kind).toBe('add point');
  });

  it('never gives an id twice', () => {
    expect(freshPointId(['point-1', 'point-3', 'point-4'])).not.toMatch(/point-[134]$/);
  });
});

describe('encoded cells', () => {
  const schema = (kind: FeatureSchema['kind'], labels: readonly string[] = []): FeatureSchema => ({
    name: 'f',
    kind,
    integer: false,
    labels,
    missingText: '',
    column: 0,
  });

  it('reads 0, false and the empty label as values, NaN as missing (VIEWS 3, defects 3 and 10)', () => {
    expect(decodeCell(schema('numeric'), 0)).toBe(0);
    expect(decodeCell(schema('boolean'), 0)).toBe(false);
    expect(decodeCell(schema('categorical', ['', 'b']), 0)).toBe('');
    expect(decodeCell(schema('numeric'), NaN)).toBeNull();
  });

  it('goes from a row to edits and back, missing values included', () => {
    const encoded = Float64Array.of(1, NaN, 3, 0);
    const values = Float64Array.of(1, 2, NaN, 0);
    const edits = editsBetween(encoded, values);
    expect(edits).toEqual({ 1: 2, 2: null });
    expect(Array.from(applyEdits(encoded, edits))).toEqual([1, 2, NaN, 0]);
    expect(Array.from(applyEdits(encoded, { 9: 1, x: 2, '-1': 3 }))).toEqual(Array.from(encoded));
  });
});
