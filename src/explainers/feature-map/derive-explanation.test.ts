import { describe, expect, it } from 'vitest';
import { BLOCK_ROWS, localRow, type Explanation } from '#/domain/explanation';
import type { ExplanationId } from '#/domain/ids';
import type { FeatureSchema } from '#/domain/model';
import { buildStudy } from '#/testing/build-study';
import { deriveExplanation, type Derivation } from './derive-explanation';
import { featureMapFromMatrix } from './map-matrix';

const study = buildStudy(`
  age | sex | phi:age | phi:sex=f | phi:sex=m | se:age | se:sex=f | se:sex=m
  30 | f | 1 | 0.5 | -2 | 0.1 | 0.3 | 0.4
  40 | m | -1 | 0.25 | 3 | 0.2 | 0.3 | 0.4
`);
const explained = study.explanations[0]!;
const group = { name: 'sex', features: [2, 1] };
const derive = (
  explanation: Explanation,
  by: Derivation['by'] = { groups: [group] },
  schemaOf: Derivation['schemaOf'] = () => null,
): Explanation => deriveExplanation(explanation, { id: 'new' as ExplanationId, name: 'Grouped', by, schemaOf });

const sexOfTable: FeatureSchema = { name: 'sex', kind: 'categorical', integer: false, labels: ['f', 'm'], missingText: '', column: 1 };

describe('deriveExplanation', () => {
  it('sums local values and standard errors, and says so', () => {
    const derived = derive(explained);
    expect(derived.features.map(({ name }) => name)).toEqual(['age', 'sex']);
    expect([...localRow(derived, derived.local!, 0, 0)]).toEqual([1, -1.5]);
    expect([...localRow(derived, derived.local!, 0, 1)]).toEqual([-1, 3.25]);
    expect(localRow(derived, derived.standardErrors!, 0, 0)[1]).toBeCloseTo(0.7, 12);
    expect(derived).toMatchObject({ id: 'new', name: 'Grouped', featureSpace: 'grouped', space: explained.space, badge: explained.badge });
    expect(derived.baseValues).toBe(explained.baseValues);
    expect(derived.provenance.parameters).toMatchObject({
      'derived from': explained.name,
      'derived from id': explained.id,
      'derived by': 'groups of features',
      'standard errors': 'summed (upper bound)',
    });
    // the source stays as it was
    expect([...localRow(explained, explained.local!, 0, 0)]).toEqual([1, 0.5, -2]);
    expect(explained.features).toHaveLength(3);
  });

  it('finds the table column of a group, and keeps what stays alone', () => {
    const derived = derive(explained, { groups: [group] }, (name) => (name === 'sex' ? sexOfTable : null));
    expect(derived.features[1]).toBe(sexOfTable);
    expect(derived.features[0]).toBe(explained.features[0]);
    expect(derive(explained).features[1]).toMatchObject({ kind: 'numeric', column: null });
  });

  it('maps columns by name, whatever their order', () => {
    const map = featureMapFromMatrix(
      [
        [0, 0, 1],
        [1, 1, 0],
      ],
      ['age', 'sex'],
      ['sex=m', 'sex=f', 'age'],
    );
    const derived = derive(explained, { map });
    expect(derived.featureSpace).toBe('raw');
    expect([...localRow(derived, derived.local!, 0, 0)]).toEqual([1, -1.5]);
    expect(derived.provenance.parameters['derived by']).toBe('feature map');
  });

  it('keeps lines of interactions summing to the values, and their symmetry', () => {
    const phi = [1, 0.5, -2];
    const matrix = [0.5, 0.25, 0.25, 0.25, 0.5, -0.25, 0.25, -0.25, -2];
    const both = {
      ...explained,
      rows: explained.rows.slice(0, 1),
      completed: 1,
      local: [[Float64Array.from(phi)]],
      interactions: [[Float64Array.from(matrix)]],
    };
    const derived = derive(both);
    const [a, b, c, d] = derived.interactions![0]![0]!;
    expect([a, b, c, d]).toEqual([0.5, 0.5, 0.5, 0.5 - 2 - 2 * 0.25]);
    const [age, sex] = localRow(derived, derived.local!, 0, 0);
    expect(a! + b!).toBeCloseTo(age!, 12);
    expect(c! + d!).toBeCloseTo(sex!, 12);
  });

  it('sums global importances only where no local values exist', () => {
    const saved = {
      perOutput: null,
      overall: Float64Array.of(3, 1, 2),
      meaning: 'mean |value|',
      spread: Float64Array.of(0.1, 0.2, 0.3),
      signed: false,
    };
    expect(derive({ ...explained, saved }).saved).toBeNull();
    const derived = derive({ ...explained, local: null, standardErrors: null, saved });
    expect([...derived.saved!.overall]).toEqual([3, 3]);
    expect(derived.saved!.meaning).toBe('mean |value|, summed');
    expect(derived.saved!.spread![1]).toBeCloseTo(0.5, 12);
  });

  it('works across blocks, and keeps NaN where rows are not finished', () => {
    const nRows = BLOCK_ROWS + 3;
    const blocks = [[new Float32Array(BLOCK_ROWS * 3).fill(1), new Float32Array(9).fill(NaN)]];
    const derived = derive({
      ...explained,
      rows: new Int32Array(nRows),
      completed: BLOCK_ROWS,
      state: 'partial',
      local: blocks,
      standardErrors: null,
    });
    expect(derived.local![0]!.map((block) => block.length)).toEqual([BLOCK_ROWS * 2, 6]);
    expect([...localRow(derived, derived.local!, 0, BLOCK_ROWS - 1)]).toEqual([1, 2]);
    expect([...localRow(derived, derived.local!, 0, BLOCK_ROWS)]).toEqual([NaN, NaN]);
  });

  const refused: Record<string, [() => Explanation, string]> = {
    'a feature in two groups': [() => derive(explained, { groups: [group, { name: 'b', features: [1, 0] }] }), '"sex=f" is in two groups'],
    'a feature that is not there': [() => derive(explained, { groups: [{ name: 'b', features: [7] }] }), 'There is no feature 7 for "b".'],
    'a group without name': [() => derive(explained, { groups: [{ name: ' ', features: [1] }] }), 'needs a name and at least one feature'],
    'two of one name': [() => derive(explained, { groups: [{ name: 'age', features: [1, 2] }] }), 'Two features would be called "age"'],
    'a running explanation': [() => derive({ ...explained, state: 'running' }), 'still being computed'],
    rules: [() => derive({ ...explained, rules: [] }), 'Rules have no values'],
    'a map of another size': [
      () => derive(explained, { map: featureMapFromMatrix([[1]], ['a'], ['a']) }),
      'has 1 columns, the explanation 3 features',
    ],
    'shared columns': [
      () =>
        derive(explained, {
          map: featureMapFromMatrix(
            [
              [1, 0, 1],
              [0, 1, 1],
            ],
            ['a', 'b'],
            ['x', 'y', 'z'],
          ),
        }),
      'made of several raw features (z)',
    ],
    'columns of nobody': [
      () =>
        derive(explained, {
          map: featureMapFromMatrix(
            [
              [1, 0, 0],
              [0, 1, 0],
            ],
            ['a', 'b'],
            ['x', 'y', 'z'],
          ),
        }),
      'Column "z" belongs to no raw feature',
    ],
  };
  it.each(Object.entries(refused))('refuses %s', (_, [act, message]) => {
    expect(act).toThrow(message);
  });
});
