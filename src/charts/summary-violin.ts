import type { Chart, ChartTable, Datum, Marks, Spec } from '#/charts/chart';
import { frameSignals, laneDomain, OWN_COLOUR, signedDomain } from '#/charts/frame';
import { laneHeight, laneLabels, ruleLayer, zeroLayer, zeroLine } from '#/charts/lanes';
import { boxEntries, boxMarks, boxTable, describeBoxes, groupColour, groupedLane } from '#/charts/summary-box';
import { groupLegend, lanesSpec, summaryTitle } from '#/charts/summary-shared';
import type { ChartTheme } from '#/charts/theme';
import type { SummaryViolins } from '#/queries/summary-importance';

export function spec(theme: ChartTheme): Spec {
  return lanesSpec(
    [
      zeroLayer(theme),
      ({ x, y }) => ({
        data: { name: 'outlines', values: [] },
        mark: { type: 'area', opacity: 0.85, line: false, interpolate: 'linear' },
        encoding: { x: x('x'), y: y('y0'), y2: { field: 'y1' }, detail: { field: 'v', type: 'nominal' }, fill: OWN_COLOUR },
      }),
      ruleLayer('quartiles', { color: theme.background, strokeWidth: 3.5 }),
      ({ x, y }) => ({
        data: { name: 'medians', values: [] },
        mark: { type: 'point', filled: true, size: 26, fill: theme.background, stroke: theme.text, strokeWidth: 1, opacity: 1 },
        encoding: { x: x('x'), y: y('y') },
      }),
    ],
    theme,
  );
}

export function datasets(answer: SummaryViolins, theme: ChartTheme): Readonly<Record<string, readonly Datum[]>> {
  const entries = boxEntries(answer);
  const outlines: Datum[] = [];
  entries.forEach(({ lane, group, at, half }, v) => {
    const density = answer.densities[lane]?.[group];
    if (density === undefined) return;
    const c = groupColour(answer, group, theme);
    let first = 0;
    let last = density.length - 1;
    while (first < last && density[first]! < 0.004) first++;
    while (last > first && density[last]! < 0.004) last--;
    for (let i = Math.max(0, first - 1); i <= Math.min(density.length - 1, last + 1); i++) {
      const reach = half * 1.12 * density[i]!;
      outlines.push({ v, x: answer.grid[i]!, y0: at - reach, y1: at + reach, c });
    }
  });
  return {
    zero: zeroLine(answer.features.length),
    outlines,
    quartiles: entries.map(({ at, box }) => ({ x0: box.q1, x1: box.q3, y0: at, y1: at })),
    medians: entries.map(({ at, box }) => ({ x: box.median, y: at })),
  };
}

export function marks(answer: SummaryViolins): Marks {
  return boxMarks(answer);
}

export function table(answer: SummaryViolins): ChartTable {
  return boxTable(answer);
}

export function describe(answer: SummaryViolins): string {
  return describeBoxes(answer);
}

export function chart(answer: SummaryViolins, theme: ChartTheme): Chart {
  const n = answer.features.length;
  const xTitle = summaryTitle(answer);
  const { grid } = answer;
  return {
    kind: 'summary-violin',
    spec: spec(theme),
    datasets: datasets(answer, theme),
    signals: frameSignals({
      xDomain: signedDomain(grid[0] ?? 0, grid.at(-1) ?? 1, 0.01),
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
    marks: marks(answer),
    legends: groupLegend(answer.groupLabels, theme),
    raster: null,
    height: laneHeight(n, groupedLane(answer.groupLabels.length) + 6),
  };
}
