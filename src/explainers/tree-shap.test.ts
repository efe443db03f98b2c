import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { EncodedRows } from '#/domain/model';
import type { ExplainerEnvironment, ExplainerId, ExplainSpec } from '#/explainers/explainer';
import {
  equalBackground,
  functionPredictor,
  interventionalGame,
  randomRows,
  shapleyByDefinition,
  weightedBackground,
} from '#/testing/games';
import { randomTreeModel } from '#/testing/random-trees';
import { prepareInterventional } from '#/explainers/tree-interventional/explain';
import { preparePathDependent } from '#/explainers/tree-path-dependent/explain';
import { applySteps } from '#/trees/apply-steps';
import { coverShare, goesYes } from '#/trees/covers';
import { evaluateTrees } from '#/trees/evaluate';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import type { TreeModel } from '#/domain/tree-model';

const prepare = (id: ExplainerId, spec: ExplainSpec, environment: ExplainerEnvironment, signal?: AbortSignal) =>
  id === 'tree-interventional' ? prepareInterventional(spec, environment, signal) : preparePathDependent(spec, environment);

function environmentOf(model: TreeModel, nFeatures: number): ExplainerEnvironment {
  const predictor = functionPredictor(nFeatures, model.ensemble.nOutputs, (row) => [
    ...evaluateTrees(model, { nRows: 1, nFeatures, values: row }),
  ]);
  return { predictor, ...NO_STRUCTURE, trees: model, features: [], outputs: { task: 'regression', targetName: 'y', unit: null } };
}

function specOf(id: ExplainerId, background: ExplainSpec['background']): ExplainSpec {
  return { explainer: id, background, outputSpace: 'raw', seed: 1, parameters: {}, ...NOTHING_LEARNT };
}

const rowOf = (rows: EncodedRows, row: number): Float64Array => rows.values.slice(row * rows.nFeatures, (row + 1) * rows.nFeatures);

/** v(S) of the path-dependent game: known features decide, others follow both branches by cover. Plain recursion. */
function pathGame(model: TreeModel, row: Float64Array, output: number): (mask: number) => number {
  const { ensemble } = model;
  const expected = (node: number, mask: number): number => {
    const column = ensemble.feature[node]!;
    if (column < 0) return ensemble.leafValues[ensemble.leaf[node]! * ensemble.nOutputs + output]!;
    const { feature, steps } = model.sources[column]!;
    const yes = ensemble.yes[node]!;
    const no = ensemble.no[node]!;
    if ((mask >> feature) & 1) return expected(goesYes(ensemble, node, applySteps(steps, row[feature]!)) ? yes : no, mask);
    return coverShare(ensemble.cover!, node, yes) * expected(yes, mask) + coverShare(ensemble.cover!, node, no) * expected(no, mask);
  };
  return (mask) => ensemble.base[output]! + ensemble.roots.reduce((sum, root) => sum + expected(root, mask), 0);
}

const shapes = fc.record({
  seed: fc.integer(),
  nTrees: fc.integer({ min: 1, max: 4 }),
  depth: fc.integer({ min: 0, max: 7 }),
  nColumns: fc.integer({ min: 1, max: 7 }),
  nOutputs: fc.integer({ min: 1, max: 3 }),
  full: fc.boolean(),
  mixed: fc.boolean(),
});

