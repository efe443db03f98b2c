import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import { kMeansBackground } from '#/explainers/k-means-background';
import { encoded, randomRows } from '#/testing/games';

/** Three groups of different size around (0, 0), (10, 0) and (0, 10). */
function groups(): ReturnType<typeof encoded> {
  const rng = createRng(1);
  const near = (x: number, y: number, n: number): number[] =>
    Array.from({ length: n }, () => [x + rng.next() - 0.5, y + rng.next() - 0.5]).flat();
  return encoded(2, [...near(0, 0, 50), ...near(10, 0, 30), ...near(0, 10, 20)]);
}

describe('k-means background', () => {
  it('finds separate groups, with their shares as weights', () => {
    for (const seed of [1, 2, 3]) {
      const { rows, weights } = kMeansBackground(groups(), 3, seed);
      const found = Array.from(weights, (weight, i) => ({ weight, x: rows.values[2 * i]!, y: rows.values[2 * i + 1]! })).sort(
        (a, b) => b.weight - a.weight,
      );
      expect(found.map(({ weight }) => weight)).toEqual([0.5, 0.3, 0.2]);
      [
        [0, 0],
        [10, 0],
        [0, 10],
      ].forEach(([x, y], i) => {
        expect(Math.abs(found[i]!.x - x!)).toBeLessThan(0.2);
        expect(Math.abs(found[i]!.y - y!)).toBeLessThan(0.2);
      });
    }
  });

  it('holds only values that the columns have, so that codes stay codes', () => {
    const rows = randomRows(80, 4, createRng(3), 0.1);
    const seen = Array.from({ length: 4 }, (_, j) => new Set(rows.values.filter((_value, i) => i % 4 === j)));
    const before = rows.values.slice();
    const background = kMeansBackground(rows, 7, 5);
    expect(rows.values).toEqual(before);
    background.rows.values.forEach((value, i) => {
      expect(seen[i % 4]!.has(value)).toBe(true);
      expect(Number.isNaN(value)).toBe(false);
    });
    expect(background.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(background.weights.every((weight) => weight > 0)).toBe(true);
  });

  it('is a local optimum: every row is nearest to its own centre before rounding, whatever the start', () => {
    // One column: centres of 0, 1, 2, 100 and 101 for two clusters are 1 and 100.5, rounded to 1 and an observed neighbour.
    for (const seed of [1, 2, 3, 4]) {
      const { rows, weights } = kMeansBackground(encoded(1, [0, 1, 2, 100, 101]), 2, seed);
      const order = rows.values[0]! < rows.values[1]! ? [0, 1] : [1, 0];
      expect(rows.values[order[0]!]).toBe(1);
      expect([100, 101]).toContain(rows.values[order[1]!]);
      expect(order.map((i) => weights[i])).toEqual([0.6, 0.4]);
    }
  });

  it('gives the same for a seed, and no more centres than rows that differ', () => {
    const rows = randomRows(60, 3, createRng(4));
    expect(kMeansBackground(rows, 5, 9)).toEqual(kMeansBackground(rows, 5, 9));
    const same = kMeansBackground(encoded(2, [1, 2, 1, 2, 3, 4]), 3, 1);
    expect(same.rows.nRows).toBe(2);
    expect([...same.weights].sort()).toEqual([1 / 3, 2 / 3]);
    expect(kMeansBackground(encoded(1, [NaN, NaN]), 1, 1).rows.values).toEqual(Float64Array.of(NaN));
  });

  it('refuses no rows and no clusters', () => {
    expect(() => kMeansBackground(encoded(1, []), 1, 1)).toThrow(/needs rows/);
    expect(() => kMeansBackground(encoded(1, [1]), 0, 1)).toThrow(/needs rows/);
  });
});
