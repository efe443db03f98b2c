import { tableOf, type Chart, type ChartTable, type Datum, type Marks, type Spec } from '#/charts/chart';
import { axisValueCell, axisValueText, colourScaleOf } from '#/charts/colour-scale';
import { buildFrameSpec, extentOf, frameSignals, laneDomain, OWN_COLOUR, paddedDomain, type AxisShape } from '#/charts/frame';
import { axisShapeOf, isOwnImportance, scaleOf, type PlotDrawing, type ScaleShape } from '#/charts/plot-shared';
import { labelLength, type ChartTheme } from '#/charts/theme';
import { rowName, withUnit } from '#/text/coverage';
import { middleEllipsis, visibleLabel } from '#/text/labels';
import { describeGroupDependence, describeGroups, plotText } from '#/text/plot';
import type { AxisInfo } from '#/queries/axis';
import type { BoxesPlot } from '#/queries/plot';

export interface BoxesShape {
  readonly groupAxis: 'x' | 'y';
  readonly valueType: ScaleShape;
}

/** Half the height of a box, in lanes. */
const HALF_BOX = 0.28;

export function spec(shape: BoxesShape, theme: ChartTheme): Spec {
  const group: AxisShape = { type: 'category', title: true, grid: false, reverse: shape.groupAxis === 'y' };
  const value: AxisShape = { ...scaleOf(shape.valueType), title: true, grid: true, nice: false };
  const across = shape.groupAxis === 'x';
  return buildFrameSpec(
    {
      x: across ? group : value,
      y: across ? value : group,
      layers: [
        ({ x, y }) => ({
          data: { name: 'points', values: [] },
          mark: { type: 'point', filled: true, size: theme.compact ? 10 : 14, opacity: 0.6 },
          encoding: { x: x('x'), y: y('y'), fill: OWN_COLOUR },
        }),
        ({ x, y }) => ({
          data: { name: 'whiskers', values: [] },
          mark: { type: 'rule', color: theme.text, strokeWidth: 1 },
          encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' } },
        }),
        ({ x, y }) => ({
          data: { name: 'boxes', values: [] },
          mark: { type: 'rect', fill: theme.background, fillOpacity: 0, stroke: theme.text, strokeWidth: 1.2 },
          encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' } },
        }),
        // A median stays readable over a dense strip: light around dark.
        ({ x, y }) => ({
          data: { name: 'medians', values: [] },
          mark: { type: 'rule', color: theme.background, strokeWidth: 5 },
          encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' } },
        }),
        ({ x, y }) => ({
          data: { name: 'medians', values: [] },
          mark: { type: 'rule', color: theme.text, strokeWidth: 2.5 },
          encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' } },
        }),
      ],
    },
    theme,
  );
}

/** A box from (low to high along the values) at a lane, turned to the group axis. */
function span(answer: BoxesPlot, lane: number, half: number, low: number, high: number): Datum {
  return answer.groupAxis === 'x'
    ? { x0: lane - half, x1: lane + half, y0: low, y1: high }
    : { x0: low, x1: high, y0: lane - half, y1: lane + half };
}

export function datasets(answer: BoxesPlot, drawing: PlotDrawing, theme: ChartTheme): Readonly<Record<string, readonly Datum[]>> {
  const scale = colourScaleOf(answer.colour, theme, answer.colours);
  const { x, y } = positions(answer, drawing);
  const drawn = answer.groups.map((group, lane) => ({ group, lane })).filter(({ group }) => group.n > 0);
  return {
    points: Array.from({ length: answer.rows.length }, (_, i) => ({
      x: x[i]!,
      y: y[i]!,
      c: scale.colourOf(answer.colours === null ? NaN : answer.colours[i]!),
    })),
    whiskers: drawn.flatMap(({ group, lane }) => [span(answer, lane, 0, group.low, group.q1), span(answer, lane, 0, group.q3, group.high)]),
    boxes: drawn.map(({ group, lane }) => span(answer, lane, HALF_BOX, group.q1, group.q3)),
    medians: drawn.map(({ group, lane }) => span(answer, lane, HALF_BOX, group.median, group.median)),
  };
}