describe('tree explainers equal the definition', () => {
  it('interventional values are the Shapley values of the interventional game', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async ({ seed, ...shape }) => {
        const rng = createRng(seed);
        const model = randomTreeModel(shape, rng);
        const n = shape.nColumns;
        const environment = environmentOf(model, n);
        const rows = randomRows(3, n, rng, shape.mixed ? 0.1 : 0);
        const background = weightedBackground(randomRows(6, n, rng, shape.mixed ? 0.1 : 0), rng);
        const prepared = await prepareInterventional(specOf('tree-interventional', background), environment);
        const { values } = await prepared.explain(rows, new Int32Array(3));
        for (let row = 0; row < 3; row++) {
          for (let output = 0; output < shape.nOutputs; output++) {
            const f = (x: Float64Array): number => evaluateTrees(model, { nRows: 1, nFeatures: n, values: x })[output]!;
            const game = interventionalGame(f, rowOf(rows, row), background);
            const expected = shapleyByDefinition(n, game);
            expect(prepared.baseValues[output]).toBeCloseTo(game(0), 12);
            for (let j = 0; j < n; j++) expect(values[output]![row * n + j]).toBeCloseTo(expected[j]!, 12);
          }
        }
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('path-dependent values are the Shapley values of the cover game', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async ({ seed, ...shape }) => {
        const rng = createRng(seed);
        const model = randomTreeModel(shape, rng);
        const n = shape.nColumns;
        const rows = randomRows(3, n, rng, shape.mixed ? 0.1 : 0);
        const prepared = preparePathDependent(specOf('tree-path-dependent', equalBackground(rows)), environmentOf(model, n));
        const { values } = await prepared.explain(rows, new Int32Array(3));
        for (let row = 0; row < 3; row++) {
          for (let output = 0; output < shape.nOutputs; output++) {
            const game = pathGame(model, rowOf(rows, row), output);
            const expected = shapleyByDefinition(n, game);
            expect(prepared.baseValues[output]).toBeCloseTo(game(0), 12);
            for (let j = 0; j < n; j++) expect(values[output]![row * n + j]).toBeCloseTo(expected[j]!, 12);
          }
        }
      }),
      { numRuns: 60, seed: 8 },
    );
  });

  it('columns made from one feature are one player', async () => {
    const rng = createRng(5);
    const sources = [0, 0, 1, 2, 2, 2];
    const model = randomTreeModel({ nTrees: 5, depth: 5, nColumns: 6, nOutputs: 1, full: true, mixed: false, sources }, rng);
    const rows = randomRows(2, 3, rng);
    const background = equalBackground(randomRows(5, 3, rng));
    const environment = environmentOf(model, 3);
    const interventional = await (
      await prepareInterventional(specOf('tree-interventional', background), environment)
    ).explain(rows, new Int32Array(2));
    const path = await preparePathDependent(specOf('tree-path-dependent', background), environment).explain(rows, new Int32Array(2));
    for (let row = 0; row < 2; row++) {
      const f = (x: Float64Array): number => evaluateTrees(model, { nRows: 1, nFeatures: 3, values: x })[0]!;
      const exact = shapleyByDefinition(3, interventionalGame(f, rowOf(rows, row), background));
      const byCover = shapleyByDefinition(3, pathGame(model, rowOf(rows, row), 0));
      for (let j = 0; j < 3; j++) {
        expect(interventional.values[0]![row * 3 + j]).toBeCloseTo(exact[j]!, 12);
        expect(path.values[0]![row * 3 + j]).toBeCloseTo(byCover[j]!, 12);
      }
    }
  });
});

