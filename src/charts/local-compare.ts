import { tableOf, type Chart, type ChartTable } from '#/charts/chart';
import { frameSignals, laneDomain, signedDomain } from '#/charts/frame';
import { bar, interval, laneHeight, laneLabels, zeroLine } from '#/charts/lanes';
import { spec } from '#/charts/local-bars';
import { whiskerLegend } from '#/charts/local-shared';
import { groupBand } from '#/charts/summary-shared';
import { classColour, type ChartTheme } from '#/charts/theme';
import { withUnit } from '#/text/coverage';
import { visibleLabel } from '#/text/labels';
import { cellText, describeCompare, localText } from '#/text/local-importance';
import { formatFull, formatSigned } from '#/text/numbers';
import type { LocalFeature, LocalImportanceAnswer } from '#/queries/local-importance';

export interface ComparedRow {
  readonly title: string;
  readonly answer: LocalImportanceAnswer;
}

/** Features of all rows, by the largest size that any row gives them. */
export function comparedFeatures(
  rows: readonly ComparedRow[],
): readonly { readonly feature: number; readonly name: string; readonly byRow: readonly (LocalFeature | undefined)[] }[] {
  const maps = rows.map(({ answer }) => new Map(answer.features.map((feature) => [feature.feature, feature])));
  const first = rows[0]?.answer.features ?? [];
  const size = (feature: number): number => Math.max(...maps.map((map) => Math.abs(map.get(feature)?.phi ?? 0)));
  return [...first]
    .sort((a, b) => size(b.feature) - size(a.feature) || a.feature - b.feature)
    .map(({ feature, name }) => ({ feature, name, byRow: maps.map((map) => map.get(feature)) }));
}

export function table(rows: readonly ComparedRow[]): ChartTable {
  const features = comparedFeatures(rows);
  const errors = features.some(({ byRow }) => byRow.some((one) => one !== undefined && one.standardError !== null));
  const columns = rows.flatMap(({ title, answer }, row) => [
    { row, name: `${title}: ${localText.value}`, numeric: false, get: (one: LocalFeature) => cellText(one.value, 'full') },
    { row, name: withUnit(`${title}: ${answer.outputLabel}`, answer.unit), numeric: true, get: (one: LocalFeature) => one.phi },
    ...(errors
      ? [{ row, name: `${title}: ${localText.standardError}`, numeric: true, get: (one: LocalFeature) => one.standardError }]
      : []),
  ]);
  return tableOf([{ name: localText.feature, numeric: false }, ...columns], features.length, (i, column) => {
    const { name, byRow } = features[i]!;
    const shown = columns[column - 1];
    if (shown === undefined) return name;
    const one = byRow[shown.row];
    return one === undefined ? null : shown.get(one);
  });
}

export function describe(rows: readonly ComparedRow[]): string {
  const [first, second] = rows;
  if (first === undefined || second === undefined) return '';
  const gaps = comparedFeatures([first, second]).map(({ name, byRow }) => ({ name, gap: (byRow[0]?.phi ?? 0) - (byRow[1]?.phi ?? 0) }));
  gaps.sort((a, b) => Math.abs(b.gap) - Math.abs(a.gap));
  const most = gaps[0];
  return describeCompare(
    rows.map(({ title }) => title),
    most ?? null,
    first.answer.unit,
  );
}

export function chart(rows: readonly ComparedRow[], topK: number, theme: ChartTheme): Chart {
  const features = comparedFeatures(rows).slice(0, topK);
  const entries = features.flatMap(({ byRow, name }, lane) =>
    byRow.flatMap((feature, group) =>
      feature === undefined || Number.isNaN(feature.phi) ? [] : [{ lane, group, name, feature, ...groupBand(lane, group, rows.length) }],
    ),
  );
  const half95 = ({ standardError }: LocalFeature): number => 1.96 * (standardError ?? 0);
  const [low, high] = signedDomain(
    Math.min(0, ...entries.map(({ feature }) => feature.phi - half95(feature))),
    Math.max(0, ...entries.map(({ feature }) => feature.phi + half95(feature))),
    0,
  );
  const room = (high - low) * (theme.compact ? 0.26 : 0.16);
  const unit = rows[0]?.answer.unit ?? '';
  const xTitle = withUnit(localText.importance, unit);
  const text = ({ feature, at }: (typeof entries)[number]) => ({
    x: feature.phi < 0 ? Math.min(0, feature.phi - half95(feature)) : Math.max(0, feature.phi + half95(feature)),
    y: at,
    t: formatSigned(feature.phi),
  });
  return {
    kind: 'local-bars',
    spec: spec(theme),
    datasets: {
      bars: entries.map(({ at, half, feature, group }) => bar(at, 0, feature.phi, classColour(group, theme), half)),
      zero: zeroLine(features.length),
      intervals: entries.flatMap(({ feature, at, half }) =>
        feature.standardError === null ? [] : interval(at, feature.phi - half95(feature), feature.phi + half95(feature), half * 0.5),
      ),
      rights: entries.filter(({ feature }) => feature.phi >= 0).map(text),
      lefts: entries.filter(({ feature }) => feature.phi < 0).map(text),
    },
    signals: frameSignals({
      xDomain: [low < 0 ? low - room : low, high > 0 ? high + room : high],
      yDomain: laneDomain(features.length),
      xTitle,
      yTitle: '',
      yLabels: laneLabels(
        features.map(({ name }) => name),
        theme,
      ),
    }),
    xTitle,
    yTitle: '',
    marks: {
      n: entries.length,
      x: Float64Array.from(entries, ({ feature }) => feature.phi / 2),
      y: Float64Array.from(entries, ({ at }) => at),
      halfX: Float64Array.from(entries, ({ feature }) => Math.abs(feature.phi) / 2),
      halfY: Float64Array.from(entries, ({ half }) => half),
      rows: Int32Array.from(entries, ({ group }) => rows[group]!.answer.row),
      features: null,
      lanes: Int32Array.from(entries, ({ lane }) => lane),
      action: 'row',
      reach: 'lane',
      tip: (i) => {
        const { name, group, feature } = entries[i]!;
        return {
          title: `${visibleLabel(rows[group]!.title)} · ${visibleLabel(name)}`,
          lines: [
            { name: localText.value, value: cellText(feature.value, 'full') },
            { name: xTitle, value: formatFull(feature.phi) },
            ...(feature.standardError === null ? [] : [{ name: localText.standardError, value: formatFull(feature.standardError) }]),
          ],
        };
      },
    },
    legends: [
      {
        kind: 'classes',
        title: '',
        items: [
          ...rows.map(({ title }, group) => ({ label: visibleLabel(title), colour: classColour(group, theme) })),
          ...whiskerLegend(
            entries.some(({ feature }) => feature.standardError !== null),
            theme,
          ),
        ],
      },
    ],
    raster: null,
    height: laneHeight(features.length, rows.length * 15 + 10, rows.length * 18 + 10),
  };
}
