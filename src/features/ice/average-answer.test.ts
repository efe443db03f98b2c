import { describe, expect, it } from 'vitest';
import { averageOf, othersOf } from './average-answer';
import type { CurveOutcome } from './use-average';

const binary = { task: 'binary', targetName: 'y', classLabels: ['no', 'yes'] } as const;
const outcome: CurveOutcome = {
  kind: 'curve',
  curve: 'pdp',
  grid: Float64Array.of(0, 1, 2),
  second: null,
  average: Float64Array.of(0.25, 0.5, 0.75),
  counts: null,
  lines: [Float64Array.of(0, 0.5, 1)],
  lineRows: [7],
  nRows: 40,
  nOutputs: 1,
};
const no = { classIndex: 0, space: 'probability' } as const;

describe('averages of the shown class', () => {
  it('mirror predictions, with the lines of other rows', () => {
    expect(averageOf(binary, no, outcome, null)).toEqual({
      kind: 'pdp',
      grid: outcome.grid,
      curve: Float64Array.of(0.75, 0.5, 0.25),
      nRows: 40,
    });
    expect(othersOf(binary, no, outcome)).toEqual({ grid: outcome.grid, lines: [Float64Array.of(1, 0.5, 0)], rows: [7] });
  });

  it('turn the sign of effects, and keep to the range', () => {
    const effects: CurveOutcome = { ...outcome, curve: 'ale', average: Float64Array.of(-0.5, 0, 0.25), counts: Float64Array.of(3, 4) };
    expect(averageOf(binary, no, effects, null)).toMatchObject({ kind: 'ale', curve: Float64Array.of(0.5, 0, -0.25) });
    expect(averageOf(binary, no, effects, { min: 0.5, max: 2 })).toMatchObject({
      grid: Float64Array.of(1, 2),
      curve: Float64Array.of(0, -0.25),
    });
  });
});
