import type { Chart, ChartTable, Datum, Marks, Spec } from '#/charts/chart';
import { tableOf } from '#/charts/chart';
import { axisValueCell, axisValueText, colourScaleOf } from '#/charts/colour-scale';
import { buildFrameSpec, extentOf, frameSignals, OWN_COLOUR, paddedDomain } from '#/charts/frame';
import {
  axisShapeOf,
  EMPTY_STARS,
  isOwnImportance,
  scaleOf,
  starLayer,
  type PlotDrawing,
  type ScaleShape,
  type Stars,
} from '#/charts/plot-shared';
import type { ChartTheme } from '#/charts/theme';
import { rowName, withUnit } from '#/text/coverage';
import { describeDependence, describePair, plotText } from '#/text/plot';
import type { PointsPlot } from '#/queries/plot';

export interface PointsShape {
  readonly xType: ScaleShape;
  readonly yType: ScaleShape;
}

function shapeOf(answer: PointsPlot, drawing: PlotDrawing): PointsShape {
  return { xType: axisShapeOf(answer.x, drawing.logX), yType: axisShapeOf(answer.y, drawing.logY) };
}

export function spec(shape: PointsShape, theme: ChartTheme): Spec {
  return buildFrameSpec(
    {
      x: { ...scaleOf(shape.xType), title: true, grid: true, nice: false },
      y: { ...scaleOf(shape.yType), title: true, grid: true, nice: false },
      layers: [
        ({ x, y }) => ({
          data: { name: 'points', values: [] },
          mark: {
            type: 'point',
            clip: true,
            filled: true,
            size: theme.compact ? 26 : 34,
            opacity: 0.85,
            stroke: theme.outline,
            strokeWidth: 0.6,
          },
          encoding: { x: x('x'), y: y('y'), fill: OWN_COLOUR },
        }),
        starLayer(theme),
      ],
    },
    theme,
  );
}

/** Points are drawn in a fixed order that mixes the rows, so that no class covers the others. */
export function datasets(answer: PointsPlot, theme: ChartTheme, stars: Stars = EMPTY_STARS): Readonly<Record<string, readonly Datum[]>> {
  const scale = colourScaleOf(answer.colour, theme, answer.colours);
  const points: Datum[] = [];
  const n = answer.rows.length;
  const stride = strideFor(n);
  for (let k = 0, i = 0; k < n; k++, i = (i + stride) % n) {
    points.push({ x: answer.xs[i]!, y: answer.ys[i]!, c: scale.colourOf(answer.colours === null ? NaN : answer.colours[i]!) });
  }
  return { points, stars: stars.data };
}

/** A step near the golden ratio of n that visits every position once. */
function strideFor(n: number): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  let stride = Math.max(1, Math.round(n * 0.618));
  while (gcd(stride, n) !== 1) stride++;
  return stride;
}

export function marks(answer: PointsPlot): Marks {
  const y = answer.y;
  return {
    n: answer.rows.length,
    x: answer.xs,
    y: answer.ys,
    halfX: null,
    halfY: null,
    rows: answer.rows,
    features: null,
    lanes: null,
    action: 'row',
    reach: 'near',
    tip: (i) => ({
      title: rowName(answer.rows[i]!),
      lines: [
        { name: withUnit(answer.x.label, answer.x.unit), value: axisValueText(answer.x, answer.xs[i]!) },
        ...(y === null ? [] : [{ name: withUnit(y.label, y.unit), value: axisValueText(y, answer.ys[i]!) }]),
        ...(answer.colour === null || answer.colours === null
          ? []
          : [{ name: withUnit(answer.colour.label, answer.colour.unit), value: axisValueText(answer.colour, answer.colours[i]!) }]),
      ],
    }),
  };
}

export function table(answer: PointsPlot): ChartTable {
  const { x, y, colour, colours } = answer;
  const columns = [
    { name: plotText.row, numeric: true },
    { name: withUnit(x.label, x.unit), numeric: x.kind === 'numeric' },
    ...(y === null ? [] : [{ name: withUnit(y.label, y.unit), numeric: y.kind === 'numeric' }]),
    ...(colour === null ? [] : [{ name: withUnit(colour.label, colour.unit), numeric: colour.kind === 'numeric' }]),
  ];
  return tableOf(
    columns,
    answer.rows.length,
    (i, column) => {
      if (column === 0) return answer.rows[i]!;
      if (column === 1) return axisValueCell(x, answer.xs[i]!);
      if (column === 2 && y !== null) return axisValueCell(y, answer.ys[i]!);
      return colour === null || colours === null ? null : axisValueCell(colour, colours[i]!);
    },
    (i) => answer.rows[i]!,
  );
}

export function describe(answer: PointsPlot): string {
  const { x, y } = answer;
  if (isOwnImportance(x, y))
    return describeDependence(x.label, answer.correlation, extentOf(answer.ys), y?.unit ?? '', answer.coverage, answer.missing);
  return describePair(answer.x.label, answer.y?.label ?? '', answer.correlation, answer.coverage, answer.missing);
}

export function chart(answer: PointsPlot, drawing: PlotDrawing, theme: ChartTheme): Chart {
  const legend = colourScaleOf(answer.colour, theme, answer.colours).legend;
  const [xMin, xMax] = widen(extentOf(answer.xs), drawing.stars.xs);
  const [yMin, yMax] = widen(extentOf(answer.ys), drawing.stars.ys);
  const xTitle = withUnit(answer.x.label, answer.x.unit);
  const yTitle = answer.y === null ? '' : withUnit(answer.y.label, answer.y.unit);
  return {
    kind: 'plot-points',
    spec: spec(shapeOf(answer, drawing), theme),
    datasets: datasets(answer, theme, drawing.stars),
    signals: frameSignals({
      xDomain: paddedDomain(xMin, xMax, drawing.logX),
      yDomain: paddedDomain(yMin, yMax, drawing.logY),
      xTitle,
      yTitle,
    }),
    xTitle,
    yTitle,
    marks: marks(answer),
    legends: [...(legend === null ? [] : [legend]), ...drawing.stars.legend],
    raster: null,
    height: null,
  };
}

function widen([min, max]: readonly [number, number], values: readonly number[]): readonly [number, number] {
  return [Math.min(min, ...values), Math.max(max, ...values)];
}
