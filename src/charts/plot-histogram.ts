import { tableOf, type Chart, type ChartTable, type Datum, type Marks, type Spec } from '#/charts/chart';
import { legendItems } from '#/charts/colour-scale';
import { buildFrameSpec, frameSignals, laneDomain, OWN_COLOUR, paddedDomain } from '#/charts/frame';
import { axisShapeOf, scaleOf, type PlotDrawing, type ScaleShape } from '#/charts/plot-shared';
import { classColour, labelLength, type ChartTheme } from '#/charts/theme';
import { withUnit } from '#/text/coverage';
import { middleEllipsis, visibleLabel } from '#/text/labels';
import { formatCount, formatDate, formatNumber } from '#/text/numbers';
import { binName, describeBars, plotText } from '#/text/plot';
import type { HistogramPlot } from '#/queries/plot';

export interface HistogramShape {
  readonly xType: ScaleShape | 'category';
}

export function spec(shape: HistogramShape, theme: ChartTheme): Spec {
  return buildFrameSpec(
    {
      x: { ...(shape.xType === 'category' ? { type: 'category' as const } : scaleOf(shape.xType)), title: true, grid: false, nice: false },
      y: { type: 'linear', title: true, grid: true, whole: true, nice: false },
      layers: [
        ({ x, y }) => ({
          data: { name: 'bars', values: [] },
          mark: { type: 'rect', stroke: theme.background, strokeWidth: 0.5 },
          encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' }, fill: OWN_COLOUR },
        }),
      ],
    },
    theme,
  );
}

interface Segment {
  readonly bar: number;
  readonly stack: number;
  readonly from: number;
  readonly to: number;
  readonly x0: number;
  readonly x1: number;
}

function stacksOf(answer: HistogramPlot): number {
  return Math.max(1, answer.stackLabels.length);
}

function barsOf(answer: HistogramPlot): number {
  return answer.edges === null ? answer.x.labels.length : answer.edges.length - 1;
}

function segmentsOf(answer: HistogramPlot): Segment[] {
  const stacks = stacksOf(answer);
  const segments: Segment[] = [];
  for (let bar = 0; bar < barsOf(answer); bar++) {
    let from = 0;
    for (let stack = 0; stack < stacks; stack++) {
      const count = answer.counts[bar * stacks + stack]!;
      if (count > 0) {
        segments.push({
          bar,
          stack,
          from,
          to: from + count,
          x0: answer.edges === null ? bar - 0.38 : answer.edges[bar]!,
          x1: answer.edges === null ? bar + 0.38 : answer.edges[bar + 1]!,
        });
      }
      from += count;
    }
  }
  return segments;
}

function barTotals(answer: HistogramPlot): number[] {
  const stacks = stacksOf(answer);
  return Array.from({ length: barsOf(answer) }, (_, bar) =>
    answer.counts.subarray(bar * stacks, (bar + 1) * stacks).reduce((a, b) => a + b, 0),
  );
}

/** The last stack holds rows whose colour is missing when there is one stack more than labels of the colour axis. */
function stackColour(answer: HistogramPlot, stack: number, theme: ChartTheme): string {
  if (answer.stackLabels.length === 0) return theme.mark;
  const known = answer.colour?.labels.length ?? answer.stackLabels.length;
  return stack < known ? classColour(stack, theme) : theme.missing;
}

function barLabel(answer: HistogramPlot, bar: number): string {
  if (answer.edges === null) return visibleLabel(answer.x.labels[bar] ?? '');
  const text = answer.x.kind === 'datetime' ? formatDate : formatNumber;
  const low = answer.edges[bar]!;
  const high = answer.edges[bar + 1]!;
  // Whole numbers get a bin each: half a unit around them.
  if (answer.x.integer && high - low === 1 && !Number.isInteger(low)) return text(low + 0.5);
  return binName(text(low), text(high));
}

export function datasets(answer: HistogramPlot, theme: ChartTheme): Readonly<Record<string, readonly Datum[]>> {
  return { bars: segmentsOf(answer).map((s) => ({ x0: s.x0, x1: s.x1, y0: s.from, y1: s.to, c: stackColour(answer, s.stack, theme) })) };
}

