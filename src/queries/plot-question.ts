import type { PlotAnswer, PlotParams } from './plot';
import { drawBoxes } from './plot-boxes';
import { drawHeat, drawHistogram } from './plot-counts';
import { drawNumeric, rankCorrelation } from './plot-numeric';
import { selectRows } from './plot-rows';
import type { Question } from './question';
import { resolveAxis } from './resolve-axis';
import { countRows } from './resolve-scope';

/**
 * One chart over any two axes and a colour. Which kind it is follows from the axes' kinds and the number of rows; rows
 * with a missing x or y are counted, never placed at 0; a missing colour stays NaN.
 */
export const plotQuestion: Question<PlotParams, PlotAnswer> = {
  id: 'plot',
  reads: ['table', 'predictions', 'explanations'],
  answer(study, params) {
    const { scope } = params;
    const axes = {
      x: resolveAxis(study, scope, params.x),
      y: params.y === null ? null : resolveAxis(study, scope, params.y),
      colour: params.colour === null ? null : resolveAxis(study, scope, { ref: params.colour }),
    };
    const { x, y } = axes;
    const nCategorical = [x, y].filter((axis) => axis?.info.kind === 'categorical').length;
    // Boxes keep their rows when zoomed: a quartile of the visible part would be another number.
    const drawn = selectRows(study, params, axes, y === null || nCategorical === 0);
    const base = (used: number) => ({
      x: x.info,
      y: y?.info ?? null,
      colour: axes.colour?.info ?? null,
      coverage: { used, total: countRows(study) },
      missing: drawn.missing,
      correlation: y !== null && nCategorical === 0 ? rankCorrelation(drawn) : null,
    });
    if (y === null) return { ...base(drawn.rows.length), ...drawHistogram(params, axes, drawn) };
    if (nCategorical === 2) return { ...base(drawn.rows.length), ...drawHeat(axes, drawn) };
    if (nCategorical === 1) {
      const { nRows, ...boxes } = drawBoxes(params, axes, drawn);
      return { ...base(nRows), ...boxes };
    }
    return { ...base(drawn.rows.length), ...drawNumeric(params, axes, drawn) };
  },
};
