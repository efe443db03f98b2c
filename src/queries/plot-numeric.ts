/** Numeric x numeric: points, or a raster above MAX_MARKS rows. */
import { thinned } from '#/math/quantiles';
import { spearman } from '#/math/correlation';
import { cellsOf, countCells, firstInCells, meanInCells, modeInCells, openRange, type GridAxis } from '#/math/raster';
import type { PlotParams, PointsPlot, RasterPlot } from './plot';
import { coloursOf, type PlotAxes, type PlotRows } from './plot-rows';
import type { ResolvedAxis } from './resolve-axis';
import { MAX_MARKS } from './scope';
import { rangeOf } from './table-columns';

/** Cells of a raster: half the size of a usual chart in CSS pixels. */
const RASTER_WIDTH = 300;
const RASTER_HEIGHT = 200;

/** Ranks are taken over at most this many evenly spaced rows. */
const CORRELATION_SAMPLE = 20_000;

export function rankCorrelation({ xs, ys }: PlotRows): number | null {
  if (xs.length < 3) return null;
  const correlation = spearman(thinned(xs, CORRELATION_SAMPLE), thinned(ys, CORRELATION_SAMPLE));
  return Number.isNaN(correlation) ? null : correlation;
}

type NumericPlot =
  | Pick<PointsPlot, 'kind' | 'rows' | 'xs' | 'ys' | 'colours'>
  | Pick<RasterPlot, 'kind' | 'width' | 'height' | 'xRange' | 'yRange' | 'counts' | 'colours' | 'exampleRows'>;

export function drawNumeric(params: PlotParams, axes: PlotAxes, drawn: PlotRows): NumericPlot {
  const { rows, xs, ys } = drawn;
  if (rows.length <= MAX_MARKS) {
    return { kind: 'points', rows: rows.slice(), xs: xs.slice(), ys: ys.slice(), colours: coloursOf(axes.colour, rows) };
  }
  const x = gridAxis(xs, RASTER_WIDTH, params.x.log === true && axes.x.info.kind === 'numeric', params.extent?.x);
  const y = gridAxis(ys, RASTER_HEIGHT, params.y?.log === true && axes.y?.info.kind === 'numeric', params.extent?.y);
  const cells = cellsOf(xs, ys, x, y);
  const nCells = x.cells * y.cells;
  const colours = coloursInCells(cells, nCells, axes.colour, rows);
  return {
    kind: 'raster',
    width: x.cells,
    height: y.cells,
    xRange: x.range,
    yRange: y.range,
    counts: countCells(cells, nCells),
    colours: colours === null ? null : new Float32Array(colours),
    exampleRows: firstInCells(cells, nCells, rows),
  };
}

function gridAxis(values: Float64Array, cells: number, log: boolean, extent: readonly [number, number] | undefined): GridAxis {
  const { min, max } = rangeOf(values);
  if (extent === undefined) return { cells, log, range: openRange(min, max, log) };
  const low = Math.min(...extent);
  const high = Math.max(...extent);
  // A log axis has no place for 0: the visible part begins at the first value there is.
  return { cells, log, range: openRange(log && low <= 0 ? min : low, high, log) };
}

/** Mean colour, or the most frequent code, of each cell; null without colour. */
export function coloursInCells(cells: Int32Array, nCells: number, colour: ResolvedAxis | null, rows: Int32Array): Float64Array | null {
  const values = coloursOf(colour, rows);
  if (colour === null || values === null) return null;
  if (colour.info.kind === 'categorical') return modeInCells(cells, nCells, values, colour.info.labels.length);
  return meanInCells(cells, nCells, values);
}