export function marks(answer: HistogramPlot): Marks {
  const segments = segmentsOf(answer);
  const stacks = stacksOf(answer);
  return {
    n: segments.length,
    x: Float64Array.from(segments, (s) => (s.x0 + s.x1) / 2),
    y: Float64Array.from(segments, (s) => (s.from + s.to) / 2),
    halfX: Float64Array.from(segments, (s) => (s.x1 - s.x0) / 2),
    halfY: Float64Array.from(segments, (s) => (s.to - s.from) / 2),
    rows: Int32Array.from(segments, (s) => answer.exampleRows[s.bar * stacks + s.stack]!),
    features: null,
    lanes: Int32Array.from(segments, (s) => s.stack),
    action: 'row',
    reach: 'near',
    tip: (i) => {
      const s = segments[i]!;
      return {
        title: barLabel(answer, s.bar),
        lines: [
          ...(answer.stackLabels.length === 0
            ? []
            : [{ name: answer.colour?.label ?? '', value: visibleLabel(answer.stackLabels[s.stack]!) }]),
          { name: plotText.rows, value: formatCount(s.to - s.from) },
        ],
      };
    },
  };
}

export function table(answer: HistogramPlot): ChartTable {
  const stacks = stacksOf(answer);
  const { edges } = answer;
  const labels = answer.stackLabels.length === 0 ? [plotText.rows] : answer.stackLabels.map((label) => visibleLabel(label));
  const head =
    edges === null
      ? [{ name: answer.x.label, numeric: false }]
      : [
          { name: `${withUnit(answer.x.label, answer.x.unit)} ${plotText.from}`, numeric: true },
          { name: plotText.to, numeric: true },
        ];
  return tableOf(
    [...head, ...labels.map((name) => ({ name, numeric: true }))],
    barsOf(answer),
    (bar, column) => {
      if (column < head.length) return edges === null ? (answer.x.labels[bar] ?? '') : edges[bar + column]!;
      return answer.counts[bar * stacks + column - head.length]!;
    },
    (bar) => answer.exampleRows.subarray(bar * stacks, (bar + 1) * stacks).find((row) => row >= 0) ?? -1,
  );
}

export function describe(answer: HistogramPlot): string {
  const totals = barTotals(answer);
  let best = -1;
  for (let bar = 0; bar < totals.length; bar++) if (totals[bar]! > (best < 0 ? 0 : totals[best]!)) best = bar;
  return describeBars(
    answer.x.label,
    best < 0 ? null : { label: barLabel(answer, best), count: totals[best]! },
    answer.coverage,
    answer.missing,
  );
}

export function chart(answer: HistogramPlot, drawing: PlotDrawing, theme: ChartTheme): Chart {
  const totals = barTotals(answer);
  const most = Math.max(1, ...totals);
  const { edges } = answer;
  const labels = edges === null ? answer.x.labels.map((label) => middleEllipsis(label, labelLength(theme))) : [];
  const xTitle = withUnit(answer.x.label, answer.x.unit);
  const items = legendItems(answer.stackLabels, theme, false).map((item, stack) =>
    stack < answer.stackLabels.length ? { ...item, colour: stackColour(answer, stack, theme) } : item,
  );
  return {
    kind: 'plot-histogram',
    spec: spec({ xType: edges === null ? 'category' : axisShapeOf(answer.x, drawing.logX) }, theme),
    datasets: datasets(answer, theme),
    signals: frameSignals({
      xDomain: edges === null ? laneDomain(labels.length) : paddedDomain(edges[0] ?? NaN, edges.at(-1) ?? NaN, drawing.logX),
      yDomain: [0, most * 1.05],
      xTitle,
      yTitle: plotText.count,
      xLabels: labels,
    }),
    xTitle,
    yTitle: plotText.count,
    marks: marks(answer),
    legends: items.length === 0 ? [] : [{ kind: 'classes', title: answer.colour?.label ?? '', items }],
    raster: null,
    height: null,
  };
}
