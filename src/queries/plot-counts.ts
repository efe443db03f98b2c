/** Counted plots: both sides categorical (heat), or no y (histogram and bars). */
import { binOf, chooseEdges } from '#/math/histogram';
import { countCells, firstInCells } from '#/math/raster';
import type { HeatPlot, HistogramPlot, PlotParams } from './plot';
import { coloursInCells } from './plot-numeric';
import type { PlotAxes, PlotRows } from './plot-rows';

/** More colour categories than this are not stacked. */
const MAX_STACKS = 30;

type Heat = Pick<HeatPlot, 'kind' | 'xLabels' | 'yLabels' | 'counts' | 'colours' | 'exampleRows'>;

export function drawHeat(axes: PlotAxes, { rows, xs, ys }: PlotRows): Heat {
  const xLabels = axes.x.info.labels;
  const yLabels = axes.y!.info.labels;
  const nCells = xLabels.length * yLabels.length;
  const cells = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) cells[i] = ys[i]! * xLabels.length + xs[i]!;
  return {
    kind: 'heat',
    xLabels,
    yLabels,
    counts: countCells(cells, nCells),
    colours: coloursInCells(cells, nCells, axes.colour, rows),
    exampleRows: firstInCells(cells, nCells, rows),
  };
}

type Histogram = Pick<HistogramPlot, 'kind' | 'edges' | 'stackLabels' | 'counts' | 'exampleRows'>;

/** A colour that is not categorical (or has too many categories) gives a single stack with an empty label. */
export function drawHistogram(params: PlotParams, axes: PlotAxes, { rows, xs }: PlotRows): Histogram {
  const { info } = axes.x;
  const categorical = info.kind === 'categorical';
  const edges = categorical ? null : chooseEdges(xs, { integer: info.integer, log: params.x.log === true && info.kind === 'numeric' });
  const nBars = edges === null ? info.labels.length : Math.max(0, edges.length - 1);
  const { labels, stackOf } = stacks(axes, rows);
  const nStacks = labels.length;
  const cells = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const bar = edges === null ? xs[i]! : binOf(edges, xs[i]!);
    cells[i] = bar < 0 ? -1 : bar * nStacks + stackOf(i);
  }
  const nCells = nBars * nStacks;
  return {
    kind: 'histogram',
    edges,
    stackLabels: labels,
    counts: countCells(cells, nCells),
    exampleRows: firstInCells(cells, nCells, rows),
  };
}

/** One stack a colour category, and a last one for rows without colour where there are any. */
function stacks({ colour }: PlotAxes, rows: Int32Array): { readonly labels: readonly string[]; readonly stackOf: (i: number) => number } {
  if (colour?.info.kind !== 'categorical' || colour.info.labels.length > MAX_STACKS) return { labels: [''], stackOf: () => 0 };
  const { values } = colour;
  const { labels } = colour.info;
  const someMissing = rows.some((row) => Number.isNaN(values[row]!));
  const last = labels.length;
  return {
    labels: someMissing ? [...labels, 'missing'] : labels,
    stackOf: (i) => {
      const code = values[rows[i]!]!;
      return Number.isNaN(code) ? last : code;
    },
  };
}