describe.each<ExplainerId>(['tree-interventional', 'tree-path-dependent'])('%s', (id) => {
  it('holds on paths of more than 32 and 64 players: values sum to the prediction minus the base', async () => {
    const rng = createRng(11);
    for (const depth of [31, 32, 33, 64, 70]) {
      // A caterpillar: one long path over distinct columns, leaves on the side.
      const model = caterpillar(depth, rng);
      const rows = { nRows: 3, nFeatures: depth, values: Float64Array.from({ length: 3 * depth }, () => (rng.next() < 0.97 ? 1 : 0)) };
      const background = equalBackground({
        nRows: 4,
        nFeatures: depth,
        values: Float64Array.from({ length: 4 * depth }, () => (rng.next() < 0.97 ? 1 : 0)),
      });
      const prepared = await prepare(id, specOf(id, background), environmentOf(model, depth));
      const { values } = await prepared.explain(rows, new Int32Array(3));
      const predictions = evaluateTrees(model, rows);
      for (let row = 0; row < 3; row++) {
        const sum = values[0]!.slice(row * depth, (row + 1) * depth).reduce((total, value) => total + value, prepared.baseValues[0]!);
        expect(sum).toBeCloseTo(predictions[row]!, 10);
      }
    }
  });

  it('gives the same bits row by row and together, and leaves its inputs alone', async () => {
    const rng = createRng(21);
    const model = randomTreeModel({ nTrees: 12, depth: 6, nColumns: 9, nOutputs: 2, full: false, mixed: true }, rng);
    const rows = randomRows(40, 9, rng, 0.1);
    const background = weightedBackground(randomRows(15, 9, rng, 0.1), rng);
    const environment = environmentOf(model, 9);
    const copies = [rows.values.slice(), background.rows.values.slice(), background.weights.slice(), model.ensemble.leafValues.slice()];
    const together = await (await prepare(id, specOf(id, background), environment)).explain(rows, new Int32Array(40));
    const again = await prepare(id, specOf(id, background), environment);
    for (let row = 0; row < 40; row++) {
      const alone = await again.explain({ nRows: 1, nFeatures: 9, values: rowOf(rows, row) }, Int32Array.of(row));
      for (let output = 0; output < 2; output++)
        expect(alone.values[output]).toEqual(together.values[output]!.slice(row * 9, (row + 1) * 9));
    }
    expect([rows.values, background.rows.values, background.weights, model.ensemble.leafValues]).toEqual(copies);
    expect(together.standardErrors).toBeNull();
  });

  it('stops soon after an abort', async () => {
    const rng = createRng(3);
    const model = randomTreeModel({ nTrees: 400, depth: 8, nColumns: 12, nOutputs: 1, full: true, mixed: false }, rng);
    const background = equalBackground(randomRows(60, 12, rng));
    const prepared = await prepare(id, specOf(id, background), environmentOf(model, 12));
    const controller = new AbortController();
    const due = performance.now() + 30;
    setTimeout(() => {
      controller.abort();
    }, 30);
    await expect(prepared.explain(randomRows(2000, 12, rng), new Int32Array(2000), controller.signal)).rejects.toMatchObject({
      tag: 'Aborted',
    });
    expect(performance.now() - due).toBeLessThan(1000); // 100 ms on an idle machine; the suite shares its cores
  });

  it('refuses models without trees, probabilities of margins, and empty backgrounds', async () => {
    const rng = createRng(1);
    const model = randomTreeModel({ nTrees: 1, depth: 2, nColumns: 2, nOutputs: 1, full: true, mixed: false }, rng);
    const background = equalBackground(randomRows(2, 2, rng));
    const environment = environmentOf(model, 2);
    const attempt = async (spec: ExplainSpec, env: ExplainerEnvironment): Promise<unknown> => prepare(id, spec, env);
    await expect(attempt(specOf(id, background), { ...environment, trees: null })).rejects.toMatchObject({ tag: 'BadRequest' });
    const margin: TreeModel = { ...model, link: 'logit', sumSpace: 'log-odds' };
    await expect(
      attempt({ ...specOf(id, background), outputSpace: 'probability' }, { ...environment, trees: margin }),
    ).rejects.toMatchObject({
      tag: 'BadRequest',
    });
    const bare: TreeModel = { ...model, ensemble: { ...model.ensemble, cover: null } };
    const empty = { rows: { nRows: 0, nFeatures: 2, values: new Float64Array(0) }, weights: new Float64Array(0) };
    await expect(attempt(specOf(id, empty), { ...environment, trees: bare })).rejects.toMatchObject({ tag: 'BadRequest' });
  });
});

function caterpillar(depth: number, rng: ReturnType<typeof createRng>): TreeModel {
  const nodes = 2 * depth + 1;
  const inner = (node: number): boolean => node % 2 === 0 && node < 2 * depth;
  const each = (value: (node: number) => number): number[] => Array.from({ length: nodes }, (_, node) => value(node));
  const leaf = each((node) => (inner(node) ? -1 : (node - (node % 2 === 0 ? 0 : 1)) / 2));
  return {
    ensemble: {
      roots: Int32Array.of(0),
      feature: Int32Array.from(each((node) => (inner(node) ? node / 2 : -1))),
      threshold: new Float64Array(nodes).fill(0.5),
      comparison: new Uint8Array(nodes).fill(1),
      yes: Int32Array.from(each((node) => (inner(node) ? node + 1 : -1))),
      no: Int32Array.from(each((node) => (inner(node) ? node + 2 : -1))),
      missingYes: new Uint8Array(nodes),
      leaf: Int32Array.from(leaf),
      leafValues: Float64Array.from({ length: depth + 1 }, () => rng.next()),
      base: Float64Array.of(0.5),
      nOutputs: 1,
      nFeatures: depth,
      cover: Float64Array.from(each((node) => (inner(node) ? 2 * depth - node : node % 2 === 1 ? 2 : 0))),
      float32: false,
      categorySets: [],
    },
    sources: Array.from({ length: depth }, (_, feature) => ({ feature, steps: [] })),
    link: 'identity',
    sumSpace: 'value',
  };
}
