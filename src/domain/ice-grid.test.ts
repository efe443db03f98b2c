import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeIceGrid, ownPosition, type GridFeature } from '#/domain/ice-grid';

const numeric: GridFeature = { kind: 'numeric', integer: false, categories: 0 };
const whole: GridFeature = { kind: 'numeric', integer: true, categories: 0 };

describe('makeIceGrid', () => {
  it('includes both ends (the original never reaches the maximum: VIEWS 3, defect 4)', () => {
    expect(Array.from(makeIceGrid(numeric, { min: 0, max: 1, steps: 4, own: NaN }))).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('makes the own value a grid point, inside and outside the range', () => {
    expect(Array.from(makeIceGrid(numeric, { min: 0, max: 1, steps: 2, own: 0.3 }))).toEqual([0, 0.3, 0.5, 1]);
    expect(Array.from(makeIceGrid(numeric, { min: 0, max: 1, steps: 2, own: 7 }))).toEqual([0, 0.5, 1, 7]);
    expect(Array.from(makeIceGrid(numeric, { min: 0, max: 1, steps: 2, own: 0 }))).toEqual([0, 0.5, 1]);
  });

  it('rounds whole-number features and keeps each value once', () => {
    expect(Array.from(makeIceGrid(whole, { min: 1, max: 4, steps: 20, own: 2 }))).toEqual([1, 2, 3, 4]);
  });

  it('lists every category and both truth values', () => {
    expect(
      Array.from(makeIceGrid({ kind: 'categorical', integer: false, categories: 3 }, { min: NaN, max: NaN, steps: 5, own: 1 })),
    ).toEqual([0, 1, 2]);
    expect(Array.from(makeIceGrid({ kind: 'boolean', integer: false, categories: 0 }, { min: NaN, max: NaN, steps: 5, own: 1 }))).toEqual([
      0, 1,
    ]);
  });

  it('survives a single value and a range that is upside down', () => {
    expect(Array.from(makeIceGrid(numeric, { min: 3, max: 3, steps: 5, own: 3 }))).toEqual([3]);
    expect(Array.from(makeIceGrid(numeric, { min: 3, max: 1, steps: 5, own: 2 }))).toEqual([2]);
    expect(Array.from(makeIceGrid(numeric, { min: NaN, max: NaN, steps: 5, own: NaN }))).toEqual([]);
  });

  it('is ascending, unique, and holds min, max and the own value, whatever they are', () => {
    const real = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(real, real, fc.integer({ min: 1, max: 200 }), real, (a, b, steps, own) => {
        const [min, max] = a < b ? [a, b] : [b, a];
        const grid = makeIceGrid(numeric, { min, max, steps, own });
        for (let i = 1; i < grid.length; i++) expect(grid[i]!).toBeGreaterThan(grid[i - 1]!);
        expect(grid.includes(min + 0)).toBe(true);
        expect(grid.includes(max + 0)).toBe(true);
        expect(grid[ownPosition(grid, own)]).toBe(own + 0);
      }),
    );
  });
});
