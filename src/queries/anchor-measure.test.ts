import { describe, expect, it } from 'vitest';
import type { Predicate } from '#/domain/anchor-rule';
import { questions } from '#/queries/catalogue';
import { buildStudy, DRAWN } from '#/testing/build-study';

const study = buildStudy(
  `id:name | age | job | p   | phi:age | phi:job
   ann     | 20  | x   | 0.9 | 1       | 1
   ben     | 30  | x   | 0.8 | 1       | 1
   cid     | 40  | x   | 0.4 | 1       | 1
   dot     | 50  | y   | 0.1 | 1       | 1
   eve     | ?   | y   | 0.7 | 1       | 1
   fay     | 25  | y   | nan | 1       | 1
   gus     | 22  | x   | 0.2 | 1       | 1`,
  { classes: ['no', 'yes'], model: true },
);
const scope = { explanation: DRAWN, output: { kind: 'predicted' } } as const;
const measure = (row: number, predicates: readonly Predicate[], of = study) =>
  questions['anchor-measure'].answer(of, { row, predicates, scope });
const young: Predicate = { kind: 'between', feature: 0, above: -Infinity, upTo: 30 };
const inX: Predicate = { kind: 'is', feature: 1, codes: [0] };

describe('anchor-measure', () => {
  it('counts the loaded rows that satisfy the rule and those that get the class', () => {
    const answer = measure(0, [young, inX]);
    expect(answer).toMatchObject({ predictedClass: 1, predicted: 'yes' });
    expect(answer.precision).toMatchObject({ hits: 2, total: 3 });
    // fay has no prediction: she counts nowhere.
    expect(answer.coverage).toMatchObject({ hits: 3, total: 6 });
    expect(answer.precision.low).toBeLessThan(2 / 3);
    expect(answer.precision.high).toBeGreaterThan(2 / 3);
  });

  it('names counter-examples, the most confident first, and what each condition is worth', () => {
    const answer = measure(0, [inX]);
    expect(answer.counterExamples.map(({ title, predicted, confidence }) => [title, predicted, confidence])).toEqual([
      ['gus', 'no', 0.8],
      ['cid', 'no', 0.6],
    ]);
    const both = measure(0, [young, inX]).predicates;
    expect(both[0]!.precisionWithout).toMatchObject({ hits: 2, total: 4 });
    expect(both[1]!.precisionWithout).toMatchObject({ hits: 2, total: 3 });
    expect(both[1]!.coverageWithout).toMatchObject({ hits: 3, total: 6 });
    expect(both.map(({ holds }) => holds)).toEqual([true, true]);
    expect(measure(3, [young]).predicates[0]!.holds).toBe(false);
  });

  it('offers what the row satisfies, for every feature', () => {
    const { choices } = measure(2, []);
    expect(choices.map(({ name }) => name)).toEqual(['age', 'job']);
    for (const { options } of choices) expect(options.length).toBeGreaterThan(0);
    expect(choices[0]!.options).toContainEqual({ predicate: { kind: 'between', feature: 0, above: 30, upTo: Infinity }, coverage: 2 / 6 });
    expect(choices[1]!.options).toEqual([{ predicate: inX, coverage: 4 / 6 }]);
    expect(measure(4, []).choices[0]!.options).toEqual([{ predicate: { kind: 'missing', feature: 0 }, coverage: 1 / 6 }]);
    expect(measure(2, []).coverage).toMatchObject({ hits: 6, total: 6 });
  });

  it('a rule that no row satisfies has no precision', () => {
    const answer = measure(0, [{ kind: 'between', feature: 0, above: 99, upTo: Infinity }]);
    expect(answer.precision).toMatchObject({ value: NaN, low: 0, high: 1, total: 0 });
    expect(answer.counterExamples).toEqual([]);
  });

  it('keeps at most 20 counter-examples, in table order where they are alike', () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i} | ${i === 0 ? 0.9 : i % 2 === 0 ? 0.3 : 0.1} | 1`);
    const many = buildStudy(['a | p | phi:a', ...rows].join('\n'), { classes: ['no', 'yes'] });
    const { counterExamples } = measure(0, [], many);
    expect(counterExamples.length).toBe(20);
    expect(counterExamples.map(({ row }) => row)).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i + 1));
  });

  it('refuses what has no answer', () => {
    expect(() => measure(99, [])).toThrow(/outside/);
    expect(() => measure(5, [])).toThrow(/no prediction/);
    expect(() => measure(0, [{ kind: 'missing', feature: 7 }])).toThrow(/no column/);
    expect(() => measure(0, [], buildStudy('a | p | phi:a\n 1 | 2 | 1'))).toThrow(/classes/);
  });
});
