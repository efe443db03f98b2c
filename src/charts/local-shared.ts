import { tableOf, type ChartTable, type Label } from '#/charts/chart';
import type { ChartTheme } from '#/charts/theme';
import { withUnit } from '#/text/coverage';
import { middleEllipsis } from '#/text/labels';
import { cellText, describeLocal, localText } from '#/text/local-importance';
import type { LocalFeature, LocalImportanceAnswer } from '#/queries/local-importance';

/** The largest `topK` features and the rest as one. */
export interface LocalSplit {
  readonly top: readonly LocalFeature[];
  readonly others: number;
  readonly othersPhi: number;
  readonly othersPerClass: readonly number[];
}

export function splitLocal(answer: LocalImportanceAnswer, topK: number): LocalSplit {
  const top = answer.features.slice(0, topK);
  const rest = answer.features.slice(topK);
  const sum = (get: (feature: LocalFeature) => number): number =>
    rest.reduce((a, feature) => a + (Number.isNaN(get(feature)) ? 0 : get(feature)), 0);
  return {
    top,
    others: rest.length,
    othersPhi: sum((feature) => feature.phi),
    othersPerClass: (top[0]?.perClass ?? []).map((_, k) => sum((feature) => feature.perClass[k] ?? 0)),
  };
}

/** Characters of a label: in the row pane there is more room beside the bars than in lanes of many marks. */
const ROOM_COMPACT = 24;
const ROOM = 28;

/** `age = 39` on one line where it fits, else the name above the value: neither is lost. */
export function localLabel(feature: LocalFeature, theme: ChartTheme): Label {
  const room = theme.compact ? ROOM_COMPACT : ROOM;
  const name = middleEllipsis(feature.name, room);
  const value = middleEllipsis(cellText(feature.value), room - 2);
  return name.length + 3 + value.length <= room ? `${name} = ${value}` : [name, `= ${value}`];
}

/** Names the intervals where some are drawn. */
export function whiskerLegend(
  drawn: boolean,
  theme: ChartTheme,
): readonly { readonly label: string; readonly colour: string; readonly shape: 'interval' }[] {
  return drawn ? [{ label: localText.whisker, colour: theme.text, shape: 'interval' }] : [];
}

export function localTable(answer: LocalImportanceAnswer): ChartTable {
  const { features, classLabels } = answer;
  const errors = features.some((feature) => feature.standardError !== null);
  const columns: { name: string; numeric: boolean; get: (feature: LocalFeature) => string | number | null }[] = [
    { name: localText.feature, numeric: false, get: (f) => f.name },
    { name: localText.value, numeric: false, get: (f) => (typeof f.value === 'boolean' ? String(f.value) : f.value) },
    { name: withUnit(`${localText.importance}, ${answer.outputLabel}`, answer.unit), numeric: true, get: (f) => f.phi },
    ...(errors ? [{ name: localText.standardError, numeric: true, get: (f: LocalFeature) => f.standardError }] : []),
    ...(classLabels.length > 2
      ? classLabels.flatMap((name, k) => [
          { name, numeric: true, get: (f: LocalFeature) => f.perClass[k] ?? null },
          ...(errors
            ? [{ name: `${name}: ${localText.standardError}`, numeric: true, get: (f: LocalFeature) => f.perClassErrors[k] ?? null }]
            : []),
        ])
      : []),
  ];
  return tableOf(columns, features.length, (i, column) => columns[column]!.get(features[i]!));
}

export function describeLocalAnswer(answer: LocalImportanceAnswer, title: string): string {
  return describeLocal({
    title,
    outputLabel: answer.outputLabel,
    unit: answer.unit,
    base: answer.base,
    sum: answer.sum,
    top: answer.features.slice(0, 6),
  });
}
