import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pearson, spearman, windowedCorrelation } from '#/math/correlation';
import { gaussianDensity, silvermanBandwidth, swarmCells, swarmOffsets } from '#/math/density';
import { binOf, chooseEdges, countEqualBins, MAX_BINS, MIN_BINS } from '#/math/histogram';
import { cellsOf, countCells, firstInCells, meanInCells, modeInCells, openRange } from '#/math/raster';

/** Rounded: a range of one ulp has no room for bins. */
const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e4, max: 1e4 }).map((v) => Math.round(v * 1e6) / 1e6 + 0);
const some = fc.array(finite, { minLength: 1, maxLength: 300 }).map((v) => Float64Array.from(v));

describe('histogram', () => {
  it('puts every value into exactly one of 10..60 bins', () => {
    fc.assert(
      fc.property(some, fc.boolean(), (raw, log) => {
        const values = log ? raw.map((v) => Math.abs(v) + 0.1) : raw;
        const edges = chooseEdges(values, { integer: false, log });
        const nBins = edges.length - 1;
        if (new Set(values).size > 1) expect(nBins).toBeGreaterThanOrEqual(MIN_BINS);
        expect(nBins).toBeLessThanOrEqual(MAX_BINS);
        for (const value of values) {
          const bin = binOf(edges, value);
          expect(value).toBeGreaterThanOrEqual(edges[bin]!);
          if (bin < nBins - 1) expect(value).toBeLessThan(edges[bin + 1]!);
          else expect(value).toBeLessThanOrEqual(edges[bin + 1]!);
        }
      }),
    );
  });

  it('gives one bar to each of few whole numbers', () => {
    expect([...chooseEdges(Float64Array.of(3, 1, 1), { integer: true, log: false })]).toEqual([0.5, 1.5, 2.5, 3.5]);
  });

  it('counts equal bins, both ends included, NaN left out', () => {
    expect([...countEqualBins(Float64Array.of(0, 1, 9.9, 10, NaN, 11), 0, 10, 2)]).toEqual([2, 2]);
    expect([...countEqualBins(Float64Array.of(4, 4), 4, 4, 3)]).toEqual([2, 0, 0]);
  });
});

describe('raster', () => {
  it('counts every point once, the largest y in the top row', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(finite, finite), { minLength: 1, maxLength: 200 }), (points) => {
        const xs = Float64Array.from(points, ([x]) => x);
        const ys = Float64Array.from(points, ([, y]) => y);
        const x = { cells: 7, range: openRange(Math.min(...xs), Math.max(...xs), false), log: false };
        const y = { cells: 5, range: openRange(Math.min(...ys), Math.max(...ys), false), log: false };
        const cells = cellsOf(xs, ys, x, y);
        expect(countCells(cells, 35).reduce((a, b) => a + b, 0)).toBe(points.length);
        const highest = ys.indexOf(Math.max(...ys));
        if (new Set(ys).size > 1) expect(Math.floor(cells[highest]! / 7)).toBe(0);
      }),
    );
  });

  it('takes means, modes and first rows of cells; NaN counts for nothing', () => {
    const cells = Int32Array.of(0, 0, 1, -1, 0);
    expect([...meanInCells(cells, 3, Float64Array.of(1, 3, NaN, 9, NaN))]).toEqual([2, NaN, NaN]);
    expect([...firstInCells(cells, 3, Int32Array.of(7, 8, 9, 10, 11))]).toEqual([7, 9, -1]);
    const codes = Float64Array.of(2, 1, NaN, 0, 1);
    expect([...modeInCells(cells, 3, codes, 3)]).toEqual([1, NaN, NaN]);
    // So many codes that they are sorted instead of counted.
    expect([...modeInCells(cells, 3, codes, 5_000_000)]).toEqual([1, NaN, NaN]);
  });
});

describe('density', () => {
  it('keeps swarm offsets within their bound, alone points on the line', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(finite, fc.constant(1), fc.constant(NaN)), { maxLength: 300 }), (values) => {
        const offsets = swarmOffsets(Float64Array.from(values), -1e4, 1e4, 50, 0.45);
        for (const offset of offsets) expect(Math.abs(offset)).toBeLessThanOrEqual(Math.fround(0.45));
      }),
    );
    expect([...swarmOffsets(Float64Array.of(0, 5, 10), 0, 10, 10, 0.45)]).toEqual([0, 0, 0]);
  });

  it('puts every value of a lane into its own column', () => {
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 20 }), (values, height) => {
        const [low, high] = openRange(Math.min(...values), Math.max(...values), false);
        const cells = swarmCells(values, low, high, 11, height);
        values.forEach((value, i) => {
          expect(cells[i]).toBeGreaterThanOrEqual(0);
          expect(cells[i]).toBeLessThan(11 * height);
          expect(cells[i]! % 11).toBe(Math.min(10, Math.floor((value - low) * (11 / (high - low)))));
        });
      }),
    );
  });

  it('is a Gaussian around one value, with a maximum of 1', () => {
    const grid = Float64Array.from({ length: 101 }, (_, i) => i / 10 - 5);
    const density = gaussianDensity(Float64Array.of(0), grid, 1);
    expect(density[50]).toBe(1);
    expect(density[60]).toBeCloseTo(Math.exp(-0.5), 9);
    expect(silvermanBandwidth(Float64Array.of(2, 2, 2))).toBe(0);
  });
});

describe('correlation', () => {
  it('is 1 for monotone pairs, -1 for reversed ones, NaN for constants', () => {
    const xs = Float64Array.of(1, 2, 3, 4);
    expect(spearman(xs, xs.map(Math.exp))).toBeCloseTo(1, 12);
    expect(
      spearman(
        xs,
        xs.map((x) => -x),
      ),
    ).toBeCloseTo(-1, 12);
    expect(
      pearson(
        xs,
        xs.map(() => 0.1),
      ),
    ).toBeNaN();
    expect(pearson(Float64Array.of(1, NaN, 2, 3), Float64Array.of(2, 5, 4, 6))).toBeCloseTo(1, 12);
  });

  it('finds what moves an importance within windows', () => {
    const other = Float64Array.from({ length: 200 }, (_, i) => (i * 7919) % 13);
    const importance = other.map((v, i) => i + 3 * v);
    const noise = Float64Array.from({ length: 200 }, (_, i) => (i * 104729) % 17);
    expect(windowedCorrelation(importance, other)).toBeGreaterThan(windowedCorrelation(importance, noise));
  });
});
