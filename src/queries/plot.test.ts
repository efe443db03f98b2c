import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Study } from '#/domain/study';
import type { AxisRef } from '#/queries/axis';
import { questions } from '#/queries/catalogue';
import type { PlotAnswer, PlotParams } from '#/queries/plot';
import { MAX_MARKS } from '#/queries/scope';
import { buildStudy, DRAWN } from '#/testing/build-study';
import { syntheticStudy } from '#/testing/synthetic-study';

const column = (position: number): AxisRef => ({ kind: 'column', column: position });
const scope = { explanation: DRAWN, output: { kind: 'class', classIndex: 1 } } as const;

function plot<K extends PlotAnswer['kind']>(study: Study, kind: K, params: Partial<PlotParams>): Extract<PlotAnswer, { kind: K }> {
  const answer = questions.plot.answer(study, { scope, x: { ref: column(0) }, y: null, colour: null, extent: null, ...params });
  expect(answer.kind).toBe(kind);
  return answer as Extract<PlotAnswer, { kind: K }>;
}

const small = buildStudy(
  `n   | job | m  | on    | when       | true | p   | phi:n | phi:m
   1   | a   | 10 | true  | 2020-01-01 | no   | 0.1 | -2    | 1
   2   | b   | 0  | false | 2020-01-02 | yes  | 0.2 | .     | .
   4   | a   | ?  | true  | 2020-01-05 | yes  | 0.9 | 5     | 1
   8   | ?   | 30 | ?     | ?          | no   | 0.8 | 1     | nan
   ?   | b   | 20 | true  | 2020-01-09 | ?    | ?   | 3     | 2`,
  { classes: ['no', 'yes'] },
);

describe('plot of two numbers', () => {
  it('leaves out missing cells and never places them at 0 (defect 10)', () => {
    const answer = plot(small, 'points', { y: { ref: column(2) }, colour: column(1) });
    expect([...answer.rows]).toEqual([0, 1, 3]);
    expect([...answer.ys]).toEqual([10, 0, 30]);
    expect([...answer.colours!]).toEqual([0, 1, NaN]);
    expect(answer.missing).toBe(2);
    expect(answer.coverage).toEqual({ used: 3, total: 5 });
    expect(answer.correlation).toBeCloseTo(0.5, 12);
  });

  it('draws importances of explained rows only', () => {
    const answer = plot(small, 'points', { y: { ref: { kind: 'importance', feature: 0 } } });
    expect([...answer.rows]).toEqual([0, 2, 3]);
    expect([...answer.ys]).toEqual([-2, 5, 1]);
    expect(answer.missing).toBe(1);
    expect(answer.y).toMatchObject({ label: 'Importance: n', unit: 'log-odds', min: -2, max: 5, missing: 0 });
    const mirrored = plot(small, 'points', {
      scope: { explanation: DRAWN, output: { kind: 'class', classIndex: 0 } },
      y: { ref: { kind: 'importance', feature: 0 } },
    });
    expect([...mirrored.ys]).toEqual([2, -5, -1]);
  });

  it('knows that log axes have no 0', () => {
    const answer = plot(small, 'points', { x: { ref: column(2), log: true }, y: { ref: { kind: 'index' } } });
    expect([...answer.xs]).toEqual([10, 30, 20]);
  });

  it('becomes a raster beyond MAX_MARKS and points again when zoomed in', () => {
    const study = syntheticStudy(20_000, 6);
    for (const log of [false, true]) {
      const answer = plot(study, 'raster', { x: { ref: column(0), log }, y: { ref: column(1) }, colour: { kind: 'predicted' } });
      expect(answer.counts.reduce((a, b) => a + b, 0)).toBe(answer.coverage.used);
      expect(answer.coverage.used).toBe(20_000);
      expect(answer.exampleRows.every((row, cell) => row >= 0 === answer.counts[cell]! > 0)).toBe(true);
    }
    const zoomed = plot(study, 'points', { y: { ref: column(1) }, extent: { x: [0.9, 1.1], y: [0.9, 1.1] } });
    expect(zoomed.rows.length).toBeGreaterThan(0);
    expect(zoomed.xs.every((x) => x >= 0.9 && x <= 1.1)).toBe(true);
    expect(zoomed.x.max).toBeGreaterThan(1.5);
  });
});

