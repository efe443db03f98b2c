import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Explanation } from '#/domain/explanation';
import type { ExplanationId } from '#/domain/ids';
import type { OutputChoice } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { questions } from '#/queries/catalogue';
import { buildExplanation, buildStudy, DRAWN } from '#/testing/build-study';
import { syntheticStudy } from '#/testing/synthetic-study';

const BINARY = `
  age | job | true | p   | phi:age | phi:job | se:age | se:job
  30  | a   | no   | 0.2 | -1      | 0.5     | 0.3    | 0.4
  40  | b   | yes  | 0.9 | 3       | -0.5    | 0.4    | 0
  ?   | a   | no   | 0.4 | .       | .       | .      | .
`;
const binary = buildStudy(BINARY, { classes: ['no', 'yes'], base: [0.1] });

const THREE = `
  age | job | p   | p@1 | p@2 | phi:age | phi:job | phi:age@1 | phi:job@1 | phi:age@2 | phi:job@2
  30  | 1   | 0.6 | 0.3 | 0.1 | 1       | -2      | 3         | 0         | 0         | 5
  40  | 2   | 0.1 | 0.1 | 0.8 | -3      | 4       | 1         | 1         | 2         | -7
`;
const three = buildStudy(THREE, { classes: ['a', 'b', 'c'], space: 'softmax margin' });

const ask = (study: Study, output: OutputChoice, explanation: ExplanationId = DRAWN, classIndex?: number) =>
  questions['global-importance'].answer(study, {
    scope: { explanation, output },
    sort: classIndex === undefined ? { kind: 'total' } : { kind: 'class', classIndex },
  });

