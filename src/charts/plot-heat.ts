import { tableOf, type Chart, type ChartTable, type Datum, type Marks, type Spec } from '#/charts/chart';
import { axisValueCell, axisValueText, colourScaleOf, rampLegend } from '#/charts/colour-scale';
import { buildFrameSpec, frameSignals, laneDomain, OWN_COLOUR } from '#/charts/frame';
import { labelLength, rampColour, textOn, type ChartTheme } from '#/charts/theme';
import { withUnit } from '#/text/coverage';
import { middleEllipsis, visibleLabel } from '#/text/labels';
import { formatCount } from '#/text/numbers';
import { describeCells, plotText } from '#/text/plot';
import type { HeatPlot } from '#/queries/plot';

export interface HeatShape {
  /** Counts are written into the cells. */
  readonly labelled: boolean;
}

export function spec(shape: HeatShape, theme: ChartTheme): Spec {
  return buildFrameSpec(
    {
      x: { type: 'category', title: true, grid: false },
      y: { type: 'category', title: true, grid: false, reverse: true },
      layers: [
        ({ x, y }) => ({
          data: { name: 'cells', values: [] },
          mark: { type: 'rect' },
          encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' }, fill: OWN_COLOUR },
        }),
        ...(shape.labelled
          ? [
              ({ x, y }: { x: (field: string) => Spec; y: (field: string) => Spec }) => ({
                data: { name: 'counts', values: [] },
                mark: { type: 'text' },
                encoding: { x: x('x'), y: y('y'), text: { field: 't' }, fill: OWN_COLOUR },
              }),
            ]
          : []),
      ],
    },
    theme,
  );
}

const HALF = 0.48;

function cellsOf(answer: HeatPlot): { x: number; y: number; cell: number }[] {
  const width = answer.xLabels.length;
  return Array.from(answer.counts, (_, cell) => ({ x: cell % width, y: Math.floor(cell / width), cell }));
}

function fillOf(answer: HeatPlot, theme: ChartTheme): (cell: number) => string {
  const { colours } = answer;
  if (colours !== null) {
    const scale = colourScaleOf(answer.colour, theme, colours);
    return (cell) => scale.colourOf(colours[cell]!);
  }
  const most = answer.counts.reduce((a, b) => Math.max(a, b), 1);
  return (cell) => rampColour(answer.counts[cell]! / most, theme);
}

function isLabelled(answer: HeatPlot, theme: ChartTheme): boolean {
  return answer.xLabels.length <= (theme.compact ? 5 : 14) && answer.yLabels.length <= 24;
}

export function datasets(answer: HeatPlot, theme: ChartTheme): Readonly<Record<string, readonly Datum[]>> {
  const fill = fillOf(answer, theme);
  const filled = cellsOf(answer).filter(({ cell }) => answer.counts[cell]! > 0);
  const cells = filled.map(({ x, y, cell }) => ({ x0: x - HALF, x1: x + HALF, y0: y - HALF, y1: y + HALF, c: fill(cell) }));
  if (!isLabelled(answer, theme)) return { cells };
  return { cells, counts: filled.map(({ x, y, cell }) => ({ x, y, t: formatCount(answer.counts[cell]!), c: textOn(fill(cell)) })) };
}

export function marks(answer: HeatPlot): Marks {
  const filled = cellsOf(answer).filter(({ cell }) => answer.counts[cell]! > 0);
  const half = new Float64Array(filled.length).fill(HALF);
  return {
    n: filled.length,
    x: Float64Array.from(filled, ({ x }) => x),
    y: Float64Array.from(filled, ({ y }) => y),
    halfX: half,
    halfY: half,
    rows: Int32Array.from(filled, ({ cell }) => answer.exampleRows[cell]!),
    features: null,
    lanes: Int32Array.from(filled, ({ y }) => y),
    action: 'row',
    reach: 'near',
    tip: (i) => {
      const { x, y, cell } = filled[i]!;
      return {
        title: `${visibleLabel(answer.xLabels[x]!)} · ${visibleLabel(answer.yLabels[y]!)}`,
        lines: [
          { name: plotText.rows, value: formatCount(answer.counts[cell]!) },
          ...(answer.colour === null || answer.colours === null
            ? []
            : [{ name: answer.colour.label, value: axisValueText(answer.colour, answer.colours[cell]!) }]),
        ],
      };
    },
  };
}

export function table(answer: HeatPlot): ChartTable {
  const cells = cellsOf(answer);
  const { colour, colours } = answer;
  return tableOf(
    [
      { name: answer.x.label, numeric: false },
      { name: answer.y?.label ?? plotText.y, numeric: false },
      { name: plotText.rows, numeric: true },
      ...(colour === null ? [] : [{ name: withUnit(colour.label, colour.unit), numeric: colour.kind === 'numeric' }]),
    ],
    cells.length,
    (i, column) => {
      const { x, y, cell } = cells[i]!;
      if (column === 0) return answer.xLabels[x]!;
      if (column === 1) return answer.yLabels[y]!;
      if (column === 2) return answer.counts[cell]!;
      return colour === null || colours === null ? null : axisValueCell(colour, colours[cell]!);
    },
    (i) => answer.exampleRows[cells[i]!.cell]!,
  );
}

export function describe(answer: HeatPlot): string {
  let best = -1;
  for (let cell = 0; cell < answer.counts.length; cell++) if (answer.counts[cell]! > (best < 0 ? 0 : answer.counts[best]!)) best = cell;
  const width = answer.xLabels.length;
  return describeCells(
    answer.x.label,
    answer.y?.label ?? '',
    best < 0 ? null : { x: answer.xLabels[best % width]!, y: answer.yLabels[Math.floor(best / width)]!, count: answer.counts[best]! },
    answer.coverage,
    answer.missing,
  );
}

export function chart(answer: HeatPlot, theme: ChartTheme): Chart {
  const xLabels = answer.xLabels.map((label) => middleEllipsis(label, labelLength(theme)));
  const yLabels = answer.yLabels.map((label) => middleEllipsis(label, labelLength(theme)));
  const most = answer.counts.reduce((a, b) => Math.max(a, b), 0);
  const legend =
    answer.colours === null
      ? rampLegend(plotText.count, '0', formatCount(most), theme, false)
      : colourScaleOf(answer.colour, theme, answer.colours, answer.counts).legend;
  const xTitle = answer.x.label;
  const yTitle = answer.y?.label ?? '';
  return {
    kind: 'plot-heat',
    spec: spec({ labelled: isLabelled(answer, theme) }, theme),
    datasets: datasets(answer, theme),
    signals: frameSignals({ xDomain: laneDomain(xLabels.length), yDomain: laneDomain(yLabels.length), xTitle, yTitle, xLabels, yLabels }),
    xTitle,
    yTitle,
    marks: marks(answer),
    legends: legend === null ? [] : [legend],
    raster: null,
    height: yLabels.length > 16 ? { min: yLabels.length * 24 + 80, max: yLabels.length * 36 + 80 } : null,
  };
}
