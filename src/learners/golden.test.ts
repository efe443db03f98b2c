import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { LinearModel } from '#/domain/linear-model';
import { createPacer } from '#/explainers/pacer';
import { pathDependentExplainer } from '#/explainers/tree-path-dependent/path-dependent-explainer';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { goldenRows } from '#/testing/explainer-golden';
import { equalBackground, functionPredictor } from '#/testing/games';
import { relativeDifference } from '#/testing/model-golden';
import { evaluateTrees } from '#/trees/evaluate';
import { trainDecisionTree } from '#/learners/decision-tree';
import { evaluateLinear } from '#/learners/evaluate-linear';
import { trainGradientBoosting } from '#/learners/gradient-boosting';
import { trainLinearRegression } from '#/learners/linear-regression';
import { trainLogisticRegression } from '#/learners/logistic-regression';
import { trainStochasticGradient } from '#/learners/stochastic-gradient';
import { BOOSTING_LOSSES, determination, featuresWithCodes, trainLoss } from '#/testing/learner-cases';

type Cell = number | null;

interface LearnerGolden {
  readonly tolerance: { readonly predictions: number };
  readonly learner: string;
  readonly codes: readonly (number | null)[];
  readonly rows: readonly (readonly Cell[])[];
  readonly labels: readonly number[];
  readonly ask: readonly (readonly Cell[])[];
  readonly predictions: readonly (readonly number[])[];
  readonly classes?: number;
  readonly settings?: { readonly num_iterations?: number; readonly min_data_in_leaf?: number };
  readonly trainLoss?: number;
  readonly splits?: readonly number[];
  readonly contributions?: readonly (readonly number[])[];
  readonly coefficients?: readonly (readonly number[])[];
  readonly intercepts?: readonly number[];
  readonly maxDepth?: number;
  readonly leaves?: number;
  readonly askLabels?: readonly number[];
  readonly scores?: readonly [number, number];
}

const folder = fileURLToPath(new URL('golden', import.meta.url));
const named = (prefix: string): string[] => readdirSync(folder).filter((name) => name.startsWith(prefix) && name.endsWith('.json'));
const open = (name: string): LearnerGolden => JSON.parse(readFileSync(join(folder, name), 'utf8')) as LearnerGolden;
const pace = createPacer(undefined);

describe('LightGBM goldens', () => {
  it.each(named('lightgbm'))('%s', async (name) => {
    const golden = open(name);
    const rows = goldenRows(golden.rows);
    const ask = goldenRows(golden.ask);
    const features = featuresWithCodes(golden.codes);
    const labels = Float64Array.from(golden.labels);
    const loss = BOOSTING_LOSSES[golden.learner]!;
    const model = await trainGradientBoosting(rows, features, labels, loss, golden.classes ?? 0, pace, {
      iterations: golden.settings?.num_iterations ?? 100,
      minRows: golden.settings?.min_data_in_leaf ?? 20,
    });
    const sums = evaluateTrees(model, ask);
    const expected = golden.predictions.flat();
    expect(relativeDifference(sums, expected)).toBeLessThanOrEqual(golden.tolerance.predictions);
    expect(determination(sums, expected)).toBeGreaterThan(0.99);
    const own = trainLoss(loss, evaluateTrees(model, rows), labels);
    expect(Math.abs(own - golden.trainLoss!)).toBeLessThanOrEqual(0.02 * golden.trainLoss! + 1e-9);
    if (golden.tolerance.predictions > 1e-6) return;

    // The same trees: split counts and path-dependent values (covers) agree too.
    expect([...model.importances![0]!.values]).toEqual(golden.splits);
    const first = { nRows: 20, nFeatures: ask.nFeatures, values: ask.values.slice(0, 20 * ask.nFeatures) };
    const prepared = await pathDependentExplainer.prepare(
      {
        explainer: 'tree-path-dependent',
        background: equalBackground(first),
        outputSpace: 'raw',
        seed: 0,
        parameters: {},
        ...NOTHING_LEARNT,
      },
      {
        predictor: functionPredictor(ask.nFeatures, 1, () => NaN),
        ...NO_STRUCTURE,
        trees: model,
        features,
        outputs: { task: 'regression', targetName: 'y', unit: null },
      },
    );
    const { values } = await prepared.explain(first, new Int32Array(20));
    const theirs = golden.contributions!.map((row) => row.slice(0, -1));
    expect(relativeDifference(values[0]!, theirs.flat())).toBeLessThan(1e-6);
    expect(relativeDifference([prepared.baseValues[0]!], [golden.contributions![0]!.at(-1)!])).toBeLessThan(1e-6);
  });
});

describe('linear goldens', () => {
  it.each(named('linear'))('%s', async (name) => {
    const golden = open(name);
    const rows = goldenRows(golden.rows);
    const features = featuresWithCodes(golden.codes);
    const labels = Float64Array.from(golden.labels);
    const model =
      golden.learner === 'least squares'
        ? await trainLinearRegression(rows, features, labels, pace)
        : await trainLogisticRegression(rows, features, labels, golden.classes!, pace);
    const sums = evaluateLinear(model, goldenRows(golden.ask));
    expect(relativeDifference(sums, golden.predictions.flat())).toBeLessThanOrEqual(golden.tolerance.predictions);
    expect(relativeDifference(model.coefficients, golden.coefficients!.flat())).toBeLessThan(1e-5);
    expect(relativeDifference(model.intercepts, golden.intercepts!)).toBeLessThan(1e-5);
  });
});

describe('decision tree goldens', () => {
  it.each(named('cart'))('%s', async (name) => {
    const golden = open(name);
    const labels = Float64Array.from(golden.labels);
    const features = featuresWithCodes(golden.codes);
    const model = await trainDecisionTree(goldenRows(golden.rows), features, labels, golden.classes ?? 0, pace, {
      maxDepth: golden.maxDepth!,
    });
    expect(model.ensemble.leafValues.length / model.ensemble.nOutputs).toBe(golden.leaves);
    const sums = evaluateTrees(model, goldenRows(golden.ask));
    expect(relativeDifference(sums, golden.predictions.flat())).toBeLessThanOrEqual(golden.tolerance.predictions);
  });
});

const argmax = (row: ArrayLike<number>): number => Array.from(row).indexOf(Math.max(...Array.from(row)));

describe('stochastic gradient descent goldens', () => {
  it.each(named('sgd'))('%s', async (name) => {
    const golden = open(name);
    const loss = golden.learner.slice(4) as 'squared' | 'log' | 'hinge';
    const labels = Float64Array.from(golden.labels);
    const train = (seed: number): Promise<LinearModel> =>
      trainStochasticGradient(goldenRows(golden.rows), featuresWithCodes(golden.codes), labels, loss, golden.classes ?? 0, seed, pace);
    const ask = goldenRows(golden.ask);
    const sums = evaluateLinear(await train(5), ask);
    expect(relativeDifference(sums, golden.predictions.flat())).toBeLessThanOrEqual(golden.tolerance.predictions);
    const right = golden.askLabels!.filter((label, i) => argmax(sums.subarray(3 * i, 3 * i + 3)) === label).length;
    const score = loss === 'squared' ? determination(sums, golden.askLabels!) : right / golden.askLabels!.length;
    expect(score).toBeGreaterThan(golden.scores![0] - 0.02);
    expect(evaluateLinear(await train(5), ask)).toEqual(sums);
    expect(evaluateLinear(await train(6), ask)).not.toEqual(sums);
  });
});
