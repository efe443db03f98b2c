import { describe, expect, it } from 'vitest';
import { LimpidError } from '#/base/errors';
import { createRng } from '#/base/rng';
import type { EncodedRows } from '#/domain/model';
import { encoded } from '#/testing/games';
import { determination, featuresWithCodes } from '#/testing/learner-cases';
import { evaluateTrees } from '#/trees/evaluate';
import { trainDecisionTree } from '#/learners/decision-tree';
import { evaluateLinear } from '#/learners/evaluate-linear';
import { binRows } from '#/learners/feature-bins';
import { trainGradientBoosting } from '#/learners/gradient-boosting';
import { trainLinearRegression } from '#/learners/linear-regression';
import { trainLogisticRegression } from '#/learners/logistic-regression';
import type { Pace } from '#/learners/pace';
import { trainStochasticGradient } from '#/learners/stochastic-gradient';

const never: Pace = { due: () => false, pause: () => Promise.resolve() };
const always: Pace = { due: () => true, pause: () => Promise.resolve() };
const numbers = (count: number): ReturnType<typeof featuresWithCodes> => featuresWithCodes(Array.from({ length: count }, () => null));
const repeat = (values: readonly number[], times: number): number[] =>
  values.flatMap((value) => Array.from({ length: times }, () => value));

function uniform(nRows: number, nFeatures: number, seed: number): EncodedRows {
  const rng = createRng(seed);
  return encoded(
    nFeatures,
    Float64Array.from({ length: nRows * nFeatures }, () => 2 * rng.next() - 1),
  );
}

const byRow = (rows: EncodedRows, f: (row: Float64Array) => number): Float64Array =>
  Float64Array.from({ length: rows.nRows }, (_, i) => f(rows.values.subarray(i * rows.nFeatures, (i + 1) * rows.nFeatures)));

describe('bins', () => {
  it('put limits halfway, give zero and NaN their own, and join rare values', async () => {
    const column = [...repeat([-2, 0, 1, 4], 3), 9, NaN];
    const { features, bins } = await binRows(encoded(1, column), numbers(1), never);
    const known = features[0]!;
    if (known.kind !== 'numeric') throw new Error('not numeric');
    // A bin is closed once it holds three rows; the last one takes what is left.
    [-1e-35, 1e-35, 2.5, 6.5, Infinity].forEach((limit, i) => expect(known.limits[i]! - limit || 0).toBeCloseTo(0, 12));
    expect([...bins]).toEqual([...repeat([0, 1, 2, 3], 3), 4, 5]);
    expect(known).toMatchObject({ nBins: 6, missingBin: 5 });
  });

  it('hold nearly equal numbers of rows when there are many values, also of skewed ones', async () => {
    const rng = createRng(2);
    const column = Float64Array.from({ length: 30_000 }, () => Math.exp(12 * rng.next()) * (rng.next() < 0.5 ? -1 : 1));
    const { features, bins } = await binRows(encoded(1, column), numbers(1), never);
    const known = features[0]!;
    if (known.kind !== 'numeric') throw new Error('not numeric');
    expect(known.nBins).toBeLessThanOrEqual(255);
    expect(known.nBins).toBeGreaterThan(250);
    const counts = new Int32Array(known.nBins);
    column.forEach((value, row) => {
      const bin = bins[row]!;
      counts[bin]!++;
      expect(value <= known.limits[bin]! && (bin === 0 || value > known.limits[bin - 1]!)).toBe(true);
    });
    expect(Math.max(...counts)).toBeLessThan((2 * 30_000) / known.nBins);
  });

  it('order codes by frequency; rare, unknown and missing ones share bin 0', async () => {
    const column = [...repeat([5], 4), ...repeat([2], 9), ...repeat([7], 6), 1, 1, NaN, -3];
    const { features, bins } = await binRows(encoded(1, column), featuresWithCodes([8]), never);
    expect(features[0]).toEqual({ kind: 'categorical', nBins: 4, codes: Int32Array.of(-1, 2, 7, 5) });
    expect([...bins]).toEqual([...repeat([3], 4), ...repeat([1], 9), ...repeat([2], 6), 0, 0, 0, 0]);
  });
});

