import { tableOf, type Chart, type ChartTable, type Datum, type Marks, type Spec } from '#/charts/chart';
import { frameSignals, laneDomain } from '#/charts/frame';
import { bar, barLayer, laneHeight, laneLabels, textLayer } from '#/charts/lanes';
import { groupedLane } from '#/charts/summary-box';
import { groupBand, groupLegend, lanesSpec, summaryTitle } from '#/charts/summary-shared';
import { classColour, type ChartTheme } from '#/charts/theme';
import { withUnit } from '#/text/coverage';
import { visibleLabel } from '#/text/labels';
import { formatFull, formatNumber } from '#/text/numbers';
import { plotText } from '#/text/plot';
import { describeGroupBars, summaryText } from '#/text/summary-importance';
import type { SummaryBars } from '#/queries/summary-importance';

export function spec(theme: ChartTheme): Spec {
  return lanesSpec([barLayer('bars', theme), textLayer('texts', 1, theme)], theme);
}

interface Entry {
  readonly lane: number;
  readonly group: number;
  readonly value: number;
  readonly at: number;
  readonly half: number;
}

function entriesOf(answer: SummaryBars): readonly Entry[] {
  return answer.means.flatMap((groups, lane) =>
    Array.from(groups, (value, group) => ({ lane, group, value, ...groupBand(lane, group, groups.length) })).filter(
      ({ value }) => !Number.isNaN(value),
    ),
  );
}

export function datasets(answer: SummaryBars, theme: ChartTheme): Readonly<Record<string, readonly Datum[]>> {
  const entries = entriesOf(answer);
  const many = answer.groupLabels.length > 1;
  return {
    bars: entries.map(({ at, half, value, group }) => bar(at, 0, value, many ? classColour(group, theme) : theme.mark, half)),
    texts: entries.map(({ at, value }) => ({ x: value, y: at, t: formatNumber(value) })),
  };
}

export function marks(answer: SummaryBars): Marks {
  const entries = entriesOf(answer);
  const many = answer.groupLabels.length > 1;
  return {
    n: entries.length,
    x: Float64Array.from(entries, ({ value }) => value / 2),
    y: Float64Array.from(entries, ({ at }) => at),
    halfX: Float64Array.from(entries, ({ value }) => value / 2),
    halfY: Float64Array.from(entries, ({ half }) => half),
    rows: new Int32Array(entries.length).fill(-1),
    features: Int32Array.from(entries, ({ lane }) => answer.features[lane]?.feature ?? -1),
    lanes: Int32Array.from(entries, ({ lane }) => lane),
    action: 'feature',
    reach: 'lane',
    tip: (i) => {
      const { lane, group, value } = entries[i]!;
      return {
        title: visibleLabel(answer.features[lane]?.name ?? ''),
        lines: [
          ...(many ? [{ name: plotText.group, value: visibleLabel(answer.groupLabels[group] ?? '') }] : []),
          { name: withUnit(summaryText.meanAbs, answer.unit), value: formatFull(value) },
        ],
      };
    },
  };
}

export function table(answer: SummaryBars): ChartTable {
  const groups = answer.groupLabels.length > 1 ? answer.groupLabels : [withUnit(summaryText.meanAbs, answer.unit)];
  return tableOf(
    [{ name: summaryText.feature, numeric: false }, ...groups.map((name) => ({ name, numeric: true }))],
    answer.features.length,
    (i, column) => (column === 0 ? answer.features[i]!.name : (answer.means[i]?.[column - 1] ?? null)),
  );
}

export function describe(answer: SummaryBars): string {
  const means = answer.means[0] ?? new Float64Array(0);
  let best = -1;
  if (answer.groupLabels.length > 1)
    means.forEach((value, group) => (best = !Number.isNaN(value) && (best < 0 || value > means[best]!) ? group : best));
  return describeGroupBars(
    answer.features[0],
    best < 0 ? null : { label: answer.groupLabels[best] ?? '', mean: means[best]! },
    answer.unit,
    answer.outputLabel,
    answer.coverage,
  );
}

export function chart(answer: SummaryBars, theme: ChartTheme): Chart {
  const n = answer.features.length;
  const most = Math.max(0, ...entriesOf(answer).map(({ value }) => value));
  const xTitle = summaryTitle(answer);
  return {
    kind: 'summary-bar',
    spec: spec(theme),
    datasets: datasets(answer, theme),
    signals: frameSignals({
      xDomain: [0, most > 0 ? most * (theme.compact ? 1.2 : 1.1) : 1],
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
    height: laneHeight(n, groupedLane(answer.groupLabels.length)),
  };
}
