import { describe, expect, it } from 'vitest';
import { codeOfKey, keyOfCode, optionsOf } from '#/features/perturbation/category-options';
import type { FeatureProfile } from '#/queries/profiles';

function profile(kind: 'categorical' | 'boolean', labels: readonly string[]): FeatureProfile {
  return {
    feature: 0,
    schema: { name: 'f', kind, integer: false, labels, missingText: '', column: 0 },
    missing: 0,
    min: NaN,
    max: NaN,
    median: NaN,
    histogram: new Uint32Array(0),
    labelCounts: Uint32Array.from({ length: Math.max(2, labels.length) }, (_, i) => i + 1),
  };
}

describe('options of a category', () => {
  it('numbers empty, number-like, boolean-like and equal labels by their code (VIEWS 3, defect 7)', () => {
    const labels = ['', '0', 'false', 'missing', 'a', 'a'];
    const options = optionsOf(profile('categorical', labels));
    expect(options.map((option) => codeOfKey(option.key))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(options.map((option) => option.key)).size).toBe(6);
    expect(options[0]?.label).toBe('(empty) (1)');
    expect(options[1]?.label).toBe('0 (2)');
  });

  it('keeps false selectable and missing apart', () => {
    expect(optionsOf(profile('boolean', [])).map((option) => codeOfKey(option.key))).toEqual([0, 1]);
    expect(codeOfKey(keyOfCode(NaN))).toBeNaN();
    expect(codeOfKey(keyOfCode(0))).toBe(0);
  });
});
