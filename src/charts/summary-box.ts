import { tableOf, type Chart, type ChartTable, type Datum, type Marks, type Spec } from '#/charts/chart';
import { frameSignals, laneDomain, OWN_COLOUR, signedDomain } from '#/charts/frame';
import { laneHeight, laneLabels, ruleLayer, zeroLayer, zeroLine } from '#/charts/lanes';
import { groupBand, groupLegend, lanesSpec, SUMMARY_LANE, summaryTitle } from '#/charts/summary-shared';
import { classColour, type ChartTheme } from '#/charts/theme';
import { visibleLabel } from '#/text/labels';
import { formatCount, formatFull } from '#/text/numbers';
import { describeGroupDependence, plotText } from '#/text/plot';
import { describeSpread, summaryText } from '#/text/summary-importance';
import type { BoxStats } from '#/queries/plot';
import type { SummaryBoxes, SummaryViolins } from '#/queries/summary-importance';

export function spec(theme: ChartTheme): Spec {
  return lanesSpec(
    [
      zeroLayer(theme),
      ruleLayer('whiskers', { color: theme.text, strokeWidth: 1 }),
      ({ x, y }) => ({
        data: { name: 'boxes', values: [] },
        mark: { type: 'rect', fillOpacity: 0.8, stroke: theme.text, strokeWidth: 0.8 },
        encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' }, fill: OWN_COLOUR },
      }),
      ruleLayer('medians', { color: theme.scheme === 'dark' ? '#000000' : '#ffffff', strokeWidth: 2 }),
    ],
    theme,
  );
}

export interface BoxEntry {
  readonly lane: number;
  readonly group: number;
  readonly at: number;
  readonly half: number;
  readonly box: BoxStats;
  readonly row: number;
}

/** Boxes with at least one row, with their place. */
export function boxEntries(answer: SummaryBoxes | SummaryViolins): readonly BoxEntry[] {
  return answer.boxes.flatMap((groups, lane) =>
    groups.flatMap((box, group) =>
      box.n === 0 ? [] : [{ lane, group, box, row: answer.exampleRows[lane]?.[group] ?? -1, ...groupBand(lane, group, groups.length) }],
    ),
  );
}

export function groupColour(answer: SummaryBoxes | SummaryViolins, group: number, theme: ChartTheme): string {
  return answer.groupLabels.length > 1 ? classColour(group, theme) : theme.mark;
}

export function datasets(answer: SummaryBoxes, theme: ChartTheme): Readonly<Record<string, readonly Datum[]>> {
  const entries = boxEntries(answer);
  return {
    zero: zeroLine(answer.features.length),
    whiskers: entries.flatMap(({ at, box }) => [
      { x0: box.low, x1: box.q1, y0: at, y1: at },
      { x0: box.q3, x1: box.high, y0: at, y1: at },
    ]),
    boxes: entries.map(({ at, half, box, group }) => ({
      x0: box.q1,
      x1: box.q3,
      y0: at - half,
      y1: at + half,
      c: groupColour(answer, group, theme),
    })),
    medians: entries.map(({ at, half, box }) => ({ x0: box.median, x1: box.median, y0: at - half, y1: at + half })),
  };
}

export function boxMarks(answer: SummaryBoxes | SummaryViolins): Marks {
  const entries = boxEntries(answer);
  const many = answer.groupLabels.length > 1;
  return {
    n: entries.length,
    x: Float64Array.from(entries, ({ box }) => (box.low + box.high) / 2),
    y: Float64Array.from(entries, ({ at }) => at),
    halfX: Float64Array.from(entries, ({ box }) => (box.high - box.low) / 2),
    halfY: Float64Array.from(entries, ({ half }) => half),
    rows: Int32Array.from(entries, ({ row }) => row),
    features: null,
    lanes: Int32Array.from(entries, ({ lane }) => lane),
    action: 'row',
    reach: 'lane',
    tip: (i) => {
      const { lane, group, box } = entries[i]!;
      const name = visibleLabel(answer.features[lane]?.name ?? '');
      return {
        title: many ? `${name} · ${visibleLabel(answer.groupLabels[group] ?? '')}` : name,
        lines: [
          { name: plotText.median, value: formatFull(box.median) },
          { name: `${plotText.q1} – ${plotText.q3}`, value: `${formatFull(box.q1)} – ${formatFull(box.q3)}` },
          { name: plotText.rows, value: formatCount(box.n) },
        ],
      };
    },
  };
}

export function boxTable(answer: SummaryBoxes | SummaryViolins): ChartTable {
  const entries = boxEntries(answer);
  const names = [plotText.rows, plotText.mean, plotText.whiskerLow, plotText.q1, plotText.median, plotText.q3, plotText.whiskerHigh];
  return tableOf(
    [
      { name: summaryText.feature, numeric: false },
      { name: plotText.group, numeric: false },
      ...names.map((name) => ({ name, numeric: true })),
    ],
    entries.length,
    (i, column) => {
      const { lane, group, box } = entries[i]!;
      return (
        [
          answer.features[lane]?.name ?? '',
          answer.groupLabels[group] ?? '',
          box.n,
          box.mean,
          box.low,
          box.q1,
          box.median,
          box.q3,
          box.high,
        ][column] ?? null
      );
    },
    (i) => entries[i]!.row,
  );
}

export function describeBoxes(answer: SummaryBoxes | SummaryViolins): string {
  const top = answer.features[0];
  const boxes = answer.boxes[0] ?? [];
  if (answer.groupLabels.length > 1 && top !== undefined) {
    const groups = boxes.map((box, group) => ({ label: answer.groupLabels[group] ?? '', n: box.n, median: box.median }));
    return describeGroupDependence(top.name, groups, answer.unit, answer.coverage, 0);
  }
  const box = boxes[0];
  return describeSpread(
    top === undefined || box === undefined ? undefined : { name: top.name, q1: box.q1, q3: box.q3 },
    answer.unit,
    answer.coverage,
  );
}

export function table(answer: SummaryBoxes): ChartTable {
  return boxTable(answer);
}

export function describe(answer: SummaryBoxes): string {
  return describeBoxes(answer);
}

export function chart(answer: SummaryBoxes, theme: ChartTheme): Chart {
  const entries = boxEntries(answer);
  const n = answer.features.length;
  const xTitle = summaryTitle(answer);
  return {
    kind: 'summary-box',
    spec: spec(theme),
    datasets: datasets(answer, theme),
    signals: frameSignals({
      xDomain: signedDomain(Math.min(0, ...entries.map(({ box }) => box.low)), Math.max(0, ...entries.map(({ box }) => box.high))),
      yDomain: laneDomain(n),
      xTitle,
      yTitle: '',
      yLabels: laneLabels(
        answer.features.map((feature) => feature.name),
        theme,
      ),
    }),
    xTitle,
    yTitle: '',
    marks: boxMarks(answer),
    legends: groupLegend(answer.groupLabels, theme),
    raster: null,
    height: laneHeight(n, groupedLane(answer.groupLabels.length)),
  };
}

/** Lanes grow with their groups, up to a point. */
export function groupedLane(groups: number): number {
  return Math.max(SUMMARY_LANE - 4, Math.min(120, groups * 16 + 8));
}
