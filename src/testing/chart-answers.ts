import type { IceAnswer, IceSurface } from '#/charts/ice-data';
import type { AxisInfo, AxisRef } from '#/queries/axis';
import type { GlobalImportanceAnswer } from '#/queries/global-importance';
import type { LocalImportanceAnswer } from '#/queries/local-importance';
import type { BoxesPlot, BoxStats, HeatPlot, HistogramPlot, PointsPlot, RasterPlot } from '#/queries/plot';
import type { SummaryBars, SummaryBoxes, SummaryViolins, SwarmPoints, SwarmRaster } from '#/queries/summary-importance';

/** Small answers by hand, with the values that broke the original: 0, '', false, missing, negative, hostile names. */
export const HOSTILE = [
  '__proto__',
  'a.b[0]',
  '${alert(1)}',
  '<img src=x onerror=alert(1)>',
  '',
  'same',
  'same',
  '\'"`\\',
  'شجرة‮abc',
  'x'.repeat(10_000),
] as const;

export function numericAxis(label: string, min: number, max: number, more: Partial<AxisInfo> = {}): AxisInfo {
  return {
    ref: { kind: 'column', column: 0 },
    label,
    unit: null,
    kind: 'numeric',
    integer: false,
    labels: [],
    min,
    max,
    missing: 0,
    ...more,
  };
}

export function categoryAxis(label: string, labels: readonly string[], ref: AxisRef = { kind: 'column', column: 1 }): AxisInfo {
  return { ref, label, unit: null, kind: 'categorical', integer: false, labels, min: NaN, max: NaN, missing: 0 };
}

const coverage = { used: 6, total: 10 };

export function pointsAnswer(more: Partial<PointsPlot> = {}): PointsPlot {
  return {
    kind: 'points',
    x: numericAxis('age', 0, 50, { unit: 'years' }),
    y: numericAxis('fare', -2, 3),
    colour: categoryAxis('class', ['', 'b']),
    coverage,
    missing: 1,
    correlation: 0.5,
    rows: Int32Array.of(0, 3, 4, 5, 7, 9),
    xs: Float64Array.of(0, 10, 20, 30, 40, 50),
    ys: Float64Array.of(0, -2, 1, 2, 3, -1),
    colours: Float64Array.of(0, 1, NaN, 0, 1, 0),
    ...more,
  };
}

export function rasterAnswer(): RasterPlot {
  return {
    kind: 'raster',
    x: numericAxis('age', 0, 4),
    y: numericAxis('fare', 0, 2),
    colour: numericAxis('weight', 0, 10),
    coverage: { used: 9000, total: 9000 },
    missing: 0,
    correlation: -0.9,
    width: 4,
    height: 2,
    xRange: [0, 4],
    yRange: [0, 2],
    counts: Uint32Array.of(0, 5000, 0, 1, 3000, 0, 999, 0),
    colours: Float32Array.of(NaN, 0, NaN, 10, NaN, NaN, 5, NaN),
    exampleRows: Int32Array.of(-1, 7, -1, 2, 0, -1, 5, -1),
  };
}

export function boxStats(label: string, median: number, n = 5): BoxStats {
  return { label, n, mean: median, q1: median - 1, median, q3: median + 1, low: median - 2, high: median + 2 };
}

export function boxesAnswer(labels: readonly string[] = ['', 'b'], groupAxis: 'x' | 'y' = 'x'): BoxesPlot {
  const group = categoryAxis('class', labels);
  const value = numericAxis('fare', -2, 3, { unit: 'pounds' });
  return {
    kind: 'boxes',
    x: groupAxis === 'x' ? group : value,
    y: groupAxis === 'x' ? value : group,
    colour: null,
    coverage,
    missing: 0,
    correlation: null,
    groupAxis,
    groups: labels.map((label, i) => boxStats(label, i)),
    rows: Int32Array.of(0, 1, 2),
    groupOf: Int32Array.of(0, 0, 1),
    values: Float64Array.of(0, -1, 2),
    offsets: Float32Array.of(0, 0.2, 0),
    colours: null,
  };
}

