import { tableOf, type Chart, type ChartTable, type Datum, type Marks, type Spec } from '#/charts/chart';
import { rampLegend } from '#/charts/colour-scale';
import { buildFrameSpec, extentOf, frameSignals, laneDomain, OWN_COLOUR } from '#/charts/frame';
import { iceAxisOf, iceScale, type IceAxis, type IceSurface, type SurfaceAxis } from '#/charts/ice-data';
import { labelLength, rampColour, type ChartTheme } from '#/charts/theme';
import { withUnit } from '#/text/coverage';
import { middleEllipsis, visibleLabel } from '#/text/labels';
import { formatDate, formatFull, formatNumber } from '#/text/numbers';
import { describeSurface, iceText } from '#/text/ice';

export interface SurfaceShape {
  readonly x: IceAxis;
  readonly y: IceAxis;
}

export function spec(shape: SurfaceShape, theme: ChartTheme): Spec {
  return buildFrameSpec(
    {
      x: { ...iceScale(shape.x), title: true, grid: false, nice: false },
      y: { ...iceScale(shape.y), title: true, grid: false, nice: false },
      layers: [
        ({ x, y }) => ({
          data: { name: 'cells', values: [] },
          // The outline in the same colour closes the seams between cells.
          mark: { type: 'rect', strokeWidth: 0.8 },
          encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' }, fill: OWN_COLOUR, stroke: OWN_COLOUR },
        }),
        ({ x, y }) => ({
          data: { name: 'own', values: [] },
          mark: {
            type: 'point',
            filled: false,
            size: 140,
            stroke: theme.scheme === 'dark' ? '#000000' : '#ffffff',
            strokeWidth: 3,
            opacity: 1,
          },
          encoding: { x: x('x'), y: y('y') },
        }),
        ({ x, y }) => ({
          data: { name: 'own', values: [] },
          mark: { type: 'point', filled: false, size: 140, stroke: theme.positive, strokeWidth: 1.6, opacity: 1 },
          encoding: { x: x('x'), y: y('y') },
        }),
      ],
    },
    theme,
  );
}

function isDiscrete(axis: SurfaceAxis): boolean {
  return axis.kind === 'categorical' || axis.kind === 'boolean';
}

/** Borders of grid cells: halfway between neighbours, the ends as far out as in. */
export function bordersOf(axis: SurfaceAxis): Float64Array {
  const { grid } = axis;
  const n = grid.length;
  if (isDiscrete(axis)) return Float64Array.from({ length: n + 1 }, (_, i) => i - 0.5);
  if (n === 1) return Float64Array.of(grid[0]! - 0.5, grid[0]! + 0.5);
  return Float64Array.from({ length: n + 1 }, (_, i) => {
    if (i === 0) return grid[0]! - (grid[1]! - grid[0]!) / 2;
    if (i === n) return grid[n - 1]! + (grid[n - 1]! - grid[n - 2]!) / 2;
    return (grid[i - 1]! + grid[i]!) / 2;
  });
}

function cellsOf(surface: IceSurface): { a: number; b: number; value: number }[] {
  const nB = surface.b.grid.length;
  return Array.from(surface.values, (value, cell) => ({ a: Math.floor(cell / nB), b: cell % nB, value }));
}

export function datasets(surface: IceSurface, theme: ChartTheme): Readonly<Record<string, readonly Datum[]>> {
  const [low, high] = extentOf(surface.values);
  const as = bordersOf(surface.a);
  const bs = bordersOf(surface.b);
  const t = (value: number): number => (high > low ? (value - low) / (high - low) : 0.5);
  return {
    cells: cellsOf(surface).map(({ a, b, value }) => ({
      x0: as[a]!,
      x1: as[a + 1]!,
      y0: bs[b]!,
      y1: bs[b + 1]!,
      c: rampColour(t(value), theme),
    })),
    own: Number.isNaN(surface.a.own) || Number.isNaN(surface.b.own) ? [] : [{ x: surface.a.own, y: surface.b.own }],
  };
}

