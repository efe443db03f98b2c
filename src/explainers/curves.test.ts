import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import { iceCurve, iceSurface, partialDependence } from '#/explainers/curves';
import { makeGrid } from '#/explainers/feature-grid';
import { functionPredictor, randomRows } from '#/testing/games';

/** Missing counts as 1. */
const known = (x: number | undefined): number => (x === undefined || Number.isNaN(x) ? 1 : x);
const predictor = functionPredictor(3, 2, (row) => [
  Math.sin(known(row[0]) * 3) * known(row[1]) + known(row[2]),
  known(row[1]) - known(row[0]),
]);

describe('curves', () => {
  it('partial dependence is the weighted mean of the ICE lines on a common grid', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 30 }), fc.nat(2), async (seed, nRows, feature) => {
        const rng = createRng(seed);
        const rows = randomRows(nRows, 3, rng, 0.1);
        const weights = Float64Array.from({ length: nRows }, () => 0.1 + rng.next());
        const grid = Float64Array.of(-1, 0.25, 0.5, 2);
        const before = rows.values.slice();
        const result = await partialDependence({ predictor, rows, weights, feature, grid, keepLines: nRows });
        const sum = new Float64Array(8);
        for (let row = 0; row < nRows; row++) {
          const line = await iceCurve(predictor, rows.values.subarray(row * 3, row * 3 + 3), feature, grid);
          expect(result.lines[row]).toEqual(line);
          line.forEach((value, i) => (sum[i]! += weights[row]! * value));
        }
        const total = weights.reduce((a, b) => a + b, 0);
        sum.forEach((value, i) => expect(result.average[i]).toBeCloseTo(value / total, 12));
        expect(rows.values).toEqual(before);
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('gives the same bits in any batches, keeps even lines, and tells its progress', async () => {
    const rows = randomRows(500, 3, createRng(1));
    const grid = Float64Array.from({ length: 50 }, (_, i) => i / 49);
    const progress: number[] = [];
    const small = { ...predictor, info: { ...predictor.info, maxBatch: 1 } };
    const large = { ...predictor, info: { ...predictor.info, maxBatch: 1_000_000 } };
    const a = await partialDependence({ predictor: small, rows, feature: 0, grid, keepLines: 4 }, undefined, (done, total) =>
      progress.push(done, total),
    );
    const b = await partialDependence({ predictor: large, rows, feature: 0, grid, keepLines: 4 });
    expect(a).toEqual(b);
    expect(a.lineRows).toEqual([0, 125, 250, 375]);
    expect(progress.slice(-2)).toEqual([500, 500]);
    expect(progress.length).toBeGreaterThan(4);
  });

  it('a surface agrees with the curves along its edges', async () => {
    const row = Float64Array.of(0.1, 0.7, NaN);
    const gridA = Float64Array.of(0, 0.5, 1);
    const gridB = Float64Array.of(0.2, 0.4);
    const surface = await iceSurface(predictor, row, 0, gridA, 1, gridB);
    expect(surface.length).toBe(12);
    for (let b = 0; b < 2; b++) {
      const moved = Float64Array.of(0.1, gridB[b]!, NaN);
      const line = await iceCurve(predictor, moved, 0, gridA);
      for (let a = 0; a < 3; a++) expect(surface.slice((a * 2 + b) * 2, (a * 2 + b + 1) * 2)).toEqual(line.slice(a * 2, a * 2 + 2));
    }
    expect([...row]).toEqual([0.1, 0.7, NaN]);
  });

  it('refuses what does not exist and stops when aborted', async () => {
    const rows = randomRows(10, 3, createRng(1));
    const grid = Float64Array.of(0, 1);
    await expect(iceCurve(predictor, new Float64Array(3), 3, grid)).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(iceSurface(predictor, new Float64Array(3), 1, grid, 1, grid)).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(
      partialDependence({ predictor, rows: { ...rows, nRows: 0, values: new Float64Array(0) }, feature: 0, grid, keepLines: 0 }),
    ).rejects.toMatchObject({
      tag: 'BadRequest',
    });
    await expect(partialDependence({ predictor, rows, feature: 0, grid, keepLines: 0 }, AbortSignal.abort())).rejects.toMatchObject({
      tag: 'Aborted',
    });
  });
});

describe('makeGrid', () => {
  const numeric = { kind: 'numeric', min: 2, max: 10, steps: 5, integer: false, labels: [], ownValue: NaN } as const;

  it('has both ends, even steps and the own value', () => {
    expect([...makeGrid(numeric)]).toEqual([2, 4, 6, 8, 10]);
    expect([...makeGrid({ ...numeric, ownValue: 5.5 })]).toEqual([2, 4, 5.5, 6, 8, 10]);
    expect([...makeGrid({ ...numeric, ownValue: 8 })]).toEqual([2, 4, 6, 8, 10]);
    expect([...makeGrid({ ...numeric, ownValue: -3 })]).toEqual([-3, 2, 4, 6, 8, 10]);
    expect([...makeGrid({ ...numeric, max: 2 })]).toEqual([2]);
  });

  it('is whole for whole numbers, all codes for categories, both for booleans', () => {
    expect([...makeGrid({ ...numeric, min: 0, max: 3, steps: 50, integer: true })]).toEqual([0, 1, 2, 3]);
    expect([...makeGrid({ ...numeric, kind: 'categorical', labels: ['a', 'b', 'c'], ownValue: 1 })]).toEqual([0, 1, 2]);
    expect([...makeGrid({ ...numeric, kind: 'boolean', ownValue: NaN })]).toEqual([0, 1]);
    expect([...makeGrid({ ...numeric, min: NaN, max: NaN })]).toEqual([]);
  });

  it('is ascending and distinct, and reaches both ends for any numbers', () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 });
    fc.assert(
      fc.property(finite, finite, fc.integer({ min: 2, max: 60 }), finite, (a, b, steps, ownValue) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)];
        const grid = makeGrid({ ...numeric, min, max, steps, ownValue });
        for (let i = 1; i < grid.length; i++) expect(grid[i]).toBeGreaterThan(grid[i - 1]!);
        for (const point of [min, max, ownValue]) expect(grid.includes(point)).toBe(true);
      }),
    );
  });
});