describe('boosted trees', () => {
  it('cut where the gain is largest (by hand)', async () => {
    // Mean 2. Cut after 2: G = 12 over 6 rows and -12 over 3: gain 144/6 + 144/3 = 72; cut after 1: 36/3 + 36/6 = 18.
    const rows = encoded(1, repeat([1, 2, 3], 3));
    const labels = Float64Array.from(repeat([0, 0, 6], 3));
    const one = { iterations: 1, learningRate: 1, maxLeaves: 2, minRows: 1 };
    const { ensemble, importances } = await trainGradientBoosting(rows, numbers(1), labels, 'squared', 0, never, one);
    expect([...ensemble.base]).toEqual([2]);
    expect(ensemble.threshold[0]).toBeCloseTo(2.5, 12);
    expect([...ensemble.leafValues]).toEqual([-2, 4]);
    expect([...ensemble.cover!]).toEqual([9, 6, 3]);
    expect(importances![0]!.values[0]).toBe(1);
    expect(importances![1]!.values[0]).toBeCloseTo(72, 9);
    // With a learning rate of one half, half the step; fewer rows than two leaves need: no tree.
    const half = await trainGradientBoosting(rows, numbers(1), labels, 'squared', 0, never, { ...one, learningRate: 0.5 });
    expect([...half.ensemble.leafValues]).toEqual([-1, 2]);
    const none = await trainGradientBoosting(rows, numbers(1), labels, 'squared', 0, never, { ...one, minRows: 5 });
    expect(none.ensemble.roots).toHaveLength(0);
    expect(evaluateTrees(none, rows)[0]).toBe(2);
  });

  it('sends NaN where it fits', async () => {
    const rows = encoded(1, repeat([1, 2, 3, NaN], 10));
    for (const high of [1, 3]) {
      const labels = Float64Array.from(
        repeat(
          [1, 2, 3, NaN].map((x) => (Number.isNaN(x) || x === high ? 5 : 0)),
          10,
        ),
      );
      const model = await trainGradientBoosting(rows, numbers(1), labels, 'squared', 0, never, { minRows: 5 });
      const sums = evaluateTrees(model, encoded(1, [1, 2, 3, NaN]));
      [1, 2, 3, NaN].forEach((x, i) => expect(sums[i]).toBeCloseTo(Number.isNaN(x) || x === high ? 5 : 0, 2));
    }
  });

  it('without NaN in training takes NaN for zero', async () => {
    const rows = encoded(1, repeat([-2, -1, 1, 2], 10));
    const model = await trainGradientBoosting(rows, numbers(1), Float64Array.from(repeat([0, 0, 5, 9], 10)), 'squared', 0, never);
    const sums = evaluateTrees(model, encoded(1, [NaN, 0]));
    expect(sums[0]).toBe(sums[1]);
  });

  it('splits on subsets of codes in one cut, also beyond 32', async () => {
    const codes = repeat([0, 1, 2, 33, 34, 40], 120);
    const labels = Float64Array.from(codes, (code) => (code === 1 || code === 34 ? 3 : 0));
    const options = { iterations: 1, learningRate: 1, maxLeaves: 2 };
    const model = await trainGradientBoosting(encoded(1, codes), featuresWithCodes([41]), labels, 'squared', 0, never, options);
    const sums = evaluateTrees(model, encoded(1, [0, 1, 2, 33, 34, 40, 39, NaN]));
    // l2 of 10 for subsets of codes: leaves stay short of their mean by 240 / 250 and 480 / 490.
    const [low, high] = [1 - (480 / 490) * 1, 1 + (240 / 250) * 2];
    [low, high, low, low, high, low, low, low].forEach((expected, i) => expect(sums[i]).toBeCloseTo(expected, 6));
  });

  it('recovers a planted surface and passes over noise', async () => {
    const f = (row: Float64Array): number => Math.sin(3 * row[0]!) + 2 * row[1]! * row[2]!;
    const rows = uniform(3000, 6, 7);
    const model = await trainGradientBoosting(rows, numbers(6), byRow(rows, f), 'squared', 0, never);
    const fresh = uniform(500, 6, 8);
    expect(determination(evaluateTrees(model, fresh), byRow(fresh, f))).toBeGreaterThan(0.97);
    const gains = model.importances![1]!.values;
    const total = gains.reduce((sum, gain) => sum + gain, 0);
    for (const j of [3, 4, 5]) expect(gains[j]! / total).toBeLessThan(0.01);
    const counts = model.ensemble.roots.map((root, i) => (model.ensemble.roots[i + 1] ?? model.ensemble.feature.length) - root);
    expect(Math.max(...counts)).toBe(2 * 31 - 1);
  });

  it('learns classes', async () => {
    const rows = uniform(1500, 3, 9);
    const two = byRow(rows, (row) => Number(row[0]! + row[1]! > 0));
    const binary = await trainGradientBoosting(rows, numbers(3), two, 'logistic', 2, never);
    const sums = evaluateTrees(binary, rows);
    expect(two.filter((label, i) => Number(sums[i]! > 0) === label).length / 1500).toBeGreaterThan(0.99);
    expect(binary).toMatchObject({ link: 'logit', sumSpace: 'log-odds' });
    const constant = await trainGradientBoosting(rows, numbers(3), new Float64Array(1500).fill(1), 'logistic', 2, never);
    expect(evaluateTrees(constant, rows)[0]).toBeGreaterThan(30);
  });
});

