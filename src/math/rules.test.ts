import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRows, emptyRowSet, hasRow, intersectRows, rowsOf } from '#/math/bit-rows';
import { centredCurve, curveSlope } from '#/math/curve-shapes';
import { cutPoints } from '#/math/cut-points';
import { proportionOf } from '#/math/proportion';

const setOf = (n: number, rows: readonly number[]): Uint32Array => {
  const set = emptyRowSet(n);
  for (const row of rows) set[row >>> 5]! |= 1 << (row & 31);
  return set;
};

describe('bit rows', () => {
  it('count, list and intersect as sets do', () => {
    const rows = fc.uniqueArray(fc.nat(199), { maxLength: 200 });
    fc.assert(
      fc.property(rows, rows, fc.nat(210), (a, b, upTo) => {
        const [left, right] = [setOf(200, a), setOf(200, b)];
        expect([...rowsOf(left)]).toEqual(a.slice().sort((x, y) => x - y));
        expect([...rowsOf(intersectRows(left, right))]).toEqual(a.filter((row) => b.includes(row)).sort((x, y) => x - y));
        expect(countRows(left, upTo)).toBe(a.filter((row) => row < upTo).length);
        expect(a.every((row) => hasRow(left, row))).toBe(true);
      }),
    );
  });
});

describe('cut points', () => {
  const numeric = { kind: 'numeric', integer: false } as const;

  it('are quartiles, moved to short numbers that part the same values', () => {
    const values = Float64Array.from({ length: 101 }, (_, i) => i / 7);
    const cuts = cutPoints(values, numeric);
    const sizes = cuts.map((cut) => values.filter((value) => value <= cut).length);
    expect(sizes).toEqual([26, 51, 76]);
    for (const cut of cuts) expect(String(cut).length).toBeLessThanOrEqual(5);
    expect(
      cutPoints(
        Float64Array.from({ length: 200 }, (_, i) => i),
        { kind: 'numeric', integer: true },
      ),
    ).toEqual([49, 99, 149]);
  });

  it('are every value but the last of a column with few, and none of a constant or empty one', () => {
    expect(cutPoints(Float64Array.of(0, 0, 0, 0, 1, 2, NaN, 0), { kind: 'numeric', integer: true })).toEqual([0, 1]);
    expect(cutPoints(Float64Array.of(0.5, 0.25, 0.25), numeric)).toEqual([0.25]);
    expect(cutPoints(Float64Array.of(3, 3, NaN), numeric)).toEqual([]);
    expect(cutPoints(Float64Array.of(NaN), numeric)).toEqual([]);
  });

  it('lie between values, whatever these are', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 60 }), (list) => {
        const values = Float64Array.from(list, (x) => x + 0);
        const cuts = cutPoints(values, numeric);
        expect(cuts.length).toBeLessThanOrEqual(5);
        cuts.forEach((cut, i) => {
          if (i > 0) expect(cut).toBeGreaterThan(cuts[i - 1]!);
          expect(values.some((value) => value <= cut) && values.some((value) => value > cut)).toBe(true);
        });
      }),
    );
  });

  it('are whole days where they can be', () => {
    const day = 86_400_000;
    const times = Float64Array.from({ length: 40 }, (_, i) => Date.UTC(2021, 2, 1) + i * day + 3_723_004);
    for (const cut of cutPoints(times, { kind: 'datetime', integer: false })) expect(cut % day).toBe(0);
    const close = Float64Array.from({ length: 40 }, (_, i) => Date.UTC(2021, 2, 1) + i);
    expect(cutPoints(close, { kind: 'datetime', integer: false }).length).toBe(3);
  });
});

describe('proportions', () => {
  it('have the Wilson interval', () => {
    // statsmodels 0.15 proportion_confint(method="wilson").
    expect(proportionOf(9, 10)).toMatchObject({ value: 0.9, hits: 9, total: 10 });
    expect(proportionOf(9, 10).low).toBeCloseTo(0.5958499732, 9);
    expect(proportionOf(9, 10).high).toBeCloseTo(0.9821237869, 9);
    expect(proportionOf(950, 1000).low).toBeCloseTo(0.9346861797557, 12);
    expect([proportionOf(0, 20).low, proportionOf(20, 20).high]).toEqual([0, 1]);
    expect(proportionOf(0, 0)).toEqual({ value: NaN, low: 0, high: 1, hits: 0, total: 0 });
  });
});

describe('curve shapes', () => {
  it('centre at a grid point', () => {
    expect([...centredCurve(Float64Array.of(1, 10, 4, 20, 9, 40), 2, 1)]).toEqual([-3, -10, 0, 0, 5, 20]);
  });

  it('slopes are those of numpy.gradient', () => {
    // numpy 2.5 gradient([1, 4, 9, 25], [1, 2, 3, 5]); exact for parabolas inside.
    expect([...curveSlope(Float64Array.of(1, 2, 3, 5), Float64Array.of(1, 4, 9, 25), 1)]).toEqual([3, 4, 6, 8]);
    const grid = Float64Array.of(0, 0.5, 2, 3.5, 4);
    const both = Float64Array.from([...grid].flatMap((x) => [3 * x, x * x]));
    curveSlope(grid, both, 2).forEach((slope, i) => {
      if (i % 2 === 0) expect(slope).toBeCloseTo(3, 12);
      else if (i > 1 && i < 9) expect(slope).toBeCloseTo(2 * grid[(i - 1) / 2]!, 12);
    });
    expect(curveSlope(Float64Array.of(1), Float64Array.of(5), 1)[0]).toBeNaN();
  });
});
