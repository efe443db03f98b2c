import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absoluteColumnQuantiles } from '#/math/column-quantiles';
import { countDistinct } from '#/math/distinct';
import { quantileOfSorted, selectKth, selectQuantiles } from '#/math/quantiles';
import { averageRanks, orderAscending, orderDescending } from '#/math/ranking';
import { createRng } from '#/base/rng';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
const fewValues = fc.integer({ min: -3, max: 3 });
const numbers = fc.array(fc.oneof(finite, fewValues), { minLength: 1, maxLength: 200 });

/** numpy.quantile(values, p), method "linear", written plainly. */
function numpyLinear(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const h = (sorted.length - 1) * p;
  const low = sorted[Math.floor(h)]!;
  return low + (sorted[Math.ceil(h)]! - low) * (h - Math.floor(h));
}

describe('quantiles', () => {
  it('are those of numpy (linear)', () => {
    fc.assert(
      fc.property(numbers, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 }), (values, ps) => {
        const ascending = ps.toSorted((a, b) => a - b);
        const found = selectQuantiles(Float64Array.from(values), ascending);
        ascending.forEach((p, i) => {
          expect(found[i]).toBeCloseTo(numpyLinear(values, p), 6);
          expect(quantileOfSorted(Float64Array.from(values).sort(), p)).toBeCloseTo(numpyLinear(values, p), 6);
        });
      }),
    );
  });

  it('select the k-th smallest and keep the values', () => {
    fc.assert(
      fc.property(numbers, fc.nat(), (values, seed) => {
        const k = seed % values.length;
        const mutable = Float64Array.from(values);
        // Adding zero makes −0 and 0 one: they are equal in any order.
        expect(selectKth(mutable, k) + 0).toBe(Float64Array.from(values).sort()[k]! + 0);
        expect([...mutable.sort()]).toEqual([...Float64Array.from(values).sort()]);
      }),
    );
  });

  it('of an empty list are NaN', () => {
    expect(selectQuantiles(new Float64Array(0), [0.5])).toEqual([NaN]);
  });

  it.each(['spread', 'constant', 'trend', 'holes'])('of |value| by column are exact: %s', (kind) => {
    const rng = createRng(7);
    const [nRows, nColumns] = [5003, 3];
    const matrix = Float64Array.from({ length: nRows * nColumns }, (_, i) => {
      if (kind === 'constant') return i % 7 === 0 ? 1 : 0;
      // The sample cannot know the tail of a trend with a jump between sampled rows.
      if (kind === 'trend') return Math.floor(i / nColumns) % 2 === 0 ? i : -1e6 - i;
      if (kind === 'holes' && rng.next() < 0.3) return NaN;
      return rng.next() ** 3 - 0.2;
    });
    if (kind === 'holes') for (let r = 0; r < nRows; r++) matrix[r * nColumns + 2] = NaN;
    const column = (c: number): number[] =>
      Array.from({ length: nRows }, (_, r) => Math.abs(matrix[r * nColumns + c]!)).filter((v) => !Number.isNaN(v));
    const counts = Int32Array.from({ length: nColumns }, (_, c) => column(c).length);
    const found = absoluteColumnQuantiles(
      (visit) => {
        for (let start = 0; start < nRows; start += 100) {
          const n = Math.min(100, nRows - start);
          visit(matrix.slice(start * nColumns, (start + n) * nColumns), n, start);
        }
      },
      nRows,
      counts,
      [0.25, 0.75],
    );
    for (let c = 0; c < nColumns; c++) {
      [0.25, 0.75].forEach((p, q) => {
        if (counts[c] === 0) expect(found[q]![c]).toBeNaN();
        else expect(found[q]![c]).toBeCloseTo(numpyLinear(column(c), p), 10);
      });
    }
  });
});

describe('orders', () => {
  const keys = fc.array(fc.oneof(finite, fewValues, fc.constantFrom(NaN, Infinity, -Infinity, -0, 0)), { maxLength: 50 });

  it('are stable permutations with NaN last, for few and for many keys', () => {
    fc.assert(
      fc.property(keys, fc.boolean(), (few, many) => {
        const values = many ? Array.from({ length: 3000 }, (_, i) => few[i % Math.max(1, few.length)] ?? 0) : few;
        for (const [order, sign] of [
          [orderDescending(values), -1],
          [orderAscending(values), 1],
        ] as const) {
          expect([...order].sort((a, b) => a - b)).toEqual(values.map((_, i) => i));
          for (let i = 1; i < order.length; i++) {
            const [a, b] = [values[order[i - 1]!]!, values[order[i]!]!];
            if (Number.isNaN(a)) expect(b).toBeNaN();
            else if (!Number.isNaN(b)) expect(sign * a).toBeLessThanOrEqual(sign * b);
            if (a === b || (Number.isNaN(a) && Number.isNaN(b))) expect(order[i - 1]).toBeLessThan(order[i]!);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it('share mean ranks among ties', () => {
    expect([...averageRanks(Float64Array.of(5, 1, 5, 3))]).toEqual([3.5, 1, 3.5, 2]);
  });
});

describe('countDistinct', () => {
  it('counts as a set does', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fewValues, finite), { maxLength: 3000 }), (values) => {
        expect(countDistinct(Float64Array.from([...values, NaN, -0, 0]))).toBe(new Set([...values.map((v) => v + 0), 0]).size);
      }),
    );
  });
});
