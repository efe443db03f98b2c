import { curveOf, effectsOf, type IceAnswer } from '#/charts/ice-data';
import type { Outputs } from '#/domain/outputs';
import type { IceScope } from '#/features/ice/ice-scope';
import type { CurveOutcome } from '#/features/ice/use-average';

type Shown = Pick<IceScope, 'classIndex' | 'space'>;

/** The shown output of a job's average; effects outside the range that is looked at are left out. */
export function averageOf(
  outputs: Outputs,
  { classIndex, space }: Shown,
  outcome: CurveOutcome,
  range: { readonly min: number; readonly max: number } | null,
): NonNullable<IceAnswer['average']> {
  const { grid, average, nOutputs, nRows } = outcome;
  if (outcome.curve !== 'ale') return { kind: 'pdp', grid, curve: curveOf(outputs, space, average, nOutputs, classIndex), nRows };
  const curve = effectsOf(outputs, average, nOutputs, classIndex);
  const inside = (i: number): boolean => range === null || ((grid[i] ?? NaN) >= range.min && (grid[i] ?? NaN) <= range.max);
  return { kind: 'ale', grid: grid.filter((_, i) => inside(i)), curve: curve.filter((_, i) => inside(i)), nRows };
}

/** The lines of other rows that came with partial dependence. */
export function othersOf(outputs: Outputs, { classIndex, space }: Shown, outcome: CurveOutcome): NonNullable<IceAnswer['others']> {
  const { grid, lines, lineRows, nOutputs } = outcome;
  return { grid, lines: lines.map((line) => curveOf(outputs, space, line, nOutputs, classIndex)), rows: lineRows };
}
