import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colourScaleOf } from '#/charts/colour-scale';
import { curveOf, effectsOf } from '#/charts/ice-data';
import * as ice from '#/charts/ice-lines';
import { localFromValues } from '#/charts/local-from-values';
import { describeLocalAnswer, splitLocal } from '#/charts/local-shared';
import * as global from '#/charts/global-bars';
import * as points from '#/charts/plot-points';
import { EMPTY_STARS, pointOnAxis, starsOf } from '#/charts/plot-shared';
import { paintCells } from '#/charts/raster';
import { summaryChart } from '#/charts/summary';
import { chartTheme, classColour, rampColour, rgbOf } from '#/charts/theme';
import * as waterfall from '#/charts/waterfall';
import type { Outputs } from '#/domain/outputs';
import { categoryAxis, globalAnswer, iceAnswer, localAnswer, numericAxis, pointsAnswer, swarmAnswer } from '#/testing/chart-answers';

const light = chartTheme('light', false);
const dark = chartTheme('dark', false);
const binary: Outputs = { task: 'binary', targetName: 'y', classLabels: ['no', 'yes'] };

describe('colour', () => {
  it("is given to 0, '' and false like to any value (VIEWS 3, defect 3)", () => {
    const numbers = colourScaleOf(numericAxis('f', 0, 10), light, Float64Array.of(0, 5, 10));
    expect(numbers.colourOf(0)).not.toBe(light.missing);
    expect(numbers.colourOf(NaN)).toBe(light.missing);
    const labels = colourScaleOf(categoryAxis('f', ['', 'false', '0']), light, Float64Array.of(0, 1, 2));
    expect([0, 1, 2].map((code) => labels.colourOf(code))).toEqual(light.classes.slice(0, 3));
    const drawn = summaryChart(swarmAnswer(), { colourTitle: '', ordered: true }, light).datasets.points!;
    expect(drawn[0]!.c).toBe(rampColour(0, light));
    expect(drawn[3]!.c).toBe(light.missing);
  });

  it('shows missing in the legend only where something is missing', () => {
    const legend = (values: number[], counts: number[] | null) => colourScaleOf(numericAxis('f', 0, 1), light, values, counts).legend;
    expect(legend([0, NaN], null)).toMatchObject({ missing: 'missing' });
    expect(legend([0, NaN], [3, 0])).toMatchObject({ missing: null });
  });

  it('has the contrast that LOOK asks for: text 4.5, marks 3', () => {
    for (const theme of [light, dark]) {
      for (const text of [theme.text, theme.textQuiet]) expect(contrast(text, theme.background)).toBeGreaterThanOrEqual(4.5);
      const ramp = Array.from({ length: 21 }, (_, i) => rampColour(i / 20, theme));
      for (const mark of [theme.mark, theme.positive, theme.negative, theme.other, ...theme.classes, ...ramp]) {
        expect(contrast(mark, theme.background)).toBeGreaterThanOrEqual(3);
      }
      const lightness = ramp.map(luminance);
      expect(lightness).toEqual([...lightness].sort((a, b) => a - b));
    }
  });

  it('is the same for a class everywhere, and grey beyond ten', () => {
    expect(classColour(3, light)).toBe(light.classes[3]);
    expect(classColour(10, light)).toBe(light.other);
    expect(classColour(-1, light)).toBe(light.missing);
  });
});

describe('titles', () => {
  it('name the class that is shown (VIEWS 3, defects 3 and 7)', () => {
    for (const outputLabel of ['no', 'yes']) {
      expect(waterfall.chart(localAnswer(undefined, { outputLabel }), 3, light).xTitle).toBe(`${outputLabel} (log-odds)`);
      expect(
        global.chart(globalAnswer(undefined, { outputLabel }), { topK: 3, interval: 'none', signedMean: false }, light).xTitle,
      ).toContain(outputLabel);
      expect(ice.chart(iceAnswer({ outputLabel }), light).yTitle).toContain(outputLabel);
    }
  });
});

describe('global bars', () => {
  it('keep feature 0 clickable (VIEWS 3, defect 1)', () => {
    const { marks } = global.chart(globalAnswer(), { topK: 3, interval: 'none', signedMean: false }, light);
    expect(Array.from(marks.features!)).toEqual([2, 1, 0]);
    expect(marks.action).toBe('feature');
  });

  it('follow the order of the answer they are given, whatever it was before (VIEWS 3, defect 5)', () => {
    const drawing = { topK: 2, interval: 'none', signedMean: false } as const;
    expect(global.chart(globalAnswer(undefined, { order: Int32Array.of(1, 0, 2) }), drawing, light).signals.yLabels).toEqual([
      'sex',
      'age',
    ]);
  });

  it('draw one kind of interval at a time', () => {
    const ends = (interval: 'none' | 'spread' | 'error') =>
      global.datasets(globalAnswer(), { topK: 1, interval, signedMean: false }, light);
    expect(ends('none').intervals).toHaveLength(0);
    expect(ends('spread').intervals![0]!.x0).toBeCloseTo(0.15, 12);
    expect(ends('spread').intervals![0]!.x1).toBeCloseTo(0.45, 12);
    expect(ends('spread').floor).toHaveLength(0);
    expect(ends('error').intervals![0]!.x1).toBeCloseTo(0.3 + 1.96 * 0.01, 12);
    expect(ends('error').floor).toHaveLength(1);
  });

  it('say from how many rows they come, and that a saved global has none', () => {
    expect(global.describe(globalAnswer())).toBe(
      'fare moves the prediction most (0.3 log-odds on average), then sex and age, from 1,000 of 5,000 rows.',
    );
    expect(global.describe(globalAnswer(undefined, { globalOnly: true, meaning: 'split count' }))).toContain(
      'saved importance (0.3, split count)',
    );
  });
});

