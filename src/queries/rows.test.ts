import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Study } from '#/domain/study';
import { questions } from '#/queries/catalogue';
import { buildLocalImportance, type LocalImportanceAnswer, type LocalImportanceInput } from '#/queries/local-importance';
import type { RowOrder } from '#/queries/row-order';
import { buildStudy, DRAWN } from '#/testing/build-study';

const PICTURE = `
  id:name | age | job | true | p   | phi:age | phi:job
  ann     | 30  | a   | no   | 0.2 | -1      | 0.5
  Anna    | 40  | b   | no   | 0.9 | 3       | -0.5
  bob     | ?   | a   | yes  | 0.4 | .       | .
  2       | 50  | ?   | ?    | 0.7 | 1       | nan
`;
const study = buildStudy(PICTURE, { classes: ['no', 'yes'], base: [0.25] });

function explain(output: 'class 0' | 'class 1' | 'predicted' | 'mean-abs', row = 1, of: Study = study): LocalImportanceAnswer {
  const choice =
    output === 'class 0' || output === 'class 1' ? ({ kind: 'class', classIndex: Number(output.at(-1)) } as const) : { kind: output };
  const answer = questions['local-importance'].answer(of, { scope: { explanation: DRAWN, output: choice }, row });
  if (answer.kind !== 'explained') throw new Error('not explained');
  return answer;
}

describe('local importance', () => {
  it('gives a waterfall from the base to the sum, beside the prediction in its own space', () => {
    expect(explain('class 1')).toMatchObject({
      classIndex: 1,
      outputLabel: 'yes',
      fellBack: false,
      base: 0.25,
      sum: 2.75,
      prediction: 0.9,
      predictionUnit: 'probability',
      unit: 'log-odds',
      features: [
        { feature: 0, name: 'age', value: 40, phi: 3, standardError: null, perClass: [-3, 3] },
        { feature: 1, name: 'job', value: 'b', phi: -0.5, perClass: [0.5, -0.5] },
      ],
    });
  });

  it('mirrors everything for class 0: log-odds change sign, probabilities go to 1 - p', () => {
    const mirrored = explain('class 0');
    expect(mirrored).toMatchObject({ classIndex: 0, base: -0.25, sum: -2.75 });
    expect(mirrored.prediction).toBeCloseTo(0.1, 12);
    expect(mirrored.features.map(({ phi }) => phi)).toEqual([-3, 0.5]);
    const probability = explain('class 0', 1, buildStudy(PICTURE, { classes: ['no', 'yes'], base: [0.25], space: 'probability' }));
    expect(probability).toMatchObject({ base: 0.75, sum: -1.75, unit: 'probability' });
  });

  it("falls back from mean |value| to the row's predicted class and says so", () => {
    expect(explain('mean-abs', 0)).toMatchObject({ fellBack: true, classIndex: 0, sum: 0.25 });
    expect(explain('predicted', 0)).toMatchObject({ fellBack: false, classIndex: 0, sum: 0.25 });
  });

  it('leaves a missing value missing: last, without a sum', () => {
    const answer = explain('class 1', 3);
    expect(answer.sum).toBeNull();
    expect(answer.features.map(({ name }) => name)).toEqual(['age', 'job']);
    expect(answer.features[1]!.phi).toBeNaN();
    expect(answer.features[1]!.value).toBeNull();
  });

  it('knows rows that were not explained, and rows that are not there', () => {
    const scope = { explanation: DRAWN, output: { kind: 'predicted' } } as const;
    expect(questions['local-importance'].answer(study, { scope, row: 2 })).toEqual({ kind: 'not explained', row: 2 });
    for (const row of [-1, 4, 0.5]) {
      expect(() => questions['local-importance'].answer(study, { scope, row })).toThrow(expect.objectContaining({ tag: 'BadRequest' }));
    }
  });

  it('is built from any values: an edited row of three classes', () => {
    const input: LocalImportanceInput = {
      row: 0,
      outputs: { task: 'multiclass', targetName: 'y', classLabels: ['a', 'b', 'c'] },
      choice: { kind: 'predicted' },
      space: 'softmax margin',
      features: [{ name: 'age' }],
      values: [3],
      phi: [[1], [2], [-4]],
      standardErrors: [[0.1], [0.2], [0.3]],
      baseValues: [0, 1, 2],
      prediction: [0.1, 0.2, 0.7],
      predictionSpace: 'probability',
      predictedClass: 2,
    };
    expect(buildLocalImportance(input)).toMatchObject({
      classIndex: 2,
      outputLabel: 'c',
      base: 2,
      sum: -2,
      prediction: 0.7,
      features: [{ phi: -4, standardError: 0.3, perClass: [1, 2, -4] }],
    });
  });
});

