/** One side categorical: a box a group, and a strip of points over it. */
import { swarmOffsets } from '#/math/density';
import { boxStats } from './box-stats';
import type { BoxesPlot, PlotParams } from './plot';
import { coloursOf, type PlotAxes, type PlotRows } from './plot-rows';
import { MAX_MARKS } from './scope';
import { rangeOf } from './table-columns';

/** More categories than this: the most frequent ones are drawn. */
export const MAX_GROUPS = 60;
const STRIP_BINS = 60;
const STRIP_BOUND = 0.4;

type Boxes = Pick<BoxesPlot, 'kind' | 'groupAxis' | 'groups' | 'rows' | 'groupOf' | 'values' | 'offsets' | 'colours'> & {
  readonly nRows: number;
};

/**
 * Boxes hold all rows of a group (groups without rows are left out); the strip shows up to MAX_MARKS of those within the
 * extent of the numeric side.
 */
export function drawBoxes(params: PlotParams, axes: PlotAxes, drawn: PlotRows): Boxes {
  const groupAxis = axes.x.info.kind === 'categorical' ? 'x' : 'y';
  const codes = groupAxis === 'x' ? drawn.xs : drawn.ys;
  const values = groupAxis === 'x' ? drawn.ys : drawn.xs;
  const { labels } = (groupAxis === 'x' ? axes.x : axes.y!).info;
  const { groupOfCode, byGroup } = splitByCode(codes, values, labels);
  const groups = byGroup.map(({ code, values: own }) => boxStats(labels[code]!, own));
  const extent = groupAxis === 'x' ? params.extent?.y : params.extent?.x;
  const chosen = chooseMarks(codes, values, groupOfCode, extent);
  const rows = Int32Array.from(chosen, (i) => drawn.rows[i]!);
  const groupOf = Int32Array.from(chosen, (i) => groupOfCode[codes[i]!]!);
  const shown = Float64Array.from(chosen, (i) => values[i]!);
  return {
    kind: 'boxes',
    groupAxis,
    groups,
    rows,
    groupOf,
    values: shown,
    offsets: stripOffsets(shown, groupOf, groups.length),
    colours: coloursOf(axes.colour, rows),
    nRows: groups.reduce((n, group) => n + group.n, 0),
  };
}

function splitByCode(codes: Float64Array, values: Float64Array, labels: readonly string[]) {
  const counts = new Int32Array(labels.length);
  for (let i = 0; i < codes.length; i++) counts[codes[i]!]!++;
  const present = Array.from(labels.keys()).filter((code) => counts[code]! > 0);
  const kept =
    present.length <= MAX_GROUPS
      ? present
      : present
          .sort((a, b) => counts[b]! - counts[a]! || a - b)
          .slice(0, MAX_GROUPS)
          .sort((a, b) => a - b);
  const groupOfCode = new Int32Array(labels.length).fill(-1);
  kept.forEach((code, group) => (groupOfCode[code] = group));
  const byGroup = kept.map((code) => ({ code, values: new Float64Array(counts[code]!) }));
  const filled = new Int32Array(kept.length);
  for (let i = 0; i < codes.length; i++) {
    const group = groupOfCode[codes[i]!]!;
    if (group >= 0) byGroup[group]!.values[filled[group]!++] = values[i]!;
  }
  return { groupOfCode, byGroup };
}

/** Positions of at most MAX_MARKS rows, evenly spaced. */
function chooseMarks(codes: Float64Array, values: Float64Array, groupOfCode: Int32Array, extent: readonly [number, number] | undefined) {
  const low = extent === undefined ? -Infinity : Math.min(...extent);
  const high = extent === undefined ? Infinity : Math.max(...extent);
  const fitting = new Int32Array(codes.length);
  let n = 0;
  for (let i = 0; i < codes.length; i++) {
    if (groupOfCode[codes[i]!]! >= 0 && values[i]! >= low && values[i]! <= high) fitting[n++] = i;
  }
  if (n <= MAX_MARKS) return fitting.subarray(0, n);
  return Int32Array.from({ length: MAX_MARKS }, (_, i) => fitting[Math.floor((i * n) / MAX_MARKS)]!);
}

/** Sideways offsets of each group's points, one scale for all groups: wide where many rows lie. */
function stripOffsets(values: Float64Array, groupOf: Int32Array, nGroups: number): Float32Array {
  const { min, max } = rangeOf(values);
  // One virtual line: each group gets its own stretch of bins, so that the fullest bin of all sets the scale.
  const span = max > min ? (max - min) * (1 + 1e-9) : 1;
  const line = values.map((value, i) => groupOf[i]! + (value - min) / span);
  return swarmOffsets(line, 0, Math.max(1, nGroups), STRIP_BINS * Math.max(1, nGroups), STRIP_BOUND);
}