function axisText(axis: SurfaceAxis, value: number): string {
  if (isDiscrete(axis)) return visibleLabel(axis.labels[value] ?? String(value));
  return axis.kind === 'datetime' ? formatDate(value) : formatFull(value);
}

export function marks(surface: IceSurface): Marks {
  const cells = cellsOf(surface);
  const as = bordersOf(surface.a);
  const bs = bordersOf(surface.b);
  return {
    n: cells.length,
    x: Float64Array.from(cells, ({ a }) => (as[a]! + as[a + 1]!) / 2),
    y: Float64Array.from(cells, ({ b }) => (bs[b]! + bs[b + 1]!) / 2),
    halfX: Float64Array.from(cells, ({ a }) => (as[a + 1]! - as[a]!) / 2),
    halfY: Float64Array.from(cells, ({ b }) => (bs[b + 1]! - bs[b]!) / 2),
    rows: new Int32Array(cells.length).fill(surface.nRows === null ? surface.row : -1),
    features: null,
    lanes: Int32Array.from(cells, ({ b }) => b),
    action: null,
    reach: 'near',
    facts: (i) => ({ grid: surface.a.grid[cells[i]!.a]!, second: surface.b.grid[cells[i]!.b]!, prediction: cells[i]!.value }),
    tip: (i) => ({
      title: withUnit(surface.outputLabel, surface.unit),
      lines: [
        { name: visibleLabel(surface.a.name), value: axisText(surface.a, surface.a.grid[cells[i]!.a]!) },
        { name: visibleLabel(surface.b.name), value: axisText(surface.b, surface.b.grid[cells[i]!.b]!) },
        { name: surface.nRows === null ? iceText.prediction : iceText.average(surface.nRows), value: formatFull(cells[i]!.value) },
      ],
    }),
  };
}

export function table(surface: IceSurface): ChartTable {
  const cells = cellsOf(surface);
  const cell = (axis: SurfaceAxis, value: number): string | number => (axis.kind === 'numeric' ? value : axisText(axis, value));
  return tableOf(
    [
      { name: surface.a.name, numeric: surface.a.kind === 'numeric' },
      { name: surface.b.name, numeric: surface.b.kind === 'numeric' },
      { name: withUnit(surface.outputLabel, surface.unit), numeric: true },
    ],
    cells.length,
    (i, column) => {
      const { a, b, value } = cells[i]!;
      return column === 0 ? cell(surface.a, surface.a.grid[a]!) : column === 1 ? cell(surface.b, surface.b.grid[b]!) : value;
    },
  );
}

export function describe(surface: IceSurface): string {
  const [low, high] = extentOf(surface.values);
  return describeSurface({
    a: surface.a.name,
    b: surface.b.name,
    output: surface.outputLabel,
    low,
    high,
    unit: surface.unit,
    nRows: surface.nRows,
  });
}

export function chart(surface: IceSurface, theme: ChartTheme): Chart {
  const type = (axis: SurfaceAxis): IceAxis => iceAxisOf(axis.kind, axis.grid);
  const domain = (axis: SurfaceAxis): readonly [number, number] => {
    const borders = bordersOf(axis);
    return isDiscrete(axis) ? laneDomain(axis.grid.length) : [borders[0]!, borders.at(-1)!];
  };
  const labels = (axis: SurfaceAxis): readonly string[] =>
    isDiscrete(axis) ? axis.labels.map((label) => middleEllipsis(label, labelLength(theme))) : [];
  const [low, high] = extentOf(surface.values);
  const xTitle = visibleLabel(surface.a.name);
  const yTitle = visibleLabel(surface.b.name);
  return {
    kind: 'ice-surface',
    spec: spec({ x: type(surface.a), y: type(surface.b) }, theme),
    datasets: datasets(surface, theme),
    signals: frameSignals({
      xDomain: domain(surface.a),
      yDomain: domain(surface.b),
      xTitle,
      yTitle,
      xLabels: labels(surface.a),
      yLabels: labels(surface.b),
    }),
    xTitle,
    yTitle,
    marks: marks(surface),
    legends: [rampLegend(withUnit(surface.outputLabel, surface.unit), formatNumber(low), formatNumber(high), theme, false)],
    raster: null,
    height: null,
  };
}