describe('row details', () => {
  it('tell what a row holds and how it was predicted', () => {
    const answer = questions['row-details'].answer(study, { row: 1 });
    expect(answer).toMatchObject({ title: 'Anna', predictedLabel: 'yes', trueLabel: 'no', error: 1, scoreUnit: 'probability' });
    expect(answer.scores![0]).toBeCloseTo(0.1, 12);
    expect([...answer.encoded!]).toEqual([40, 1]);
    const unknown = questions['row-details'].answer(study, { row: 3 });
    expect(unknown).toMatchObject({ trueLabel: null, error: null });
    expect([...unknown.encoded!]).toEqual([50, NaN]);
    expect(unknown.cells[2]).toEqual({ column: 2, name: 'job', value: null });
  });

  it('of a regression are predicted minus true', () => {
    const values = buildStudy('x | true | p\n 1 | 3 | 5.5', { unit: 'dollars' });
    expect(questions['row-details'].answer(values, { row: 0 })).toMatchObject({
      title: 'Row 0',
      predictedClass: -1,
      scores: [5.5],
      scoreUnit: 'dollars',
      trueLabel: '3',
      predictedLabel: '5.5',
      error: 2.5,
    });
  });
});

describe('row order', () => {
  const rowsIn = (of: Study, order: RowOrder): number[] =>
    of.table.nRows === 0
      ? []
      : Array.from(
          { length: of.table.nRows },
          (_, position) => questions['row-order'].answer(of, { kind: 'at', order, position }).rows[0]!,
        );

  it('puts the most wrong first, unknown truth last', () => {
    expect(rowsIn(study, 'most wrong')).toEqual([1, 2, 0, 3]);
    expect(rowsIn(study, 'highest prediction')).toEqual([1, 3, 2, 0]);
    expect(rowsIn(study, 'lowest prediction')).toEqual([0, 2, 3, 1]);
    const onlyLabels = buildStudy('x | true | label\n 1 | a | a\n 2 | a | b', { classes: ['a', 'b'] });
    expect(rowsIn(onlyLabels, 'most wrong')).toEqual([1, 0]);
    const values = buildStudy('x | true | p\n 1 | 3 | 5\n 2 | 3 | ?\n 3 | 3 | -4');
    expect(rowsIn(values, 'most wrong')).toEqual([2, 0, 1]);
    expect(rowsIn({ ...values, target: null }, 'most wrong')).toEqual([0, 1, 2]);
  });

  it('is a permutation, and locate is the inverse of at', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('no', 'yes', '?'), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 20 }),
        (rows) => {
          const any = buildStudy(['x | true | p', ...rows.map(([truth, p]) => `1 | ${truth} | ${p}`)].join('\n'), {
            classes: ['no', 'yes'],
          });
          for (const order of ['index', 'most wrong', 'highest prediction', 'lowest prediction'] as const) {
            const found = rowsIn(any, order);
            expect(found.toSorted((a, b) => a - b)).toEqual(rows.map((_, i) => i));
            found.forEach((row, position) =>
              expect(questions['row-order'].answer(any, { kind: 'locate', order, row })).toMatchObject({ rows: [row], position }),
            );
          }
        },
      ),
    );
  });

  it('finds the row number first, then ids by equality, beginning and content', () => {
    const find = (text: string) => questions['row-order'].answer(study, { kind: 'find', text });
    expect(find('2').rows).toEqual([2, 3]);
    expect(find('anna').rows).toEqual([1]);
    expect(find('ANN')).toMatchObject({ rows: [0, 1], titles: ['ann', 'Anna'], position: -1, total: 4 });
    expect(find('b').rows).toEqual([2]);
    expect(find(' ').rows).toEqual([]);
    expect(questions['row-order'].answer(study, { kind: 'at', order: 'index', position: 9 }).rows).toEqual([]);
  });
});

describe('neighbours', () => {
  it('are nearest by Gower distance, the row itself left out', () => {
    const data = buildStudy(
      `x  | c | p   | phi:x | phi:c
       0  | a | 0.1 | 1     | 1
       10 | a | 0.2 | 1     | 1
       4  | b | 0.8 | 1     | 1
       5  | ? | 0.9 | 1     | 1`,
      { classes: ['no', 'yes'] },
    );
    const answer = questions.neighbours.answer(data, { values: Float64Array.of(4, 0), count: 2, exceptRow: 1 });
    expect(answer.rows).toEqual([
      { row: 0, title: 'Row 0', distance: 0.2, predicted: 'no' },
      { row: 2, title: 'Row 2', distance: 0.5, predicted: 'yes' },
    ]);
    expect(answer.unlike).toBe(false);
    expect(questions.neighbours.answer(data, { values: Float64Array.of(100, NaN), count: 1, exceptRow: -1 }).unlike).toBe(true);
    expect(() => questions.neighbours.answer(data, { values: new Float64Array(3), count: 1, exceptRow: -1 })).toThrow();
  });
});
