/** The pictures of the summary question. */
import type { Chart, ChartTable } from '#/charts/chart';
import * as bars from '#/charts/summary-bar';
import * as boxes from '#/charts/summary-box';
import * as swarm from '#/charts/summary-swarm';
import * as violins from '#/charts/summary-violin';
import type { ChartTheme } from '#/charts/theme';
import type { SummaryImportanceAnswer } from '#/queries/summary-importance';

export interface SummaryDrawing {
  /** What the colour of swarm points means. */
  readonly colourTitle: string;
  /** The colour is the feature's value, and the values of the top feature have an order (no categories). */
  readonly ordered: boolean;
}

export function summaryChart(answer: SummaryImportanceAnswer, drawing: SummaryDrawing, theme: ChartTheme): Chart {
  switch (answer.kind) {
    case 'swarm':
    case 'swarm-raster':
      return swarm.chart(answer, drawing.colourTitle, theme);
    case 'box':
      return boxes.chart(answer, theme);
    case 'violin':
      return violins.chart(answer, theme);
    case 'bar':
      return bars.chart(answer, theme);
    default:
      return answer satisfies never;
  }
}

export function summaryTable(answer: SummaryImportanceAnswer, drawing: SummaryDrawing): ChartTable {
  switch (answer.kind) {
    case 'swarm':
    case 'swarm-raster':
      return swarm.table(answer, drawing.colourTitle);
    case 'box':
      return boxes.table(answer);
    case 'violin':
      return violins.table(answer);
    case 'bar':
      return bars.table(answer);
    default:
      return answer satisfies never;
  }
}

export function describeSummary(answer: SummaryImportanceAnswer, drawing: SummaryDrawing): string {
  switch (answer.kind) {
    case 'swarm':
    case 'swarm-raster':
      return swarm.describe(answer, drawing.ordered);
    case 'box':
      return boxes.describe(answer);
    case 'violin':
      return violins.describe(answer);
    case 'bar':
      return bars.describe(answer);
    default:
      return answer satisfies never;
  }
}
