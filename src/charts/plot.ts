/** The five pictures of the plot question, chosen by what the axes are. */
import type { Chart, ChartTable } from '#/charts/chart';
import type { PlotDrawing } from '#/charts/plot-shared';
import * as boxes from '#/charts/plot-boxes';
import * as heat from '#/charts/plot-heat';
import * as histogram from '#/charts/plot-histogram';
import * as points from '#/charts/plot-points';
import * as raster from '#/charts/raster';
import type { ChartTheme } from '#/charts/theme';
import type { PlotAnswer } from '#/queries/plot';

export function plotChart(answer: PlotAnswer, drawing: PlotDrawing, theme: ChartTheme): Chart {
  switch (answer.kind) {
    case 'points':
      return points.chart(answer, drawing, theme);
    case 'raster':
      return raster.chart(answer, drawing, theme);
    case 'boxes':
      return boxes.chart(answer, drawing, theme);
    case 'heat':
      return heat.chart(answer, theme);
    case 'histogram':
      return histogram.chart(answer, drawing, theme);
    default:
      return answer satisfies never;
  }
}

/** The same chart with other visible ranges: data and marks stay the objects they are, so that a zoom moves no data. */
export function zoomedChart(chart: Chart, extent: { readonly x: readonly [number, number]; readonly y: readonly [number, number] }): Chart {
  return { ...chart, signals: { ...chart.signals, xDomain: extent.x, yDomain: extent.y } };
}

export function plotTable(answer: PlotAnswer, drawing: PlotDrawing): ChartTable {
  switch (answer.kind) {
    case 'points':
      return points.table(answer);
    case 'raster':
      return raster.table(answer, drawing);
    case 'boxes':
      return boxes.table(answer);
    case 'heat':
      return heat.table(answer);
    case 'histogram':
      return histogram.table(answer);
    default:
      return answer satisfies never;
  }
}

export function describePlot(answer: PlotAnswer): string {
  switch (answer.kind) {
    case 'points':
      return points.describe(answer);
    case 'raster':
      return raster.describe(answer);
    case 'boxes':
      return boxes.describe(answer);
    case 'heat':
      return heat.describe(answer);
    case 'histogram':
      return histogram.describe(answer);
    default:
      return answer satisfies never;
  }
}