describe('global importance', () => {
  it('is the mean |value| of the explained rows, with its sign, spread and coverage', () => {
    const answer = ask(binary, { kind: 'class', classIndex: 1 });
    expect([...answer.total]).toEqual([2, 0.5]);
    expect([...answer.signedMean!]).toEqual([1, 0]);
    expect([...answer.spread!.low]).toEqual([1.5, 0.5]);
    expect([...answer.spread!.high]).toEqual([2.5, 0.5]);
    expect(answer.coverage).toEqual({ used: 2, total: 3 });
    expect(answer).toMatchObject({ unit: 'log-odds', outputLabel: 'yes', globalOnly: false, meaning: 'mean |value|' });
  });

  it('mirrors the sign for class 0 and keeps |values| for each choice of two classes', () => {
    expect([...ask(binary, { kind: 'class', classIndex: 0 }).signedMean!]).toEqual([-1, -0]);
    for (const output of [{ kind: 'class', classIndex: 0 }, { kind: 'predicted' }, { kind: 'mean-abs' }] as const) {
      const answer = ask(binary, output);
      expect([...answer.total]).toEqual([2, 0.5]);
      expect(answer.segments).toHaveLength(1);
    }
    expect(ask(binary, { kind: 'mean-abs' }).signedMean).toBeNull();
  });

  it('tells the error of sampling and the noise floor', () => {
    const { error, noiseFloor } = ask(binary, { kind: 'class', classIndex: 1 }).sampling!;
    expect(error[0]).toBeCloseTo(0.25, 12);
    expect(noiseFloor[0]).toBeCloseTo(Math.sqrt(2 / Math.PI) * 0.35, 12);
  });

  it('stacks classes so that the total is the mean over classes', () => {
    const answer = ask(three, { kind: 'mean-abs' });
    expect([...answer.total].map((v) => v.toFixed(6))).toEqual([(10 / 6).toFixed(6), (19 / 6).toFixed(6)]);
    expect(answer.segments.map(({ label }) => label)).toEqual(['a', 'b', 'c']);
    answer.total.forEach((total, f) => expect(answer.segments.reduce((sum, { values }) => sum + values[f]!, 0)).toBeCloseTo(total, 12));
  });

  it('sorts anew with the choice and the class (defect 5)', () => {
    expect([...ask(three, { kind: 'mean-abs' }).order]).toEqual([1, 0]);
    expect([...ask(three, { kind: 'class', classIndex: 1 }).order]).toEqual([0, 1]);
    expect([...ask(three, { kind: 'mean-abs' }, DRAWN, 1).order]).toEqual([0, 1]);
  });

  it('counts the finished rows of a partial explanation only and never reads NaN as 0', () => {
    const partial = buildStudy(
      `x | z | phi:x | phi:z
       1 | 1 | 2     | nan
       2 | 1 | 4     | 6
       3 | 1 | nan   | nan`,
      { explanation: { completed: 2, state: 'partial' } },
    );
    const answer = ask(partial, { kind: 'value' });
    expect([...answer.total]).toEqual([3, 6]);
    expect(answer.coverage).toEqual({ used: 2, total: 3 });
  });

  it('equals brute force on any values', () => {
    const value = fc.oneof(fc.double({ min: -5, max: 5, noNaN: true }), fc.constant(NaN));
    fc.assert(
      fc.property(fc.array(fc.array(fc.tuple(value, value), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 30 }), (rows) => {
        const phi = [0, 1, 2].map((k) => Float64Array.from(rows.flatMap((row) => row[k]!)));
        const explanation = buildExplanation(three.explanations[0]!.features, Int32Array.from(rows.keys()), phi);
        const study = { ...three, predictions: null, explanations: [explanation] };
        const mean = (values: readonly number[]): number => {
          const present = values.filter((v) => !Number.isNaN(v));
          return present.length === 0 ? NaN : present.reduce((a, b) => a + b, 0) / present.length;
        };
        const near = (found: number, wanted: number): void =>
          Number.isNaN(wanted) ? expect(found).toBeNaN() : expect(found).toBeCloseTo(wanted, 9);
        for (const f of [0, 1]) {
          const averages = rows.map((row) => row.reduce((sum, ofClass) => sum + Math.abs(ofClass[f]!), 0) / 3);
          near(ask(study, { kind: 'mean-abs' }).total[f]!, mean(averages));
          const ofClass = ask(study, { kind: 'class', classIndex: 2 });
          near(ofClass.total[f]!, mean(rows.map((row) => Math.abs(row[2]![f]!))));
          near(ofClass.signedMean![f]!, mean(rows.map((row) => row[2]![f]!)));
        }
      }),
    );
  });

  it('lines up other importances by feature name', () => {
    const { features } = binary.explanations[0]!;
    const permutation = buildExplanation([features[1]!, { ...features[0]!, name: 'other' }], new Int32Array(0), null, {
      id: 'pfi' as ExplanationId,
      name: 'Permutation',
      method: 'permutation-importance',
      saved: {
        perOutput: null,
        overall: Float64Array.of(-0.2, 0.1),
        meaning: 'drop in accuracy',
        spread: Float64Array.of(0.01, 0.02),
        signed: true,
      },
    });
    const study = { ...binary, explanations: [...binary.explanations, permutation] };
    const [series] = ask(study, { kind: 'class', classIndex: 1 }).series;
    expect(series).toMatchObject({ id: 'pfi/saved', label: 'Permutation', unit: 'drop in accuracy', signed: true });
    expect([...series!.values]).toEqual([NaN, -0.2]);
    expect([...series!.spread!]).toEqual([NaN, 0.01]);
    const alone = ask(study, { kind: 'class', classIndex: 1 }, permutation.id);
    expect(alone).toMatchObject({ globalOnly: true, meaning: 'drop in accuracy', signedMean: null, spread: null });
    // A drop below zero means unimportant.
    expect([...alone.order]).toEqual([1, 0]);
  });

  it('without an explanation is an error that says so', () => {
    expect(() =>
      questions['global-importance'].answer(binary, {
        scope: { explanation: null, output: { kind: 'mean-abs' } },
        sort: { kind: 'total' },
      }),
    ).toThrow(expect.objectContaining({ tag: 'NotFound' }));
  });
});

const summarise = (study: Study, more: Partial<Parameters<(typeof questions)['summary-importance']['answer']>[1]>) =>
  questions['summary-importance'].answer(study, {
    scope: { explanation: DRAWN, output: { kind: 'class', classIndex: 1 } },
    topK: 8,
    chart: 'swarm',
    colour: 'value',
    group: 'none',
    ...more,
  });