describe('decision trees', () => {
  it('cut halfway and hold shares (by hand)', async () => {
    const rows = encoded(2, [1, 0, 2, 0, 3, 0, 10, 0]);
    const model = await trainDecisionTree(rows, numbers(2), Float64Array.of(0, 0, 2, 1), 3, never);
    // Gini: cut after 2 leaves (2, 0, 0) and (0, 1, 1); the other side is cut at 6.5.
    expect([...model.ensemble.threshold.subarray(0, 3)]).toEqual([2.5, 0, 6.5]);
    expect([...model.ensemble.leafValues]).toEqual([1, 0, 0, 0, 0, 1, 0, 1, 0]);
    expect([...model.ensemble.cover!]).toEqual([4, 2, 2, 1, 1]);
    const shallow = await trainDecisionTree(rows, numbers(2), Float64Array.of(0, 0, 2, 1), 3, never, { maxDepth: 1 });
    expect([...shallow.ensemble.leafValues]).toEqual([1, 0, 0, 0, 0.5, 0.5]);
    const two = await trainDecisionTree(rows, numbers(2), Float64Array.of(0, 1, 1, 1), 2, never);
    expect([...evaluateTrees(two, rows)]).toEqual([0, 1, 1, 1]);
  });

  it('fits training rows to the end and stops at pure leaves', async () => {
    const rows = uniform(400, 3, 21);
    const labels = byRow(rows, (row) => row[0]! * row[1]!);
    const model = await trainDecisionTree(rows, numbers(3), labels, 0, never);
    const sums = evaluateTrees(model, rows);
    labels.forEach((label, i) => expect(sums[i]).toBeCloseTo(label, 12));
    const flat = await trainDecisionTree(rows, numbers(3), new Float64Array(400).fill(0.1), 0, never);
    expect(flat.ensemble.feature).toHaveLength(1);
  });

  it('parts codes one by one; unknown codes and NaN are none of them', async () => {
    const rows = encoded(1, repeat([0, 1, 2], 4));
    const model = await trainDecisionTree(rows, featuresWithCodes([3]), Float64Array.from(repeat([1, 7, 2], 4)), 0, never);
    const sums = evaluateTrees(model, encoded(1, [0, 1, 2, 9, NaN]));
    expect([...sums.subarray(0, 3)]).toEqual([1, 7, 2]);
    expect(sums[3]).toBe(sums[4]);
    expect(sums[3]).not.toBe(7);
  });
});

