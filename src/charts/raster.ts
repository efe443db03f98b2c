import { tableOf, type Chart, type ChartTable, type Marks, type RasterImage, type Spec } from '#/charts/chart';
import { axisValueCell, axisValueText, colourScaleOf } from '#/charts/colour-scale';
import { buildFrameSpec, frameSignals } from '#/charts/frame';
import { axisShapeOf, isOwnImportance, scaleOf, starLayer, type PlotDrawing, type ScaleShape } from '#/charts/plot-shared';
import type { ChartTheme } from '#/charts/theme';
import { rowName, withUnit } from '#/text/coverage';
import { formatCount, formatFull } from '#/text/numbers';
import { describeDependence, describePair, plotText } from '#/text/plot';
import type { RasterPlot } from '#/queries/plot';

/** Axes only: the cells are a picture under them (components/RasterLayer). */
export interface RasterShape {
  readonly xType: ScaleShape;
  readonly yType: ScaleShape;
}

export function spec(shape: RasterShape, theme: ChartTheme): Spec {
  return buildFrameSpec(
    {
      x: { ...scaleOf(shape.xType), title: true, grid: false, nice: false },
      y: { ...scaleOf(shape.yType), title: true, grid: false, nice: false },
      layers: [starLayer(theme)],
    },
    theme,
  );
}

/**
 * Cells as pixels: the colour from the mean (or most frequent) colour value, the opacity from the logarithm of the count.
 * @param colourOf - colour of a cell
 * @param faintest - opacity of a single row, 0 to 255: high where the colour is what matters
 * @returns RGBA [height][width], row 0 at the top
 */
export function paintCells(
  counts: Uint32Array,
  colourOf: (cell: number) => readonly [number, number, number],
  faintest = 110,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(counts.length * 4);
  let most = 0;
  for (let cell = 0; cell < counts.length; cell++) if (counts[cell]! > most) most = counts[cell]!;
  const scale = most > 1 ? 1 / Math.log1p(most) : 1;
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell]!;
    if (count === 0) continue;
    const [r, g, b] = colourOf(cell);
    pixels[cell * 4] = r;
    pixels[cell * 4 + 1] = g;
    pixels[cell * 4 + 2] = b;
    pixels[cell * 4 + 3] = most > 1 ? faintest + (255 - faintest) * Math.log1p(count) * scale : 235;
  }
  return pixels;
}

export function image(answer: RasterPlot, theme: ChartTheme): RasterImage {
  const scale = colourScaleOf(answer.colour, theme, answer.colours, answer.counts);
  return {
    width: answer.width,
    height: answer.height,
    pixels: paintCells(answer.counts, (cell) => scale.rgbOf(answer.colours === null ? NaN : answer.colours[cell]!)),
    xRange: answer.xRange,
    yRange: answer.yRange,
  };
}

/** Position t in [0, 1] of a range, as a value. */
function along([from, to]: readonly [number, number], t: number, log: boolean): number {
  return log ? from * (to / from) ** t : from + (to - from) * t;
}

function filledCells(answer: RasterPlot): number[] {
  const filled: number[] = [];
  for (let cell = 0; cell < answer.counts.length; cell++) if (answer.counts[cell]! > 0) filled.push(cell);
  return filled;
}

export function marks(answer: RasterPlot, drawing: PlotDrawing): Marks {
  const filled = filledCells(answer);
  const { width, height } = answer;
  const x = Float64Array.from(filled, (cell) => along(answer.xRange, ((cell % width) + 0.5) / width, drawing.logX));
  const y = Float64Array.from(filled, (cell) => along(answer.yRange, 1 - (Math.floor(cell / width) + 0.5) / height, drawing.logY));
  const yAxis = answer.y;
  return {
    n: filled.length,
    x,
    y,
    halfX: null,
    halfY: null,
    rows: Int32Array.from(filled, (cell) => answer.exampleRows[cell]!),
    features: null,
    lanes: null,
    action: 'row',
    reach: 'near',
    tip: (i) => {
      const cell = filled[i]!;
      const count = answer.counts[cell]!;
      return {
        title: count === 1 ? rowName(answer.exampleRows[cell]!) : `${formatCount(count)} ${plotText.count}`,
        lines: [
          { name: withUnit(answer.x.label, answer.x.unit), value: `≈ ${formatFull(Number(x[i]!.toPrecision(4)))}` },
          ...(yAxis === null ? [] : [{ name: withUnit(yAxis.label, yAxis.unit), value: `≈ ${formatFull(Number(y[i]!.toPrecision(4)))}` }]),
          ...(answer.colour === null || answer.colours === null
            ? []
            : [{ name: withUnit(answer.colour.label, answer.colour.unit), value: axisValueText(answer.colour, answer.colours[cell]!) }]),
        ],
      };
    },
  };
}

export function table(answer: RasterPlot, drawing: PlotDrawing): ChartTable {
  const filled = filledCells(answer);
  const { width, height, colour, colours } = answer;
  return tableOf(
    [
      { name: withUnit(answer.x.label, answer.x.unit), numeric: true },
      { name: answer.y === null ? plotText.y : withUnit(answer.y.label, answer.y.unit), numeric: true },
      { name: plotText.rows, numeric: true },
      ...(colour === null ? [] : [{ name: withUnit(colour.label, colour.unit), numeric: colour.kind === 'numeric' }]),
    ],
    filled.length,
    (i, column) => {
      const cell = filled[i]!;
      if (column === 0) return along(answer.xRange, ((cell % width) + 0.5) / width, drawing.logX);
      if (column === 1) return along(answer.yRange, 1 - (Math.floor(cell / width) + 0.5) / height, drawing.logY);
      if (column === 2) return answer.counts[cell]!;
      return colour === null || colours === null ? null : axisValueCell(colour, colours[cell]!);
    },
    (i) => answer.exampleRows[filled[i]!]!,
  );
}

export function describe(answer: RasterPlot): string {
  const { x, y } = answer;
  if (isOwnImportance(x, y))
    return describeDependence(x.label, answer.correlation, [y?.min ?? NaN, y?.max ?? NaN], y?.unit ?? '', answer.coverage, answer.missing);
  return describePair(answer.x.label, answer.y?.label ?? '', answer.correlation, answer.coverage, answer.missing);
}

export function chart(answer: RasterPlot, drawing: PlotDrawing, theme: ChartTheme): Chart {
  const legend = colourScaleOf(answer.colour, theme, answer.colours, answer.counts).legend;
  const xTitle = withUnit(answer.x.label, answer.x.unit);
  const yTitle = answer.y === null ? '' : withUnit(answer.y.label, answer.y.unit);
  return {
    kind: 'raster',
    spec: spec({ xType: axisShapeOf(answer.x, drawing.logX), yType: axisShapeOf(answer.y, drawing.logY) }, theme),
    datasets: { stars: drawing.stars.data },
    signals: frameSignals({ xDomain: answer.xRange, yDomain: answer.yRange, xTitle, yTitle }),
    xTitle,
    yTitle,
    marks: marks(answer, drawing),
    legends: [...(legend === null ? [] : [legend]), ...drawing.stars.legend],
    raster: image(answer, theme),
    height: null,
  };
}
