import { tableOf, type Chart, type ChartTable, type Datum, type Legend, type LegendShape, type Marks, type Spec } from '#/charts/chart';
import { buildFrameSpec, frameSignals, laneDomain, signedDomain } from '#/charts/frame';
import { bar, barLayer, interval, laneHeight, laneLabels, ruleLayer, textLayer, zeroLayer, zeroLine } from '#/charts/lanes';
import { classColour, type ChartTheme } from '#/charts/theme';
import { withUnit } from '#/text/coverage';
import { visibleLabel } from '#/text/labels';
import { formatFull, formatNumber, formatSigned } from '#/text/numbers';
import { describeGlobal, globalText } from '#/text/global-importance';
import type { GlobalImportanceAnswer, ImportanceSeries } from '#/queries/global-importance';

export interface GlobalDrawing {
  readonly topK: number;
  /** Spread over rows and error of a sampling explainer are never mixed. */
  readonly interval: 'none' | 'spread' | 'error';
  readonly signedMean: boolean;
}

export interface BarsShape {
  readonly labels: boolean;
}

/** CSS pixels of a lane. */
export const LANE = 30;

export function spec(shape: BarsShape, theme: ChartTheme): Spec {
  return buildFrameSpec(
    {
      x: { type: 'linear', title: true, grid: true, nice: false },
      y: { type: 'category', title: false, grid: false, reverse: true, ...(shape.labels ? {} : { hidden: true }) },
      layers: [
        barLayer('bars', theme),
        ruleLayer('floor', { color: theme.textQuiet, strokeWidth: 2, strokeDash: [2, 2] }),
        ruleLayer('intervals', { color: theme.text, strokeWidth: 1.2 }),
        zeroLayer(theme),
        ({ x, y }) => ({
          data: { name: 'means', values: [] },
          mark: { type: 'point', filled: true, shape: 'diamond', size: 110, stroke: theme.background, strokeWidth: 1.4, opacity: 1 },
          encoding: { x: x('x'), y: y('y'), fill: { field: 'c', type: 'nominal', scale: null } },
        }),
        textLayer('texts', 1, theme),
      ],
    },
    theme,
  );
}

function shown(answer: GlobalImportanceAnswer, drawing: GlobalDrawing): readonly number[] {
  return Array.from(answer.order.subarray(0, Math.min(drawing.topK, answer.order.length)));
}

/** Ends of the drawn interval of one feature, null where there is none. */
function intervalOf(answer: GlobalImportanceAnswer, drawing: GlobalDrawing, feature: number): readonly [number, number] | null {
  if (drawing.interval === 'spread' && answer.spread !== null) return [answer.spread.low[feature]!, answer.spread.high[feature]!];
  if (drawing.interval === 'error' && answer.sampling !== null) {
    const half = 1.96 * answer.sampling.error[feature]!;
    return [Math.max(0, answer.total[feature]! - half), answer.total[feature]! + half];
  }
  return null;
}

function segmentColour(answer: GlobalImportanceAnswer, segment: number, theme: ChartTheme): string {
  return answer.segments.length > 1 ? classColour(answer.segments[segment]!.classIndex, theme) : theme.mark;
}

export function datasets(
  answer: GlobalImportanceAnswer,
  drawing: GlobalDrawing,
  theme: ChartTheme,
): Readonly<Record<string, readonly Datum[]>> {
  const features = shown(answer, drawing);
  const bars: Datum[] = [];
  const texts: Datum[] = [];
  const intervals: Datum[] = [];
  const floor: Datum[] = [];
  const means: Datum[] = [];
  features.forEach((feature, lane) => {
    let from = 0;
    answer.segments.forEach((segment, k) => {
      const value = segment.values[feature]!;
      if (Number.isNaN(value) || value === 0) return;
      bars.push(bar(lane, from, from + value, segmentColour(answer, k, theme)));
      from += value;
    });
    const ends = intervalOf(answer, drawing, feature);
    if (ends !== null) intervals.push(...interval(lane, ...ends));
    if (drawing.interval === 'error' && answer.sampling !== null) {
      const x = answer.sampling.noiseFloor[feature]!;
      if (Number.isFinite(x)) floor.push({ x0: x, x1: x, y0: lane - 0.42, y1: lane + 0.42 });
    }
    const mean = drawing.signedMean ? answer.signedMean?.[feature] : undefined;
    if (mean !== undefined && !Number.isNaN(mean)) means.push({ x: mean, y: lane, c: mean < 0 ? theme.negative : theme.positive });
    const total = answer.total[feature]!;
    texts.push({ x: Math.max(0, total, ends?.[1] ?? 0), y: lane, t: formatNumber(total) });
  });
  return { bars, texts, intervals, floor, means, zero: zeroLine(features.length) };
}

