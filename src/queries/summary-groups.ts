/** Boxes, violins and bars of shown values, a feature and a group at a time. */
import { gaussianDensity, silvermanBandwidth } from '#/math/density';
import { equalEdges } from '#/math/histogram';
import { boxStats, emptyBox } from './box-stats';
import type { BoxStats } from './plot';
import { explainedRows } from './resolve-scope';
import type { RowGroups } from './row-groups';
import { shownColumn, type ShownValues } from './shown-values';
import type { SummaryBars, SummaryBoxes, SummaryViolins } from './summary-importance';

const GRID_POINTS = 161;
/** Densities reach a little beyond the data, so that outlines close. */
const GRID_MARGIN = 0.03;

interface FeatureGroups {
  /** [group] present values and their table rows. */
  readonly values: readonly Float64Array[];
  readonly rows: readonly Int32Array[];
}

function splitFeature(shown: ShownValues, feature: number, groups: RowGroups): FeatureGroups {
  const column = shownColumn(shown, feature);
  const explained = explainedRows(shown.explanation);
  const nGroups = groups.labels.length;
  const { groupOf } = groups;
  const sizes = new Int32Array(nGroups);
  const groupAt = new Int32Array(column.length);
  for (let i = 0; i < column.length; i++) {
    const group = Number.isNaN(column[i]!) ? -1 : groupOf === null ? 0 : groupOf[explained[i]!]!;
    groupAt[i] = group;
    if (group >= 0) sizes[group]!++;
  }
  const values = Array.from(sizes, (size) => new Float64Array(size));
  const rows = Array.from(sizes, (size) => new Int32Array(size));
  sizes.fill(0);
  for (let i = 0; i < column.length; i++) {
    const group = groupAt[i]!;
    if (group < 0) continue;
    const at = sizes[group]!++;
    values[group]![at] = column[i]!;
    rows[group]![at] = explained[i]!;
  }
  return { values, rows };
}

/** The row whose value is nearest to the median (the first of equals), -1 without rows. */
function nearestRow(values: Float64Array, rows: Int32Array, median: number): number {
  let best = -1;
  let nearest = Infinity;
  for (let i = 0; i < values.length; i++) {
    const distance = Math.abs(values[i]! - median);
    if (distance < nearest) {
      nearest = distance;
      best = rows[i]!;
    }
  }
  return best;
}

export function drawBoxes(
  shown: ShownValues,
  features: readonly number[],
  groups: RowGroups,
): Pick<SummaryBoxes, 'kind' | 'groupLabels' | 'boxes' | 'exampleRows'> {
  const parts = features.map((feature) => boxesOf(splitFeature(shown, feature, groups), groups));
  return { kind: 'box', groupLabels: groups.labels, boxes: parts.map((p) => p.boxes), exampleRows: parts.map((p) => p.exampleRows) };
}

function boxesOf({ values, rows }: FeatureGroups, { labels }: RowGroups): { readonly boxes: BoxStats[]; readonly exampleRows: number[] } {
  const boxes = labels.map((label, g) => (values[g]!.length === 0 ? emptyBox(label) : boxStats(label, values[g]!.slice())));
  return { boxes, exampleRows: boxes.map((box, g) => nearestRow(values[g]!, rows[g]!, box.median)) };
}

export function drawViolins(
  shown: ShownValues,
  features: readonly number[],
  groups: RowGroups,
  [low, high]: readonly [number, number],
): Pick<SummaryViolins, 'kind' | 'groupLabels' | 'grid' | 'densities' | 'boxes' | 'exampleRows'> {
  const margin = (high - low) * GRID_MARGIN;
  const grid = equalEdges(low - margin, high + margin, GRID_POINTS - 1);
  const parts = features.map((feature) => {
    const split = splitFeature(shown, feature, groups);
    return {
      ...boxesOf(split, groups),
      densities: split.values.map((values) => gaussianDensity(values, grid, silvermanBandwidth(values))),
    };
  });
  return {
    kind: 'violin',
    groupLabels: groups.labels,
    grid,
    densities: parts.map((p) => p.densities),
    boxes: parts.map((p) => p.boxes),
    exampleRows: parts.map((p) => p.exampleRows),
  };
}

export function drawBars(
  shown: ShownValues,
  features: readonly number[],
  groups: RowGroups,
): Pick<SummaryBars, 'kind' | 'groupLabels' | 'means'> {
  const means = features.map((feature) =>
    Float64Array.from(splitFeature(shown, feature, groups).values, (values) => {
      let sum = 0;
      for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]!);
      return values.length === 0 ? NaN : sum / values.length;
    }),
  );
  return { kind: 'bar', groupLabels: groups.labels, means };
}