describe('linear learners', () => {
  it('take the mean for missing numbers and nothing for unknown codes', async () => {
    const rows = encoded(2, [0, 0, 2, 0, 4, 1, 6, 1]);
    const model = await trainLinearRegression(rows, featuresWithCodes([null, 2]), Float64Array.of(1, 2, 5, 6), never);
    const sums = evaluateLinear(model, encoded(2, [NaN, 0, 3, 0, 3, NaN]));
    // 0.5 x + 1 + 2 * code; between the levels lies their mean.
    expect(sums[0]).toBeCloseTo(2.5, 12);
    expect(sums[1]).toBeCloseTo(2.5, 12);
    expect(sums[2]).toBeCloseTo(3.5, 12);
  });

  it('survive constant, repeated and huge columns', async () => {
    const base = uniform(200, 1, 31);
    const rows = encoded(
      4,
      [...base.values].flatMap((x) => [x, 5, 1e9 + 1e3 * x, -2 * x]),
    );
    const model = await trainLinearRegression(
      rows,
      numbers(4),
      base.values.map((x) => 3 * x + 1),
      never,
    );
    const sums = evaluateLinear(model, rows);
    base.values.forEach((x, i) => expect(sums[i]).toBeCloseTo(3 * x + 1, 6));
  });

  it('recover planted log-odds', async () => {
    const rows = uniform(20_000, 2, 33);
    const rng = createRng(34);
    const labels = byRow(rows, (row) => Number(rng.next() < 1 / (1 + Math.exp(-(2 * row[0]! - row[1]! + 0.5)))));
    const model = await trainLogisticRegression(rows, numbers(2), labels, 2, never);
    [2, -1].forEach((expected, j) => expect(Math.abs(model.coefficients[j]! - expected)).toBeLessThan(0.1));
    expect(Math.abs(model.intercepts[0]! - 0.5)).toBeLessThan(0.1);
    const descended = await trainStochasticGradient(rows, numbers(2), labels, 'log', 2, 1, never);
    [2, -1].forEach((expected, j) => expect(Math.abs(descended.coefficients[j]! - expected)).toBeLessThan(0.6));
    expect(descended).toMatchObject({ link: 'logit', sumSpace: 'log-odds', nOutputs: 1 });
  });
});

type Train = (rows: EncodedRows, labels: Float64Array, pace: Pace) => Promise<unknown>;
const LEARNERS: readonly (readonly [string, Train])[] = [
  ['boosting', (rows, labels, pace) => trainGradientBoosting(rows, numbers(3), labels, 'softmax', 3, pace, { iterations: 5 })],
  ['tree', (rows, labels, pace) => trainDecisionTree(rows, numbers(3), labels, 3, pace)],
  ['least squares', (rows, labels, pace) => trainLinearRegression(rows, numbers(3), labels, pace)],
  ['logistic', (rows, labels, pace) => trainLogisticRegression(rows, numbers(3), labels, 3, pace)],
  ['descent', (rows, labels, pace) => trainStochasticGradient(rows, numbers(3), labels, 'hinge', 3, 4, pace)],
];

describe.each(LEARNERS)('%s', (name, train) => {
  const rows = uniform(300, 3, 41);
  const labels = byRow(rows, (row) => (row[0]! > 0.3 ? 2 : row[1]! > 0 ? 1 : 0));

  it('gives the same bits wherever it pauses', async () => {
    expect(await train(rows, labels, always)).toEqual(await train(rows, labels, never));
  });

  it('stops when the pause throws', async () => {
    const aborted: Pace = { due: () => true, pause: () => Promise.reject(new LimpidError({ tag: 'Aborted', message: 'Cancelled.' })) };
    await expect(train(rows, labels, aborted)).rejects.toMatchObject({ tag: 'Aborted' });
  });

  it('refuses labels that do not fit', async () => {
    await expect(train(rows, labels.subarray(1), never)).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(train(rows, labels.with(7, NaN), never)).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(train(encoded(3, []), new Float64Array(0), never)).rejects.toMatchObject({ tag: 'BadRequest' });
    if (name !== 'least squares') await expect(train(rows, labels.with(7, 3), never)).rejects.toMatchObject({ tag: 'BadRequest' });
  });
});