export function marks(answer: GlobalImportanceAnswer, drawing: GlobalDrawing): Marks {
  const features = shown(answer, drawing);
  const many = answer.segments.length > 1;
  const list = features.flatMap((feature, lane) => {
    let from = 0;
    return answer.segments.flatMap((segment, k) => {
      const value = segment.values[feature]!;
      const size = Number.isNaN(value) ? 0 : value;
      from += size;
      return [{ feature, lane, k, from: from - size, to: from }];
    });
  });
  return {
    n: list.length,
    x: Float64Array.from(list, (m) => (m.from + m.to) / 2),
    y: Float64Array.from(list, (m) => m.lane),
    halfX: Float64Array.from(list, (m) => Math.abs(m.to - m.from) / 2),
    halfY: new Float64Array(list.length).fill(0.45),
    rows: new Int32Array(list.length).fill(-1),
    features: Int32Array.from(list, (m) => m.feature),
    lanes: Int32Array.from(list, (m) => m.lane),
    action: 'feature',
    reach: 'lane',
    tip: (i) => {
      const { feature, k } = list[i]!;
      const segment = answer.segments[k]!;
      const ends = intervalOf(answer, drawing, feature);
      return {
        title: visibleLabel(answer.names[feature]!),
        lines: [
          { name: answer.meaning, value: `${formatFull(answer.total[feature]!)} ${answer.unit}` },
          ...(many ? [{ name: visibleLabel(segment.label), value: formatFull(segment.values[feature]!) }] : []),
          ...(answer.signedMean === null ? [] : [{ name: globalText.signedMean, value: formatSigned(answer.signedMean[feature]!) }]),
          ...(ends === null
            ? []
            : [
                {
                  name: drawing.interval === 'spread' ? globalText.spread : globalText.error,
                  value: `${formatNumber(ends[0])} – ${formatNumber(ends[1])}`,
                },
              ]),
        ],
      };
    },
  };
}

export function table(answer: GlobalImportanceAnswer): ChartTable {
  const columns: { name: string; get: (feature: number) => string | number | null }[] = [
    { name: globalText.feature, get: (f) => answer.names[f]! },
    { name: withUnit(answer.meaning, answer.unit), get: (f) => answer.total[f]! },
    ...(answer.segments.length > 1
      ? answer.segments.map((segment) => ({ name: segment.label, get: (f: number) => segment.values[f]! }))
      : []),
    ...(answer.signedMean === null ? [] : [{ name: globalText.signedMean, get: (f: number) => answer.signedMean?.[f] ?? null }]),
    ...(answer.spread === null
      ? []
      : [
          { name: globalText.low, get: (f: number) => answer.spread?.low[f] ?? null },
          { name: globalText.high, get: (f: number) => answer.spread?.high[f] ?? null },
        ]),
    ...(answer.sampling === null
      ? []
      : [
          { name: globalText.standardError, get: (f: number) => answer.sampling?.error[f] ?? null },
          { name: globalText.noiseFloor, get: (f: number) => answer.sampling?.noiseFloor[f] ?? null },
        ]),
    ...answer.series.flatMap((series) => [
      { name: withUnit(series.label, series.unit), get: (f: number) => series.values[f] ?? null },
      ...(series.spread === null
        ? []
        : [{ name: `${series.label}: ${globalText.deviation}`, get: (f: number) => series.spread?.[f] ?? null }]),
    ]),
  ];
  return tableOf(
    columns.map((column, i) => ({ name: column.name, numeric: i > 0 })),
    answer.order.length,
    (i, column) => columns[column]!.get(answer.order[i]!),
  );
}

export function describe(answer: GlobalImportanceAnswer): string {
  const top = Array.from(answer.order.subarray(0, 3), (feature) => ({ name: answer.names[feature]!, value: answer.total[feature]! }));
  const sum = answer.total.reduce((a, b) => a + (Number.isNaN(b) ? 0 : b), 0);
  const share = top.reduce((a, feature) => a + feature.value, 0) / sum;
  return describeGlobal({
    top,
    unit: answer.unit,
    meaning: answer.meaning,
    globalOnly: answer.globalOnly,
    coverage: answer.coverage,
    share: answer.globalOnly || answer.names.length <= 3 ? NaN : share,
  });
}

function legends(answer: GlobalImportanceAnswer, drawing: GlobalDrawing, theme: ChartTheme): Legend[] {
  const result: Legend[] = [];
  if (answer.segments.length > 1) {
    result.push({
      kind: 'classes',
      title: '',
      items: answer.segments
        .slice(0, 12)
        .map((segment, k) => ({ label: visibleLabel(segment.label), colour: segmentColour(answer, k, theme) })),
    });
  }
  const extra: { label: string; colour: string; shape: LegendShape }[] = [];
  if (drawing.interval === 'spread' && answer.spread !== null)
    extra.push({ label: globalText.spread, colour: theme.text, shape: 'interval' });
  if (drawing.interval === 'error' && answer.sampling !== null) {
    extra.push(
      { label: globalText.error, colour: theme.text, shape: 'interval' },
      { label: globalText.noiseFloor, colour: theme.textQuiet, shape: 'dotted' },
    );
  }
  if (drawing.signedMean && answer.signedMean !== null)
    extra.push(
      { label: globalText.meanRaises, colour: theme.positive, shape: 'diamond' },
      { label: globalText.meanLowers, colour: theme.negative, shape: 'diamond' },
    );
  if (extra.length > 0) result.push({ kind: 'classes', title: '', items: extra });
  return result;
}

