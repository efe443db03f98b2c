import { describe, expect, it } from 'vitest';
import type { Chart, ChartTable } from '#/charts/chart';
import { csvOf } from '#/charts/chart';
import * as boxes from '#/charts/plot-boxes';
import * as global from '#/charts/global-bars';
import * as heat from '#/charts/plot-heat';
import * as histogram from '#/charts/plot-histogram';
import * as ice from '#/charts/ice-lines';
import * as surface from '#/charts/ice-surface';
import * as localBars from '#/charts/local-bars';
import * as compare from '#/charts/local-compare';
import * as points from '#/charts/plot-points';
import { EMPTY_STARS, type PlotDrawing } from '#/charts/plot-shared';
import * as raster from '#/charts/raster';
import { describeSummary, summaryChart, summaryTable } from '#/charts/summary';
import { chartTheme } from '#/charts/theme';
import * as waterfall from '#/charts/waterfall';
import {
  boxesAnswer,
  categoryAxis,
  globalAnswer,
  heatAnswer,
  histogramAnswer,
  HOSTILE,
  iceAnswer,
  localAnswer,
  numericAxis,
  pointsAnswer,
  rasterAnswer,
  summaryBarsAnswer,
  summaryBoxesAnswer,
  summaryViolinsAnswer,
  surfaceAnswer,
  swarmAnswer,
  swarmRasterAnswer,
} from '#/testing/chart-answers';
import { renderChart, roundSvg, textsOf } from '#/testing/render-chart';

const light = chartTheme('light', false);
const dark = chartTheme('dark', true);
const plain: PlotDrawing = { logX: false, logY: false, dither: true, stars: EMPTY_STARS };
const bars: global.GlobalDrawing = { topK: 3, interval: 'error', signedMean: true };
const swarm = { colourTitle: 'Feature value', ordered: true };
const two = [
  { title: 'Row 17', answer: localAnswer() },
  { title: 'Row 18', answer: localAnswer(undefined, { row: 18 }) },
];

/** Every chart, from an answer made by hand. */
const slopes = iceAnswer({ line: 'derivative' });
const effects = iceAnswer({
  average: { kind: 'ale', grid: Float64Array.of(0, 20, 30), curve: Float64Array.of(-0.1, 0, 0.2), nRows: 100 },
});
const average = { ...surfaceAnswer(), nRows: 300, a: { ...surfaceAnswer().a, own: 7.5 } };
const charts: readonly [string, (theme: typeof light) => Chart, ChartTable, string][] = [
  ['plot-points', (t) => points.chart(pointsAnswer(), plain, t), points.table(pointsAnswer()), points.describe(pointsAnswer())],
  ['plot-boxes', (t) => boxes.chart(boxesAnswer(), plain, t), boxes.table(boxesAnswer()), boxes.describe(boxesAnswer())],
  [
    'plot-boxes lying',
    (t) => boxes.chart(boxesAnswer(undefined, 'y'), plain, t),
    boxes.table(boxesAnswer()),
    boxes.describe(boxesAnswer(undefined, 'y')),
  ],
  ['plot-heat', (t) => heat.chart(heatAnswer(), t), heat.table(heatAnswer()), heat.describe(heatAnswer())],
  [
    'plot-histogram',
    (t) => histogram.chart(histogramAnswer(), plain, t),
    histogram.table(histogramAnswer()),
    histogram.describe(histogramAnswer()),
  ],
  [
    'plot-histogram of categories',
    (t) => histogram.chart(histogramAnswer(null), plain, t),
    histogram.table(histogramAnswer(null)),
    histogram.describe(histogramAnswer(null)),
  ],
  ['raster', (t) => raster.chart(rasterAnswer(), plain, t), raster.table(rasterAnswer(), plain), raster.describe(rasterAnswer())],
  ['global-bars', (t) => global.chart(globalAnswer(), bars, t), global.table(globalAnswer()), global.describe(globalAnswer())],
  ['series-bars', (t) => global.seriesChart(globalAnswer(), globalAnswer().series[0]!, bars, true, t), global.table(globalAnswer()), ''],
  [
    'summary-swarm',
    (t) => summaryChart(swarmAnswer(), swarm, t),
    summaryTable(swarmAnswer(), swarm),
    describeSummary(swarmAnswer(), swarm),
  ],
  [
    'summary-swarm raster',
    (t) => summaryChart(swarmRasterAnswer(), swarm, t),
    summaryTable(swarmRasterAnswer(), swarm),
    describeSummary(swarmRasterAnswer(), swarm),
  ],
  [
    'summary-box',
    (t) => summaryChart(summaryBoxesAnswer(), swarm, t),
    summaryTable(summaryBoxesAnswer(), swarm),
    describeSummary(summaryBoxesAnswer(), swarm),
  ],
  [
    'summary-violin',
    (t) => summaryChart(summaryViolinsAnswer(), swarm, t),
    summaryTable(summaryViolinsAnswer(), swarm),
    describeSummary(summaryViolinsAnswer(), swarm),
  ],
  [
    'summary-bar',
    (t) => summaryChart(summaryBarsAnswer(), swarm, t),
    summaryTable(summaryBarsAnswer(), swarm),
    describeSummary(summaryBarsAnswer(), swarm),
  ],
  ['waterfall', (t) => waterfall.chart(localAnswer(), 2, t), waterfall.table(localAnswer()), waterfall.describe(localAnswer(), 'Row 17')],
  ['local-bars', (t) => localBars.chart(localAnswer(), 3, t), localBars.table(localAnswer()), localBars.describe(localAnswer(), 'Row 17')],
  ['local-compare', (t) => compare.chart(two, 3, t), compare.table(two), compare.describe(two)],
  ['ice-lines', (t) => ice.chart(iceAnswer(), t), ice.table(iceAnswer()), ice.describe(iceAnswer())],
  ['ice-lines of categories', (t) => ice.chart(categories, t), ice.table(iceAnswer()), ice.describe(iceAnswer())],
  ['ice-lines of slopes', (t) => ice.chart(slopes, t), ice.table(slopes), ice.describe(slopes)],
  ['ice-lines with effects', (t) => ice.chart(effects, t), ice.table(effects), ice.describe(effects)],
  ['ice-surface of the average', (t) => surface.chart(average, t), surface.table(average), surface.describe(average)],
  ['ice-surface', (t) => surface.chart(surfaceAnswer(), t), surface.table(surfaceAnswer()), surface.describe(surfaceAnswer())],
];
const categories = iceAnswer({
  featureKind: 'categorical',
  labels: ['', 'b', 'c'],
  grid: Float64Array.of(0, 1, 2),
  curve: Float64Array.of(0.1, 0.9, 0.4),
  own: 0,
  edited: { grid: Float64Array.of(0, 1, 2), curve: Float64Array.of(0.2, 0.8, 0.3), own: 1 },
  average: null,
  others: null,
  density: { counts: Uint32Array.of(3, 2, 1), min: NaN, max: NaN },
});

