import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bothPredicates,
  predicateKey,
  predicatesOf,
  predicateText,
  rowsSatisfying,
  ruleText,
  satisfies,
  type Predicate,
} from '#/domain/anchor-rule';
import type { FeatureSchema } from '#/domain/model';

const schema = (name: string, kind: FeatureSchema['kind'], integer = false, labels: readonly string[] = []): FeatureSchema => ({
  name,
  kind,
  integer,
  labels,
  missingText: '',
  column: null,
});
const between = (above: number, upTo: number): Predicate => ({ kind: 'between', feature: 0, above, upTo });

describe('conditions', () => {
  it('a value satisfies what it offers, and a missing one only that it is missing', () => {
    for (const value of [-3, 0, 2, 2.5, 99]) {
      const offered = predicatesOf({ kind: 'numeric' }, 0, [0, 2, 10], value);
      expect(offered.length).toBe(3);
      for (const predicate of offered) {
        expect(satisfies(predicate, value)).toBe(true);
        expect(satisfies(predicate, NaN)).toBe(false);
      }
    }
    expect(predicatesOf({ kind: 'numeric' }, 1, [0], NaN)).toEqual([{ kind: 'missing', feature: 1 }]);
    expect(predicatesOf({ kind: 'boolean' }, 1, [], 0)).toEqual([{ kind: 'is', feature: 1, codes: [0] }]);
    expect(satisfies({ kind: 'missing', feature: 0 }, NaN)).toBe(true);
  });

  it('two on one feature are what both hold', () => {
    fc.assert(
      fc.property(fc.tuple(fc.integer(), fc.integer(), fc.integer(), fc.integer()), fc.integer(), ([a, b, c, d], value) => {
        const [left, right] = [between(a, b), between(c, d)];
        expect(satisfies(bothPredicates(left, right), value)).toBe(satisfies(left, value) && satisfies(right, value));
      }),
    );
    const codes = bothPredicates({ kind: 'is', feature: 0, codes: [1, 2] }, { kind: 'is', feature: 0, codes: [2, 3] });
    expect(codes).toEqual({ kind: 'is', feature: 0, codes: [2] });
  });

  it('sets of rows are those that satisfy it one by one', () => {
    const values = Float64Array.from({ length: 70 }, (_, i) => (i % 7 === 0 ? NaN : i % 5));
    for (const predicate of [
      between(1, 3),
      between(-Infinity, 2),
      { kind: 'is', feature: 0, codes: [0, 4] },
      { kind: 'missing', feature: 0 },
    ] as const) {
      const set = rowsSatisfying(predicate, values);
      values.forEach((value, row) => expect((set[row >>> 5]! >>> (row & 31)) & 1).toBe(Number(satisfies(predicate, value))));
    }
    expect(new Set([between(1, 3), between(1, 4), between(-Infinity, 3)].map(predicateKey)).size).toBe(3);
  });
});

describe('texts of conditions', () => {
  const age = schema('age', 'numeric', true);
  const fare = schema('fare', 'numeric');

  it('print bounds with all their digits: whoever satisfies the condition satisfies the text', () => {
    expect(predicateText(fare, between(-Infinity, 7.1506))).toBe('fare ≤ 7.1506');
    expect(predicateText(fare, between(0.1 + 0.2, Infinity))).toBe('fare > 0.30000000000000004');
    expect(predicateText(fare, between(-1.5, 2))).toBe('−1.5 < fare ≤ 2');
    expect(predicateText(age, between(29, 38))).toBe('29 < age ≤ 38');
    expect(predicateText(age, between(29, 30))).toBe('age = 30');
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (bound) => {
        const printed = /≤ (.*)$/.exec(predicateText(fare, between(-Infinity, bound)))![1]!;
        expect(Number(printed.replaceAll('−', '-'))).toBe(bound + 0);
      }),
    );
  });

  it('name categories, truth values, dates and missing cells', () => {
    const job = schema('job', 'categorical', false, ['Private', '', '<b>x</b>']);
    expect(predicateText(job, { kind: 'is', feature: 0, codes: [0] })).toBe('job = Private');
    expect(predicateText(job, { kind: 'is', feature: 0, codes: [1, 2] })).toBe('job = (empty) or <b>x</b>');
    expect(predicateText(schema('paid', 'boolean'), { kind: 'is', feature: 0, codes: [0] })).toBe('paid = false');
    expect(predicateText(age, { kind: 'missing', feature: 0 })).toBe('age is missing');
    const day = schema('day', 'datetime');
    expect(predicateText(day, between(Date.UTC(2020, 0, 31), Infinity))).toBe('day > 2020-01-31');
    expect(predicateText(day, between(-Infinity, Date.UTC(2020, 0, 31, 6, 30)))).toBe('day ≤ 2020-01-31 06:30:00');
    expect(ruleText([age, job], [between(29, Infinity), { kind: 'is', feature: 1, codes: [0] }])).toBe('age > 29 and job = Private');
    expect(ruleText([age], [])).toBe('always');
  });
});