describe('summary importance', () => {
  it('colours every value that is there: 0, empty text and false too; missing is NaN (defect 3)', () => {
    const study = buildStudy(
      `n | t  | b     | phi:n | phi:t | phi:b
       0 | '' | false | 3     | 2     | 1
       1 | x  | true  | 3     | 2     | 1
       ? | ?  | ?     | 3     | 2     | 1`,
      { classes: ['no', 'yes'] },
    );
    const answer = summarise(study, {});
    if (answer.kind !== 'swarm') throw new Error(answer.kind);
    expect([...answer.lane]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
    expect([...answer.colours!]).toEqual([0, 1, NaN, 0, 1, NaN, 0, 1, NaN]);
  });

  it('shows the signed values of the chosen class, mirrored for class 0', () => {
    const yes = summarise(binary, {});
    const no = summarise(binary, { scope: { explanation: DRAWN, output: { kind: 'class', classIndex: 0 } } });
    if (yes.kind !== 'swarm' || no.kind !== 'swarm') throw new Error('not a swarm');
    expect([...yes.values]).toEqual([-1, 3, 0.5, -0.5]);
    expect([...no.values]).toEqual([1, -3, -0.5, 0.5]);
    expect(yes.coverage).toEqual({ used: 2, total: 3 });
  });

  it("follows each row's own predicted class and has no direction for mean |value|", () => {
    const predicted = summarise(three, { scope: { explanation: DRAWN, output: { kind: 'predicted' } }, colour: 'predicted' });
    if (predicted.kind !== 'swarm') throw new Error(predicted.kind);
    expect(predicted.features.map(({ name }) => name)).toEqual(['job', 'age']);
    expect([...predicted.values]).toEqual([-2, -7, 1, 2]);
    expect([...predicted.colours!]).toEqual([0, 2, 0, 2]);
    expect(predicted.colourLabels).toEqual(['a', 'b', 'c']);
    const meanAbs = summarise(three, { scope: { explanation: DRAWN, output: { kind: 'mean-abs' } } });
    expect(meanAbs.signed).toBe(false);
  });

  it('draws many rows as rasters whose counts hold every value', () => {
    const study = syntheticStudy(9000, 6);
    const answer = summarise(study, { topK: 4, colour: 'true' });
    if (answer.kind !== 'swarm-raster') throw new Error(answer.kind);
    expect(answer.counts).toHaveLength(4 * answer.width * answer.height);
    expect(answer.counts.reduce((a, b) => a + b, 0)).toBe(4 * 9000);
    expect(answer.exampleRows.every((row, cell) => row >= 0 === answer.counts[cell]! > 0)).toBe(true);
    expect(answer.colours!.every((colour, cell) => Number.isNaN(colour) === (answer.counts[cell] === 0))).toBe(true);
  });

  it('makes boxes, violins and bars by group', () => {
    const box = summarise(binary, { chart: 'box', group: 'true' });
    if (box.kind !== 'box') throw new Error(box.kind);
    expect(box.groupLabels).toEqual(['no', 'yes']);
    expect(box.boxes[0]![1]).toMatchObject({ n: 1, median: 3, mean: 3 });
    expect(box.exampleRows[0]).toEqual([0, 1]);
    const violin = summarise(binary, { chart: 'violin' });
    if (violin.kind !== 'violin') throw new Error(violin.kind);
    expect(Math.max(...violin.densities[0]![0]!)).toBe(1);
    const bar = summarise(binary, { chart: 'bar', group: 'predicted' });
    if (bar.kind !== 'bar') throw new Error(bar.kind);
    expect(bar.means.map((means) => [...means])).toEqual([
      [1, 3],
      [0.5, 0.5],
    ]);
  });
});

describe('importance inputs', () => {
  it('stay as they are', () => {
    const study = buildStudy(BINARY, { classes: ['no', 'yes'] });
    const snapshot = (s: Study): string =>
      JSON.stringify([s.table, s.predictions, s.explanations.map((e: Explanation) => [e.local, e.rows])]);
    const before = snapshot(study);
    for (const chart of ['swarm', 'box', 'violin', 'bar'] as const)
      summarise(study, { chart, scope: { explanation: DRAWN, output: { kind: 'class', classIndex: 0 } } });
    ask(study, { kind: 'class', classIndex: 0 });
    questions.axes.answer(study, { scope: { explanation: DRAWN, output: { kind: 'predicted' } } });
    questions.overview.answer(study, {});
    expect(snapshot(study)).toBe(before);
  });
});