describe('waterfall', () => {
  it('goes from the base value to the sum, features and the rest included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), (topK) => {
        const answer = localAnswer();
        const steps = waterfall.stepsOf(answer, topK, light);
        expect(steps[0]).toMatchObject({ kind: 'base', to: answer.base });
        for (let i = 1; i < steps.length; i++) expect(steps[i]!.from).toBe(steps[i - 1]!.to);
        expect(steps.at(-1)!.to).toBeCloseTo(answer.sum!, 12);
      }),
    );
  });

  it('starts at 0 and claims no sum without a base value', () => {
    const steps = waterfall.stepsOf(localAnswer(undefined, { base: null, sum: null }), 4, light);
    expect(steps[0]).toMatchObject({ kind: 'feature', from: 0 });
    expect(steps.some((step) => step.kind === 'result')).toBe(false);
  });

  it("shows 0 and '' as values and null as missing", () => {
    const labels = waterfall.stepsOf(localAnswer(), 4, light).map((step) => String(step.label));
    expect(labels).toContain('sex = (empty)');
    expect(labels).toContain('fare = 0');
    expect(labels).toContain('deck = missing');
  });

  it('tells signs by glyph as well as by colour', () => {
    const data = waterfall.datasets(waterfall.stepsOf(localAnswer(), 4, light), light);
    expect(data.rights!.map((text) => text.t)).toContain('+1');
    expect(data.lefts!.map((text) => text.t)).toContain('−0.5');
  });

  it('keeps what the rest adds up to', () => {
    const { others, othersPhi } = splitLocal(localAnswer(), 2);
    expect(others).toBe(2);
    expect(othersPhi).toBeCloseTo(1 / 3 - 1 / 4, 12);
  });
});

describe('values computed just now', () => {
  const fresh = { unit: 'log-odds', values: [Float64Array.of(0.5, -2)], standardErrors: null, baseValues: Float64Array.of(1) };
  const row = { row: 3, outputs: binary, predictedClass: 1, featureNames: ['a', 'b'], cells: [0, ''], outputName: 'y', predictionUnit: '' };

  it('turn their sign for the mirrored class, base included', () => {
    const one = localFromValues(fresh, { ...row, choice: { kind: 'class', classIndex: 1 } });
    const zero = localFromValues(fresh, { ...row, choice: { kind: 'class', classIndex: 0 } });
    expect(one.features.map((feature) => feature.phi)).toEqual([-2, 0.5]);
    expect(zero.features.map((feature) => feature.phi)).toEqual([2, -0.5]);
    expect([one.base, one.sum]).toEqual([1, -0.5]);
    expect([zero.base, zero.sum]).toEqual([-1, 0.5]);
    expect([one.outputLabel, zero.outputLabel]).toEqual(['yes', 'no']);
    expect(zero.features[0]!.perClass).toEqual([2, -2]);
  });

  it('mirror a probability to its complement', () => {
    const zero = localFromValues(
      { ...fresh, unit: 'probability', baseValues: Float64Array.of(0.25) },
      { ...row, choice: { kind: 'class', classIndex: 0 } },
    );
    expect(zero.base).toBe(0.75);
  });
});