export function chart(answer: GlobalImportanceAnswer, drawing: GlobalDrawing, theme: ChartTheme): Chart {
  const features = shown(answer, drawing);
  const highs = features.map((feature) => Math.max(answer.total[feature]!, intervalOf(answer, drawing, feature)?.[1] ?? 0));
  const lows = drawing.signedMean && answer.signedMean !== null ? features.map((feature) => answer.signedMean?.[feature] ?? 0) : [0];
  const finite = (values: readonly number[]): number[] => values.filter((value) => Number.isFinite(value));
  const xTitle = withUnit(
    answer.globalOnly ? answer.meaning : `${answer.meaning}, ${answer.segments.length > 1 ? globalText.overClasses : answer.outputLabel}`,
    answer.unit === answer.meaning ? null : answer.unit,
  );
  const [low, high] = signedDomain(Math.min(...finite(lows)), Math.max(...finite(highs)));
  return {
    kind: 'global-bars',
    spec: spec({ labels: true }, theme),
    datasets: datasets(answer, drawing, theme),
    signals: frameSignals({
      // Room for the number beside the longest bar.
      xDomain: [low, high + (high - low) * (theme.compact ? 0.16 : 0.07)],
      yDomain: laneDomain(features.length),
      xTitle,
      yTitle: '',
      yLabels: laneLabels(
        features.map((feature) => answer.names[feature]!),
        theme,
      ),
    }),
    xTitle,
    yTitle: '',
    marks: marks(answer, drawing),
    legends: legends(answer, drawing, theme),
    raster: null,
    height: laneHeight(features.length, LANE),
  };
}

/** Another importance (permutation, saved, native) beside the bars, same lanes, own axis. */
export function seriesChart(
  answer: GlobalImportanceAnswer,
  series: ImportanceSeries,
  drawing: GlobalDrawing,
  labels: boolean,
  theme: ChartTheme,
): Chart {
  const features = shown(answer, drawing);
  const known = features
    .map((feature, lane) => ({ feature, lane, value: series.values[feature]! }))
    .filter(({ value }) => !Number.isNaN(value));
  const ends = known.flatMap(({ feature, value }) => {
    const half = series.spread?.[feature] ?? 0;
    return [value - half, value + half];
  });
  const [low, high] = signedDomain(series.signed ? Math.min(0, ...ends) : 0, Math.max(0, ...ends));
  // The name stands where the bars have their legend: the lanes stay level, and a long one is not cut by the axis.
  const xTitle = series.unit;
  return {
    kind: 'series-bars',
    spec: spec({ labels }, theme),
    datasets: {
      bars: known.map(({ lane, value }) => bar(lane, 0, value, value < 0 ? theme.negative : theme.mark)),
      texts: known.map(({ feature, lane, value }) => ({
        x: Math.max(0, value + (series.spread?.[feature] ?? 0)),
        y: lane,
        t: formatNumber(value),
      })),
      intervals: known.flatMap(({ feature, lane, value }) => {
        const half = series.spread?.[feature];
        return half === undefined ? [] : interval(lane, value - half, value + half);
      }),
      floor: [],
      means: [],
      zero: zeroLine(features.length),
    },
    signals: frameSignals({
      xDomain: [low, high + (high - low) * 0.25],
      yDomain: laneDomain(features.length),
      xTitle,
      yTitle: '',
      yLabels: laneLabels(
        features.map((feature) => answer.names[feature]!),
        theme,
      ),
    }),
    xTitle,
    yTitle: '',
    marks: {
      n: known.length,
      x: Float64Array.from(known, ({ value }) => value / 2),
      y: Float64Array.from(known, ({ lane }) => lane),
      halfX: Float64Array.from(known, ({ value }) => Math.abs(value) / 2),
      halfY: new Float64Array(known.length).fill(0.45),
      rows: new Int32Array(known.length).fill(-1),
      features: Int32Array.from(known, ({ feature }) => feature),
      lanes: Int32Array.from(known, ({ lane }) => lane),
      action: 'feature',
      reach: 'lane',
      tip: (i) => {
        const { feature, value } = known[i]!;
        const spread = series.spread?.[feature];
        return {
          title: visibleLabel(answer.names[feature]!),
          lines: [
            { name: withUnit(visibleLabel(series.label), series.unit), value: formatFull(value) },
            ...(spread === undefined ? [] : [{ name: globalText.deviation, value: formatFull(spread) }]),
          ],
        };
      },
    },
    legends: [{ kind: 'classes', title: visibleLabel(series.label), items: [] }],
    raster: null,
    height: laneHeight(features.length, LANE),
  };
}