describe.each(charts)('%s', (name, chart, table, sentence) => {
  it('is the same picture as before', async () => {
    const { svg } = await renderChart(chart(light));
    await expect(roundSvg(svg)).toMatchFileSnapshot(`./snapshots/${name.replaceAll(' ', '-')}.svg`);
  });

  it('draws in the dark, narrow, and with nothing but the data changed', async () => {
    const drawn = chart(dark);
    const { svg } = await renderChart(drawn, 340, 300);
    expect(svg).toContain('<svg');
    // The spec depends on the shape: the same answer gives the same JSON.
    expect(JSON.stringify(chart(dark).spec)).toBe(JSON.stringify(drawn.spec));
  });

  it('places its marks where it draws them', async () => {
    const drawn = chart(light);
    const rendered = await renderChart(drawn);
    const { marks } = drawn;
    expect(marks.n).toBeGreaterThan(0);
    for (let i = 0; i < marks.n; i++) {
      expect(rendered.scale('x', marks.x[i]!)).not.toBeNaN();
      expect(rendered.scale('y', marks.y[i]!)).not.toBeNaN();
      const tip = marks.tip(i);
      expect(tip.title).not.toBe('');
      for (const line of tip.lines) expect(`${line.name}${line.value}`).not.toMatch(/undefined|NaN|null/);
    }
  });

  it('has a table and a sentence from the same answer', () => {
    expect(csvOf(table).trim().split('\n').length).toBeGreaterThan(table.nRows);
    expect(sentence).not.toMatch(/undefined|NaN|null/);
  });
});

describe('names from files', () => {
  const hostile: readonly [string, Chart][] = [
    ['global-bars', global.chart(globalAnswer(HOSTILE), { ...bars, topK: HOSTILE.length }, light)],
    ['waterfall', waterfall.chart(localAnswer(HOSTILE), HOSTILE.length, light)],
    ['summary-swarm', summaryChart(swarmAnswer(HOSTILE), swarm, light)],
    ['plot-boxes', boxes.chart(boxesAnswer(HOSTILE), plain, light)],
    ['plot-heat', heat.chart(heatAnswer(HOSTILE), light)],
    ['plot-points', points.chart(pointsAnswer({ x: numericAxis(HOSTILE[3], 0, 50), y: numericAxis(HOSTILE[2], -2, 3) }), plain, light)],
    [
      'plot-points of a long name',
      points.chart(pointsAnswer({ x: numericAxis(HOSTILE[9], 0, 50), colour: categoryAxis(HOSTILE[0], HOSTILE) }), plain, light),
    ],
  ];

  it.each(hostile)('are text in %s', async (_, chart) => {
    const { svg } = await renderChart(chart, 900, 600);
    expect(svg).not.toContain('<img');
    expect(svg.length).toBeLessThan(200_000);
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  it.each(hostile)('are no part of the spec of %s', (_, chart) => {
    const spec = JSON.stringify(chart.spec);
    for (const name of HOSTILE.filter((one) => one !== '')) expect(spec).not.toContain(JSON.stringify(name).slice(1, -1));
  });

  it('keep their order and their number, equal and empty ones too', async () => {
    const { svg } = await renderChart(global.chart(globalAnswer(HOSTILE), { ...bars, topK: HOSTILE.length }, light), 900, 600);
    const labels = textsOf(svg).filter((text) => ['__proto__', 'a.b[0]', '${alert(1)}', 'same', '(empty)'].includes(text));
    expect(labels).toEqual(['same', 'same', '(empty)', '${alert(1)}', 'a.b[0]', '__proto__']);
  });

  it('cannot become a formula in a spreadsheet', () => {
    const csv = csvOf(global.table(globalAnswer(['=1+1', 'a,b', 'c"d'])));
    expect(csv).toContain("'=1+1");
    expect(csv).toContain('"a,b"');
    expect(csv).toContain('"c""d"');
  });
});