export function heatAnswer(labels: readonly string[] = ['', 'b']): HeatPlot {
  return {
    kind: 'heat',
    x: categoryAxis('sex', labels),
    y: categoryAxis('class', ['1', '2']),
    colour: null,
    coverage,
    missing: 0,
    correlation: null,
    xLabels: labels,
    yLabels: ['1', '2'],
    counts: Uint32Array.from({ length: labels.length * 2 }, (_, i) => i),
    colours: null,
    exampleRows: Int32Array.from({ length: labels.length * 2 }, (_, i) => (i === 0 ? -1 : i)),
  };
}

export function histogramAnswer(edges: Float64Array | null = Float64Array.of(0, 1, 2, 3)): HistogramPlot {
  return {
    kind: 'histogram',
    x: edges === null ? categoryAxis('sex', ['', 'b', 'c']) : numericAxis('age', 0, 3),
    y: null,
    colour: categoryAxis('class', ['no', 'yes']),
    coverage,
    missing: 0,
    correlation: null,
    edges,
    stackLabels: ['no', 'yes', 'missing'],
    counts: Uint32Array.of(1, 2, 0, 0, 4, 1, 3, 0, 0),
    exampleRows: Int32Array.of(0, 1, -1, -1, 2, 3, 4, -1, -1),
  };
}

export function globalAnswer(
  names: readonly string[] = ['age', 'sex', 'fare'],
  more: Partial<GlobalImportanceAnswer> = {},
): GlobalImportanceAnswer {
  const total = Float64Array.from(names, (_, i) => (i + 1) / 10);
  return {
    names,
    order: Int32Array.from(names, (_, i) => names.length - 1 - i),
    segments: [{ label: 'yes', classIndex: 1, values: total }],
    total,
    signedMean: total.map((value, i) => (i % 2 === 0 ? -value / 2 : value / 2)),
    spread: { low: total.map((value) => value / 2), high: total.map((value) => value * 1.5) },
    sampling: { error: total.map(() => 0.01), noiseFloor: total.map(() => 0.05) },
    series: [
      {
        id: 'pfi',
        label: 'Permutation importance',
        unit: 'accuracy',
        values: total.map((value) => value - 0.15),
        spread: total.map(() => 0.02),
        signed: true,
      },
    ],
    globalOnly: false,
    meaning: 'mean |value|',
    unit: 'log-odds',
    outputLabel: 'yes',
    coverage: { used: 1000, total: 5000 },
    ...more,
  };
}

const summaryBase = (names: readonly string[]) => ({
  features: names.map((name, feature) => ({ feature, name, meanAbs: 1 - feature / 20 })),
  nFeatures: names.length,
  unit: 'log-odds',
  outputLabel: 'yes',
  coverage,
  signed: true,
});

export function swarmAnswer(names: readonly string[] = ['age', 'sex']): SwarmPoints {
  return {
    ...summaryBase(names),
    kind: 'swarm',
    lane: Int32Array.of(0, 0, 0, 1, 1),
    rows: Int32Array.of(0, 1, 2, 0, 1),
    values: Float64Array.of(-1, 0, 1, 0.2, -0.1),
    offsets: Float32Array.of(0, 0.1, 0, 0, -0.45),
    colours: Float32Array.of(0, 0.5, 1, NaN, 0),
    colourLabels: [],
  };
}

export function swarmRasterAnswer(): SwarmRaster {
  return {
    ...summaryBase(['age', 'sex']),
    kind: 'swarm-raster',
    width: 3,
    height: 2,
    range: [-1, 1],
    counts: Uint32Array.of(0, 9, 0, 4, 1, 0, 1, 0, 0, 0, 0, 7),
    colours: Float32Array.of(NaN, 0, NaN, 0.5, NaN, NaN, 1, NaN, NaN, NaN, NaN, 0),
    colourLabels: [],
    exampleRows: Int32Array.of(-1, 3, -1, 4, 5, -1, 6, -1, -1, -1, -1, 0),
  };
}

