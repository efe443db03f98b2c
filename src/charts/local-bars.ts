import type { Chart, ChartTable, Datum, Marks, Spec } from '#/charts/chart';
import { frameSignals, laneDomain, signedDomain } from '#/charts/frame';
import { bar, barLayer, interval, laneHeight, ruleLayer, textLayer, zeroLayer, zeroLine } from '#/charts/lanes';
import { describeLocalAnswer, localLabel, localTable, splitLocal, whiskerLegend } from '#/charts/local-shared';
import { groupBand, lanesSpec } from '#/charts/summary-shared';
import { classColour, type ChartTheme } from '#/charts/theme';
import { withUnit } from '#/text/coverage';
import { visibleLabel } from '#/text/labels';
import { cellText, localText } from '#/text/local-importance';
import { formatFull, formatSigned } from '#/text/numbers';
import type { LocalFeature, LocalImportanceAnswer } from '#/queries/local-importance';

/** More classes than this are cut to the one shown and those that the row moves most. */
const MAX_CLASSES = 8;

export function spec(theme: ChartTheme): Spec {
  return lanesSpec(
    [
      barLayer('bars', theme),
      zeroLayer(theme),
      ruleLayer('intervals', { color: theme.text, strokeWidth: 1.2 }),
      textLayer('rights', 1, theme),
      textLayer('lefts', -1, theme),
    ],
    theme,
  );
}

interface Entry {
  readonly lane: number;
  /** Class index, -1 for the only output. */
  readonly k: number;
  readonly at: number;
  readonly half: number;
  readonly phi: number;
  readonly error: number | null;
  readonly feature: LocalFeature | null;
}

/** Classes drawn: all of a few, else the shown one and those with the largest values. */
export function classesOf(answer: LocalImportanceAnswer): readonly number[] {
  const n = answer.classLabels.length;
  if (n <= MAX_CLASSES) return Array.from({ length: n }, (_, k) => k);
  const size = (k: number): number => answer.features.reduce((most, feature) => Math.max(most, Math.abs(feature.perClass[k] ?? 0)), 0);
  const others = Array.from({ length: n }, (_, k) => k).filter((k) => k !== answer.classIndex);
  others.sort((a, b) => size(b) - size(a));
  return [answer.classIndex, ...others.slice(0, MAX_CLASSES - 1)].sort((a, b) => a - b);
}

/** Null where the values are exact, and for the sum of the others, whose errors may cancel out or not. */
function errorOf(feature: LocalFeature | null, k: number): number | null {
  const error = feature?.perClassErrors[k] ?? NaN;
  return Number.isNaN(error) ? null : error;
}

function entriesOf(answer: LocalImportanceAnswer, topK: number): readonly Entry[] {
  const { top, others, othersPhi, othersPerClass } = splitLocal(answer, topK);
  const classes = classesOf(answer);
  const lanes: { feature: LocalFeature | null; phi: number; perClass: readonly number[] }[] = top.map((feature) => ({
    feature,
    phi: feature.phi,
    perClass: feature.perClass,
  }));
  if (others > 0) lanes.push({ feature: null, phi: othersPhi, perClass: othersPerClass });
  return lanes.flatMap(({ feature, phi, perClass }, lane) => {
    if (classes.length === 0) return [{ lane, k: -1, phi, feature, error: feature?.standardError ?? null, ...groupBand(lane, 0, 1) }];
    return classes.map((k, group) => ({
      lane,
      k,
      phi: perClass[k] ?? NaN,
      feature,
      error: errorOf(feature, k),
      ...groupBand(lane, group, classes.length),
    }));
  });
}