describe('plot of a number by category', () => {
  it('has a box a group and offsets within bounds', () => {
    const answer = plot(small, 'boxes', { x: { ref: column(1) }, y: { ref: column(2) } });
    expect(answer.groupAxis).toBe('x');
    expect(answer.groups.map(({ label, n }) => [label, n])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(answer.groups[1]).toMatchObject({ q1: 5, median: 10, q3: 15, low: 0, high: 20, mean: 10 });
    expect(plot(small, 'boxes', { x: { ref: column(2) }, y: { ref: column(3) } }).groupAxis).toBe('y');
    const many = plot(syntheticStudy(12_000, 6), 'boxes', { x: { ref: column(4) }, y: { ref: column(1) } });
    expect(many.rows).toHaveLength(MAX_MARKS);
    expect(many.groups.reduce((n, group) => n + group.n, 0)).toBe(12_000);
    expect(many.offsets.every((offset) => Math.abs(offset) <= Math.fround(0.4))).toBe(true);
  });

  it('keeps whiskers within 1.5 IQR of the box and quartiles in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 60 }), (values) => {
        const study = buildStudy(['g | v', ...values.map((v) => `a | ${v}`)].join('\n'));
        const box = plot(study, 'boxes', { scope: { ...scope, explanation: null }, x: { ref: column(0) }, y: { ref: column(1) } })
          .groups[0]!;
        const reach = 1.5 * (box.q3 - box.q1);
        expect(box.low).toBeLessThanOrEqual(box.q1);
        expect(box.high).toBeGreaterThanOrEqual(box.q3);
        expect(box.low).toBeGreaterThanOrEqual(box.q1 - reach);
        expect(box.high).toBeLessThanOrEqual(box.q3 + reach);
      }),
    );
  });

  it('treats whole numbers as categories on request, others stay numbers', () => {
    const answer = plot(small, 'boxes', { x: { ref: column(2), categorical: true }, y: { ref: { kind: 'index' } } });
    expect(answer.x.labels).toEqual(['0', '10', '20', '30']);
    expect(answer.groups.map(({ label }) => label)).toEqual(['0', '10', '20', '30']);
  });
});

describe('counts', () => {
  it('of two categories make a heat map', () => {
    const answer = plot(small, 'heat', {
      x: { ref: column(1) },
      y: { ref: { kind: 'true' } },
      colour: { kind: 'probability', classIndex: 1 },
    });
    expect([...answer.counts]).toEqual([1, 0, 1, 1]);
    expect(answer.yLabels).toEqual(['no', 'yes']);
    expect([...answer.colours!]).toEqual([0.1, NaN, 0.9, 0.2]);
    expect([...answer.exampleRows]).toEqual([0, -1, 2, 1]);
  });

  it('of one axis add up to the rows drawn, stacked by class', () => {
    const bars = plot(small, 'histogram', { x: { ref: column(1) }, colour: { kind: 'true' } });
    expect(bars.edges).toBeNull();
    expect(bars.stackLabels).toEqual(['no', 'yes', 'missing']);
    expect([...bars.counts]).toEqual([1, 1, 0, 0, 1, 1]);
    for (const ref of [column(0), column(2), column(4), { kind: 'importance', feature: 0 } as const]) {
      const answer = plot(small, 'histogram', { x: { ref }, colour: { kind: 'predicted' } });
      expect(answer.counts.reduce((a, b) => a + b, 0)).toBe(answer.coverage.used);
      expect(answer.counts).toHaveLength((answer.edges!.length - 1) * answer.stackLabels.length);
    }
  });
});