export function summaryBoxesAnswer(): SummaryBoxes {
  return {
    ...summaryBase(['age', 'sex']),
    kind: 'box',
    groupLabels: ['', 'yes'],
    boxes: [
      [boxStats('', -1), boxStats('yes', 1)],
      [boxStats('', 0), boxStats('yes', 0, 0)],
    ],
    exampleRows: [
      [0, 4],
      [2, -1],
    ],
  };
}

export function summaryViolinsAnswer(): SummaryViolins {
  const boxes = summaryBoxesAnswer();
  const bump = Float64Array.of(0, 0.5, 1, 0.5, 0);
  return {
    ...boxes,
    kind: 'violin',
    grid: Float64Array.of(-2, -1, 0, 1, 2),
    densities: [
      [bump, bump],
      [bump, new Float64Array(5)],
    ],
  };
}

export function summaryBarsAnswer(): SummaryBars {
  return {
    ...summaryBase(['age', 'sex']),
    kind: 'bar',
    groupLabels: ['no', 'yes'],
    means: [Float64Array.of(1, 2), Float64Array.of(0.5, NaN)],
  };
}

export function localAnswer(
  names: readonly string[] = ['age', 'sex', 'fare', 'deck'],
  more: Partial<LocalImportanceAnswer> = {},
): LocalImportanceAnswer {
  const values: readonly (string | number | null)[] = [39, '', 0, null];
  return {
    kind: 'explained',
    row: 17,
    classIndex: 1,
    outputLabel: 'yes',
    fellBack: false,
    base: -1,
    sum: -1 + names.reduce((sum, _, i) => sum + (i % 2 === 0 ? 1 : -1) / (i + 1), 0),
    prediction: 0.4,
    predictionUnit: 'probability',
    unit: 'log-odds',
    features: names.map((name, i) => {
      const phi = (i % 2 === 0 ? 1 : -1) / (i + 1);
      return {
        feature: i,
        name,
        value: i < values.length ? (values[i] ?? null) : 'v',
        phi,
        standardError: i === 0 ? 0.1 : null,
        perClass: [-phi, phi],
        perClassErrors: i === 0 ? [0.1, 0.1] : [],
      };
    }),
    classLabels: ['no', 'yes'],
    ...more,
  };
}

export function iceAnswer(more: Partial<IceAnswer> = {}): IceAnswer {
  return {
    row: 17,
    featureName: 'age',
    featureKind: 'numeric',
    labels: [],
    grid: Float64Array.of(0, 10, 20, 25, 30),
    curve: Float64Array.of(0.1, 0.2, 0.4, 0.5, 0.6),
    own: 3,
    edited: null,
    average: {
      grid: Float64Array.of(0, 10, 20, 30),
      curve: Float64Array.of(0.2, 0.25, 0.3, 0.35),
      kind: 'pdp',
      nRows: 100,
    },
    others: { grid: Float64Array.of(0, 10, 20, 30), lines: [Float64Array.of(0, 0.1, 0.2, 0.3)], rows: [4] },
    density: { counts: Uint32Array.of(1, 5, 2), min: 0, max: 30 },
    outputLabel: 'yes',
    unit: 'probability',
    line: 'value',
    showLines: true,
    ...more,
  };
}

export function surfaceAnswer(): IceSurface {
  return {
    row: 17,
    nRows: null,
    a: { name: 'age', kind: 'numeric', labels: [], grid: Float64Array.of(0, 10, 30), own: 10 },
    b: { name: 'sex', kind: 'categorical', labels: ['', 'female'], grid: Float64Array.of(0, 1), own: 0 },
    values: Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    outputLabel: 'yes',
    unit: 'probability',
  };
}