function positions(answer: BoxesPlot, drawing: PlotDrawing): { x: Float64Array; y: Float64Array } {
  const lanes = Float64Array.from(answer.groupOf, (group, i) => group + (drawing.dither ? answer.offsets[i]! : 0));
  return answer.groupAxis === 'x' ? { x: lanes, y: answer.values } : { x: answer.values, y: lanes };
}

function axesOf(answer: BoxesPlot): { group: AxisInfo; value: AxisInfo } {
  const y = answer.y ?? answer.x;
  return answer.groupAxis === 'x' ? { group: answer.x, value: y } : { group: y, value: answer.x };
}

export function marks(answer: BoxesPlot, drawing: PlotDrawing): Marks {
  const { group, value } = axesOf(answer);
  return {
    n: answer.rows.length,
    ...positions(answer, drawing),
    halfX: null,
    halfY: null,
    rows: answer.rows,
    features: null,
    lanes: answer.groupOf,
    action: 'row',
    reach: 'near',
    tip: (i) => ({
      title: rowName(answer.rows[i]!),
      lines: [
        { name: group.label, value: visibleLabel(answer.groups[answer.groupOf[i]!]?.label ?? '') },
        { name: withUnit(value.label, value.unit), value: axisValueText(value, answer.values[i]!) },
        ...(answer.colour === null || answer.colours === null
          ? []
          : [{ name: withUnit(answer.colour.label, answer.colour.unit), value: axisValueText(answer.colour, answer.colours[i]!) }]),
      ],
    }),
  };
}

export function table(answer: BoxesPlot): ChartTable {
  const { group, value } = axesOf(answer);
  const numeric = (name: string): { name: string; numeric: true } => ({ name, numeric: true });
  const columns = [
    { name: group.label, numeric: false },
    ...[plotText.rows, plotText.mean, plotText.whiskerLow, plotText.q1, plotText.median, plotText.q3, plotText.whiskerHigh].map(numeric),
  ];
  return tableOf(columns, answer.groups.length, (i, column) => {
    const box = answer.groups[i]!;
    const cells = [box.label, box.n, box.mean, box.low, box.q1, box.median, box.q3, box.high];
    const cell = cells[column] ?? null;
    return column >= 2 && typeof cell === 'number' ? axisValueCell(value, cell) : cell;
  });
}

export function describe(answer: BoxesPlot): string {
  const { group, value } = axesOf(answer);
  if (isOwnImportance(group, value))
    return describeGroupDependence(group.label, answer.groups, value.unit ?? '', answer.coverage, answer.missing);
  return describeGroups(value.label, group.label, answer.groups, answer.coverage, answer.missing);
}

export function chart(answer: BoxesPlot, drawing: PlotDrawing, theme: ChartTheme): Chart {
  const { value } = axesOf(answer);
  const across = answer.groupAxis === 'x';
  const log = across ? drawing.logY : drawing.logX;
  const ends = answer.groups.flatMap((group) => (group.n > 0 ? [group.low, group.high] : []));
  const [low, high] = extentOf(answer.values);
  const valueDomain = paddedDomain(Math.min(low, ...ends), Math.max(high, ...ends), log);
  const lanes = laneDomain(answer.groups.length);
  const labels = answer.groups.map((group) => middleEllipsis(group.label, labelLength(theme)));
  const legend = colourScaleOf(answer.colour, theme, answer.colours).legend;
  const xTitle = withUnit(answer.x.label, answer.x.unit);
  const yTitle = answer.y === null ? '' : withUnit(answer.y.label, answer.y.unit);
  return {
    kind: 'plot-boxes',
    spec: spec({ groupAxis: answer.groupAxis, valueType: axisShapeOf(value, log) }, theme),
    datasets: datasets(answer, drawing, theme),
    signals: frameSignals({
      xDomain: across ? lanes : valueDomain,
      yDomain: across ? valueDomain : lanes,
      xTitle,
      yTitle,
      ...(across ? { xLabels: labels } : { yLabels: labels }),
    }),
    xTitle,
    yTitle,
    marks: marks(answer, drawing),
    legends: legend === null ? [] : [legend],
    raster: null,
    height: across ? null : { min: Math.max(240, answer.groups.length * 34 + 60), max: Math.max(240, answer.groups.length * 120 + 60) },
  };
}