describe('ICE', () => {
  it('centres every line at the own value', () => {
    const curves = ice.drawnCurves(iceAnswer({ line: 'centred' }));
    expect(Array.from(curves.row, (value) => +value.toFixed(12))).toEqual([-0.4, -0.3, -0.1, 0, 0.1]);
    // Halfway between 20 and 30 the line of the other row is at 0.25.
    expect(Array.from(curves.lines[0]!, (value) => +value.toFixed(12))).toEqual([-0.25, -0.15, -0.05, 0.05]);
    expect(Array.from(curves.average!, (value) => +value.toFixed(12))).toEqual([-0.125, -0.075, -0.025, 0.025]);
  });

  it('draws slopes, of dates per day', () => {
    const { row, average } = ice.drawnCurves(iceAnswer({ line: 'derivative' }));
    expect(row[0]).toBeCloseTo(0.01, 12);
    expect(average![1]).toBeCloseTo(0.005, 12);
    const dates = ice.drawnCurves(
      iceAnswer({
        line: 'derivative',
        featureKind: 'datetime',
        grid: Float64Array.of(0, 86_400_000),
        curve: Float64Array.of(1, 3),
        own: 0,
      }),
    );
    expect([...dates.row]).toEqual([2, 2]);
  });

  const ale = { kind: 'ale', grid: Float64Array.of(0, 20, 30), curve: Float64Array.of(-0.1, 0, 0.2), nRows: 100 } as const;

  it('lets accumulated effects pass through the own point, and keeps them in the table', () => {
    const answer = iceAnswer({ average: ale });
    expect(Array.from(ice.drawnCurves(answer).average!, (value) => +value.toFixed(12))).toEqual([0.3, 0.4, 0.6]);
    expect(ice.table(answer).cell(2, 2)).toBe(0);
    expect(ice.table(answer).cell(3, 2)).toBeCloseTo(0.1, 12);
    // Without an own value both are level on average.
    const missing = ice.drawnCurves(iceAnswer({ average: ale, own: -1 })).average!;
    expect(missing.reduce((sum, value) => sum + value, 0) / 3).toBeCloseTo((0.1 + 0.2 + 0.4 + 0.5 + 0.6) / 5, 12);
  });

  it('turns effects of a mirrored class, which have no level', () => {
    expect(Array.from(effectsOf(binary, Float64Array.of(0.25, -0.5), 1, 0))).toEqual([-0.25, 0.5]);
    expect(Array.from(effectsOf(binary, Float64Array.of(0.25, -0.5), 1, 1))).toEqual([0.25, -0.5]);
  });

  it('shows the chosen class of the stored outputs', () => {
    const stored = Float64Array.of(0.1, 0.9);
    expect(Array.from(curveOf(binary, 'probability', stored, 1, 1))).toEqual([0.1, 0.9]);
    expect(Array.from(curveOf(binary, 'probability', stored, 1, 0))).toEqual([0.9, 1 - 0.9]);
  });

  it('gives grid and prediction of the row to scripts, the own value among them', () => {
    const { marks } = ice.chart(iceAnswer(), light);
    expect(marks.exposed).toBe(5);
    expect(marks.facts!(3)).toEqual({ grid: 25, prediction: 0.5 });
  });
});

describe('stars', () => {
  const point = { name: 'a', values: Float64Array.of(0, 7), prediction: Float64Array.of(0.8) };
  const columns = new Map([
    [4, 0],
    [5, 1],
  ]);

  it('stand at encoded values and predictions, never on what belongs to rows', () => {
    const at = (ref: Parameters<typeof pointOnAxis>[0]) => pointOnAxis(ref, point, columns, binary, 'probability');
    expect(at({ kind: 'column', column: 4 })).toBe(0);
    expect(at({ kind: 'column', column: 9 })).toBeNaN();
    expect(at({ kind: 'predicted' })).toBe(1);
    expect(at({ kind: 'probability', classIndex: 0 })).toBeCloseTo(0.2, 12);
    expect(at({ kind: 'true' })).toBeNaN();
  });

  it('widen the axes so that they are inside', () => {
    const stars = starsOf(
      [{ ...point, values: Float64Array.of(99, 7) }],
      { kind: 'column', column: 4 },
      { kind: 'column', column: 5 },
      columns,
      binary,
      'probability',
      light,
    );
    const drawn = points.chart(pointsAnswer(), { logX: false, logY: false, dither: true, stars }, light);
    expect((drawn.signals.xDomain as readonly number[])[1]).toBeGreaterThan(99);
    expect(points.chart(pointsAnswer(), { logX: false, logY: false, dither: true, stars: EMPTY_STARS }, light).legends).toHaveLength(1);
  });
});

describe('raster', () => {
  it('grows more opaque with the logarithm of the count and leaves empty cells clear', () => {
    const pixels = paintCells(Uint32Array.of(0, 1, 100, 10_000), () => [1, 2, 3]);
    const alpha = [3, 7, 11, 15].map((i) => pixels[i]!);
    expect(alpha[0]).toBe(0);
    expect(alpha[1]!).toBeLessThan(alpha[2]!);
    expect(alpha[3]).toBe(255);
    expect(Array.from(pixels.subarray(4, 7))).toEqual([1, 2, 3]);
  });
});

describe('sentences', () => {
  it('describe a row with what raises and what lowers it', () => {
    expect(describeLocalAnswer(localAnswer(), 'Row 17')).toBe(
      'yes goes from −1 to −0.417 log-odds: age = 39 (+1) and fare = 0 (+0.333) raise it, sex = (empty) (−0.5) and deck = missing (−0.25) lower it.',
    );
  });

  it('name the rows left out', () => {
    expect(points.describe(pointsAnswer())).toBe(
      'age and fare rise together (rank correlation 0.5), from 6 of 10 rows. 1 row without a value is left out.',
    );
  });
});

function luminance(hex: string): number {
  const [r, g, b] = rgbOf(hex).map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