export function datasets(entries: readonly Entry[], nLanes: number, theme: ChartTheme): Readonly<Record<string, readonly Datum[]>> {
  const known = entries.filter(({ phi }) => !Number.isNaN(phi));
  const text = ({ phi, at, error }: Entry): Datum => {
    const half = error === null ? 0 : 1.96 * error;
    return { x: phi < 0 ? Math.min(phi - half, 0) : Math.max(phi + half, 0), y: at, t: formatSigned(phi) };
  };
  return {
    bars: known.map(({ at, half, phi, k }) =>
      bar(at, 0, phi, k < 0 ? (phi < 0 ? theme.negative : theme.positive) : classColour(k, theme), half),
    ),
    zero: zeroLine(nLanes),
    intervals: known.flatMap(({ at, phi, error, half }) =>
      error === null ? [] : interval(at, phi - 1.96 * error, phi + 1.96 * error, half * 0.5),
    ),
    rights: known.filter(({ phi }) => phi >= 0).map(text),
    lefts: known.filter(({ phi }) => phi < 0).map(text),
  };
}

export function marks(answer: LocalImportanceAnswer, entries: readonly Entry[], others: number): Marks {
  return {
    n: entries.length,
    x: Float64Array.from(entries, ({ phi }) => phi / 2),
    y: Float64Array.from(entries, ({ at }) => at),
    halfX: Float64Array.from(entries, ({ phi }) => Math.abs(phi) / 2),
    halfY: Float64Array.from(entries, ({ half }) => half),
    rows: new Int32Array(entries.length).fill(answer.row),
    features: null,
    lanes: Int32Array.from(entries, ({ lane }) => lane),
    action: null,
    reach: 'lane',
    tip: (i) => {
      const { feature, k, phi, error } = entries[i]!;
      const output = k < 0 ? answer.outputLabel : visibleLabel(answer.classLabels[k] ?? '');
      return {
        title: feature === null ? localText.others(others) : visibleLabel(feature.name),
        lines: [
          ...(feature === null ? [] : [{ name: localText.value, value: cellText(feature.value, 'full') }]),
          { name: withUnit(output, answer.unit), value: formatFull(phi) },
          ...(error === null ? [] : [{ name: localText.standardError, value: formatFull(error) }]),
        ],
      };
    },
  };
}

export function table(answer: LocalImportanceAnswer): ChartTable {
  return localTable(answer);
}

export function describe(answer: LocalImportanceAnswer, title: string): string {
  return describeLocalAnswer(answer, title);
}

export function chart(answer: LocalImportanceAnswer, topK: number, theme: ChartTheme): Chart {
  const { top, others } = splitLocal(answer, topK);
  const entries = entriesOf(answer, topK);
  const nLanes = top.length + (others > 0 ? 1 : 0);
  const ends = entries.flatMap(({ phi, error }) => (Number.isNaN(phi) ? [] : [phi - 1.96 * (error ?? 0), phi + 1.96 * (error ?? 0)]));
  const [low, high] = signedDomain(Math.min(0, ...ends), Math.max(0, ...ends), 0);
  const room = (high - low) * (theme.compact ? 0.26 : 0.16);
  const classes = classesOf(answer);
  // With one output the title names it; with classes the colours do.
  const xTitle = withUnit(classes.length === 0 ? answer.outputLabel : localText.importance, answer.unit);
  return {
    kind: 'local-bars',
    spec: spec(theme),
    datasets: datasets(entries, nLanes, theme),
    signals: frameSignals({
      xDomain: [low < 0 ? low - room : low, high > 0 ? high + room : high],
      yDomain: laneDomain(nLanes),
      xTitle,
      yTitle: '',
      yLabels: [...top.map((feature) => localLabel(feature, theme)), ...(others > 0 ? [localText.others(others)] : [])],
    }),
    xTitle,
    yTitle: '',
    marks: marks(answer, entries, others),
    legends: [
      {
        kind: 'classes',
        title: '',
        items: [
          ...(classes.length === 0
            ? [
                { label: localText.raises, colour: theme.positive },
                { label: localText.lowers, colour: theme.negative },
              ]
            : classes.map((k) => ({ label: visibleLabel(answer.classLabels[k] ?? ''), colour: classColour(k, theme) }))),
          ...whiskerLegend(
            entries.some(({ error }) => error !== null),
            theme,
          ),
        ],
      },
    ],
    raster: null,
    height: laneHeight(nLanes, Math.max(32, classes.length * 15 + 6), Math.max(40, classes.length * 18 + 6)),
  };
}
