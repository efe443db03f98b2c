import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { ModelLink, TreeModel } from '#/domain/tree-model';
import type { ExplainerEnvironment, ExplainSpec } from '#/explainers/explainer';
import type { Parameters } from '#/explainers/parameters';
import { prepareInterventional } from '#/explainers/tree-interventional/explain';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import {
  equalBackground,
  functionPredictor,
  interventionalGame,
  randomRows,
  shapleyByDefinition,
  weightedBackground,
} from '#/testing/games';
import { randomTreeModel } from '#/testing/random-trees';
import { predictTrees } from '#/trees/link';

const SPACES = { logit: 'log-odds', softmax: 'softmax margin', log: 'log', identity: 'value' } as const;

function linked(link: ModelLink, nColumns: number, nOutputs: number, seed: number, nTrees = 4): TreeModel {
  const trees = randomTreeModel({ nTrees, depth: 5, nColumns, nOutputs, full: false, mixed: true }, createRng(seed));
  return { ...trees, link, sumSpace: SPACES[link] };
}

function environmentOf(model: TreeModel, nFeatures: number): ExplainerEnvironment {
  const predictor = functionPredictor(nFeatures, model.ensemble.nOutputs, () => NaN);
  return { predictor, ...NO_STRUCTURE, trees: model, features: [], outputs: { task: 'regression', targetName: 'y', unit: null } };
}

function specOf(background: ExplainSpec['background'], parameters: Parameters): ExplainSpec {
  return { explainer: 'tree-interventional', background, outputSpace: 'probability', seed: 1, parameters, ...NOTHING_LEARNT };
}

describe('values of the prediction behind a link', () => {
  it.each<[ModelLink, number]>([
    ['logit', 1],
    ['logit', 2],
    ['softmax', 3],
    ['log', 1],
  ])('exact: the Shapley values of the prediction (%s, %i outputs)', async (link, nOutputs) => {
    const n = 6;
    const model = linked(link, n, nOutputs, 3);
    const rng = createRng(8);
    const rows = randomRows(3, n, rng, 0.1);
    const background = weightedBackground(randomRows(7, n, rng, 0.1), rng);
    const prepared = await prepareInterventional(specOf(background, {}), environmentOf(model, n));
    expect(prepared.space).toBe(link === 'log' ? 'value' : 'probability');
    const { values } = await prepared.explain(rows, new Int32Array(3));
    for (let row = 0; row < 3; row++) {
      for (let output = 0; output < nOutputs; output++) {
        const f = (x: Float64Array): number => predictTrees(model, { nRows: 1, nFeatures: n, values: x })[output]!;
        const game = interventionalGame(f, rows.values.slice(row * n, (row + 1) * n), background);
        const expected = shapleyByDefinition(n, game);
        expect(prepared.baseValues[output]).toBeCloseTo(game(0), 12);
        for (let j = 0; j < n; j++) expect(values[output]![row * n + j]).toBeCloseTo(expected[j]!, 12);
      }
    }
  });

  it.each<ModelLink>(['logit', 'log'])('rescaled: sums to the prediction, and is exact where one feature decides (%s)', async (link) => {
    const rng = createRng(2);
    for (const n of [1, 7]) {
      const model = linked(link, n, 2, 5);
      const rows = randomRows(9, n, rng, 0.1);
      const background = weightedBackground(randomRows(11, n, rng, 0.1), rng);
      const prepare = (parameters: Parameters) => prepareInterventional(specOf(background, parameters), environmentOf(model, n));
      const rescaled = await prepare({ probability: 'rescaled' });
      const { values } = await rescaled.explain(rows, new Int32Array(9));
      const predictions = predictTrees(model, rows);
      for (let row = 0; row < 9; row++) {
        for (let output = 0; output < 2; output++) {
          const sum = values[output]!.slice(row * n, (row + 1) * n).reduce((total, value) => total + value, rescaled.baseValues[output]!);
          expect(sum).toBeCloseTo(predictions[row * 2 + output]!, 12);
        }
      }
      const exact = await (await prepare({ probability: 'exact' })).explain(rows, new Int32Array(9));
      const gap = values[0]!.reduce((most, value, i) => Math.max(most, Math.abs(value - exact.values[0]![i]!)), 0);
      if (n === 1) expect(gap).toBeLessThan(1e-12);
      else expect(gap).toBeGreaterThan(1e-4);
    }
  });

  it('takes only the features that trees test as players', async () => {
    const n = 40;
    const trees = linked('logit', 4, 1, 9);
    const sources = trees.sources.map((source, column) => ({ ...source, feature: 9 * column }));
    const model: TreeModel = { ...trees, sources };
    const rng = createRng(1);
    const rows = randomRows(2, n, rng);
    const prepared = await prepareInterventional(specOf(equalBackground(randomRows(5, n, rng)), {}), environmentOf(model, n));
    const { values } = await prepared.explain(rows, new Int32Array(2));
    values[0]!.forEach((value, i) => {
      if (![0, 9, 18, 27].includes(i % n)) expect(value).toBe(0);
    });
    expect(values[0]!.some((value) => value !== 0)).toBe(true);
  });

  it('refuses what is too much or undefined, and names Kernel SHAP', async () => {
    const rng = createRng(1);
    const wide = linked('logit', 20, 1, 4, 60);
    const attempt = (model: TreeModel, n: number, nBackground: number, parameters: Parameters): Promise<unknown> =>
      prepareInterventional(specOf(equalBackground(randomRows(nBackground, n, rng)), parameters), environmentOf(model, n));
    await expect(attempt(wide, 20, 5, {})).rejects.toMatchObject({
      tag: 'BadRequest',
      hint: expect.stringContaining('Kernel SHAP') as string,
    });
    await expect(attempt(wide, 20, 5, { probability: 'rescaled' })).resolves.toBeDefined();
    await expect(attempt(wide, 20, 101, { probability: 'rescaled' })).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(attempt(wide, 20, 5, { probability: 'rescaled', interactions: true })).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(attempt(linked('softmax', 5, 3, 4), 5, 5, { probability: 'rescaled' })).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(attempt(wide, 20, 5, { probability: 'other' })).rejects.toMatchObject({ tag: 'BadRequest' });
  });
});
