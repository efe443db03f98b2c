import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { EncodedRows } from '#/domain/model';
import type { ExplainerEnvironment, ExplainerId, ExplainSpec, KernelModules } from '#/explainers/explainer';
import type { Parameters } from '#/explainers/parameters';
import { equalBackground, functionPredictor, interventionalGame, randomRows, weightedBackground } from '#/testing/games';
import { randomTreeModel } from '#/testing/random-trees';
import { prepareInterventional } from '#/explainers/tree-interventional/explain';
import { preparePathDependent } from '#/explainers/tree-path-dependent/explain';
import { applySteps } from '#/domain/column-steps';
import { coverShare, goesYes } from '#/trees/covers';
import { evaluateTrees } from '#/trees/evaluate';
import { nodeKernels } from '#/testing/kernels';
import { binomial, popcount } from '#/math/combinatorics';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import type { TreeModel } from '#/domain/tree-model';

const EXPLAINERS = { 'tree-interventional': prepareInterventional, 'tree-path-dependent': preparePathDependent };
type TreeExplainerId = keyof typeof EXPLAINERS;
const IDS: readonly TreeExplainerId[] = ['tree-interventional', 'tree-path-dependent'];

let compiled: KernelModules;
beforeAll(async () => {
  compiled = await nodeKernels();
});

/** What computes: the job's size decides between the kernels. */
const MODES = [
  { name: 'plain', usesKernels: false, nRows: 1, tolerance: 1e-12 },
  { name: 'kernels, one row', usesKernels: true, nRows: 1, tolerance: 2e-6 },
  { name: 'kernels, some rows', usesKernels: true, nRows: 40, tolerance: 2e-6 },
  { name: 'kernels, many rows', usesKernels: true, nRows: 1e6, tolerance: 2e-6 },
] as const;
type Mode = (typeof MODES)[number];

function environmentOf(model: TreeModel, nFeatures: number, mode: Pick<Mode, 'usesKernels'>): ExplainerEnvironment {
  const predictor = functionPredictor(nFeatures, model.ensemble.nOutputs, (row) => [
    ...evaluateTrees(model, { nRows: 1, nFeatures, values: row }),
  ]);
  return {
    predictor,
    ...NO_STRUCTURE,
    trees: model,
    kernels: mode.usesKernels ? compiled : null,
    features: [],
    outputs: { task: 'regression', targetName: 'y', unit: null },
  };
}

function specOf(
  id: ExplainerId,
  background: ExplainSpec['background'],
  mode: Pick<Mode, 'nRows'> = MODES[0],
  parameters: Parameters = {},
): ExplainSpec {
  return { explainer: id, background, outputSpace: 'raw', seed: 1, parameters, ...NOTHING_LEARNT, nRows: mode.nRows };
}

/** Differences are measured against the largest number; leaves lie in [-1, 1], so that all-small values are sums that cancel. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  let scale = 0.1;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]!));
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!) || 0);
  for (let i = 0; i < expected.length; i++) if (Number.isNaN(actual[i])) throw new Error('NaN');
  expect(worst / scale).toBeLessThanOrEqual(tolerance);
}

/** Values and matrices of pairs (half off the diagonal) of a game, by the definition. */
function byDefinition(n: number, v: (mask: number) => number, banzhaf: boolean): { values: Float64Array; matrix: Float64Array } {
  const game = Float64Array.from({ length: 1 << n }, (_, mask) => v(mask));
  const values = new Float64Array(n);
  const matrix = new Float64Array(n * n);
  for (let mask = 0; mask < 1 << n; mask++) {
    const size = popcount(mask);
    for (let i = 0; i < n; i++) {
      const a = 1 << i;
      if (mask & a) continue;
      values[i]! += (game[mask | a]! - game[mask]!) * (banzhaf ? 2 ** (1 - n) : 1 / (n * binomial(n - 1, size)));
      for (let j = 0; j < n; j++) {
        const b = 1 << j;
        if (j === i || mask & b) continue;
        const weight = banzhaf ? 2 ** (2 - n) : 1 / ((n - 1) * binomial(n - 2, size));
        matrix[i * n + j]! += (weight / 2) * (game[mask | a | b]! - game[mask | a]! - game[mask | b]! + game[mask]!);
      }
    }
  }
  for (let i = 0; i < n; i++) {
    let rest = values[i]!;
    for (let j = 0; j < n; j++) if (j !== i) rest -= matrix[i * n + j]!;
    matrix[i * n + i] = rest;
  }
  return { values, matrix };
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

/** The game that an explainer is about. */
function gameOf(
  id: TreeExplainerId,
  model: TreeModel,
  row: Float64Array,
  output: number,
  background: ExplainSpec['background'],
): (mask: number) => number {
  if (id === 'tree-path-dependent') return pathGame(model, row, output);
  const f = (x: Float64Array): number => evaluateTrees(model, { nRows: 1, nFeatures: row.length, values: x })[output]!;
  return interventionalGame(f, row, background);
}

describe.each(MODES)('$name', (mode) => {
  describe.each(IDS)('%s', (id) => {
    const prepare = EXPLAINERS[id];

    it('gives the values and interactions of the definition', async () => {
      await fc.assert(
        fc.asyncProperty(shapes, fc.boolean(), fc.boolean(), async ({ seed, ...shape }, banzhaf, interactions) => {
          const rng = createRng(seed);
          const model = randomTreeModel(shape, rng);
          const n = shape.nColumns;
          const nRows = 3;
          const rows = randomRows(nRows, n, rng, shape.mixed ? 0.1 : 0);
          const background = weightedBackground(randomRows(6, n, rng, shape.mixed ? 0.1 : 0), rng);
          const parameters = { values: banzhaf ? 'banzhaf' : 'shapley', interactions };
          const prepared = await prepare(specOf(id, background, mode, parameters), environmentOf(model, n, mode));
          const chunk = await prepared.explain(rows, new Int32Array(nRows));
          expect(chunk.interactions === undefined).toBe(!interactions);
          for (let output = 0; output < shape.nOutputs; output++) {
            const expected = Array.from({ length: nRows }, (_, row) =>
              byDefinition(n, gameOf(id, model, rowOf(rows, row), output, background), banzhaf),
            );
            expect(prepared.baseValues[output]).toBeCloseTo(gameOf(id, model, rowOf(rows, 0), output, background)(0), 12);
            expectClose(
              chunk.values[output]!,
              expected.flatMap((one) => [...one.values]),
              mode.tolerance,
            );
            if (chunk.interactions) {
              expectClose(
                chunk.interactions[output]!,
                expected.flatMap((one) => [...one.matrix]),
                mode.tolerance,
              );
            }
          }
        }),
        { numRuns: 60, seed: 7 },
      );
    });

    it('takes columns made from one feature as one player', async () => {
      const rng = createRng(5);
      const sources = [0, 0, 1, 2, 2, 2];
      const model = randomTreeModel({ nTrees: 5, depth: 5, nColumns: 6, nOutputs: 1, full: true, mixed: true, sources }, rng);
      const rows = randomRows(2, 3, rng);
      const background = equalBackground(randomRows(5, 3, rng));
      const prepared = await prepare(specOf(id, background, mode, { interactions: true }), environmentOf(model, 3, mode));
      const chunk = await prepared.explain(rows, new Int32Array(2));
      const expected = [0, 1].map((row) => byDefinition(3, gameOf(id, model, rowOf(rows, row), 0, background), false));
      expectClose(
        chunk.values[0]!,
        expected.flatMap((one) => [...one.values]),
        mode.tolerance,
      );
      expectClose(
        chunk.interactions![0]!,
        expected.flatMap((one) => [...one.matrix]),
        mode.tolerance,
      );
    });

    it('agrees with the plain code on many features, outputs and repeated splits', async () => {
      const rng = createRng(77);
      for (const shape of [
        { nTrees: 20, depth: 8, nColumns: 60, nOutputs: 3, full: false, mixed: true },
        { nTrees: 6, depth: 9, nColumns: 4, nOutputs: 1, full: true, mixed: true },
        { nTrees: 3, depth: 12, nColumns: 40, nOutputs: 2, full: false, mixed: false },
      ]) {
        const model = randomTreeModel(shape, rng);
        const n = shape.nColumns;
        const rows = randomRows(37, n, rng, 0.05);
        const background = weightedBackground(randomRows(11, n, rng, 0.05), rng);
        for (const interactions of [false, true]) {
          const of = async (how: Mode) =>
            (await prepare(specOf(id, background, how, { interactions }), environmentOf(model, n, how))).explain(rows, new Int32Array(37));
          const [plain, chunk] = [await of(MODES[0]), await of(mode)];
          for (let output = 0; output < shape.nOutputs; output++) {
            expectClose(chunk.values[output]!, plain.values[output]!, mode.tolerance);
            if (interactions) expectClose(chunk.interactions![output]!, plain.interactions![output]!, mode.tolerance);
          }
        }
      }
    });

    it('holds on paths of more than 32 and 64 players: values sum to the prediction minus the base', async () => {
      const rng = createRng(11);
      for (const depth of [31, 32, 33, 64, 70]) {
        // A caterpillar: one long path over distinct columns, leaves on the side.
        const model = caterpillar(depth, rng);
        const ones = (n: number): Float64Array => Float64Array.from({ length: n * depth }, () => (rng.next() < 0.97 ? 1 : 0));
        const rows = { nRows: 3, nFeatures: depth, values: ones(3) };
        const background = equalBackground({ nRows: 4, nFeatures: depth, values: ones(4) });
        const prepared = await prepare(specOf(id, background, mode), environmentOf(model, depth, mode));
        const { values } = await prepared.explain(rows, new Int32Array(3));
        const predictions = evaluateTrees(model, rows);
        const sums = [0, 1, 2].map((row) =>
          values[0]!.slice(row * depth, (row + 1) * depth).reduce((total, value) => total + value, prepared.baseValues[0]!),
        );
        expectClose(sums, predictions, 5 * mode.tolerance);
      }
    });

    it('gives the same bits row by row and together, and leaves its inputs alone', async () => {
      const rng = createRng(21);
      const model = randomTreeModel({ nTrees: 12, depth: 6, nColumns: 9, nOutputs: 2, full: false, mixed: true }, rng);
      const rows = randomRows(40, 9, rng, 0.1);
      const background = weightedBackground(randomRows(15, 9, rng, 0.1), rng);
      const environment = environmentOf(model, 9, mode);
      const copies = [rows.values.slice(), background.rows.values.slice(), background.weights.slice(), model.ensemble.leafValues.slice()];
      const together = await (await prepare(specOf(id, background, mode), environment)).explain(rows, new Int32Array(40));
      const again = await prepare(specOf(id, background, mode), environment);
      for (let row = 0; row < 40; row++) {
        const alone = await again.explain({ nRows: 1, nFeatures: 9, values: rowOf(rows, row) }, Int32Array.of(row));
        for (let output = 0; output < 2; output++)
          expect(alone.values[output]).toEqual(together.values[output]!.slice(row * 9, (row + 1) * 9));
      }
      expect([rows.values, background.rows.values, background.weights, model.ensemble.leafValues]).toEqual(copies);
      expect(together.standardErrors).toBeNull();
    });

    it('keeps calls apart that come at once', async () => {
      const rng = createRng(31);
      const model = randomTreeModel({ nTrees: 9, depth: 6, nColumns: 6, nOutputs: 1, full: true, mixed: false }, rng);
      const background = equalBackground(randomRows(9, 6, rng));
      const prepared = await prepare(specOf(id, background, mode), environmentOf(model, 6, mode));
      const tables = [randomRows(30, 6, rng), randomRows(17, 6, rng)];
      const explain = (rows: EncodedRows) => prepared.explain(rows, new Int32Array(rows.nRows));
      const together = await Promise.all(tables.map(explain));
      for (const [i, rows] of tables.entries()) expect((await explain(rows)).values).toEqual(together[i]!.values);
    });

    it('stops soon after an abort', async () => {
      const rng = createRng(3);
      const model = randomTreeModel({ nTrees: 400, depth: 8, nColumns: 12, nOutputs: 1, full: true, mixed: false }, rng);
      const background = equalBackground(randomRows(60, 12, rng));
      const prepared = await prepare(specOf(id, background, mode), environmentOf(model, 12, mode));
      const controller = new AbortController();
      const due = performance.now() + 30;
      setTimeout(() => {
        controller.abort();
      }, 30);
      await expect(prepared.explain(randomRows(20_000, 12, rng), new Int32Array(20_000), controller.signal)).rejects.toMatchObject({
        tag: 'Aborted',
      });
      expect(performance.now() - due).toBeLessThan(1000); // 100 ms on an idle machine; the suite shares its cores
      // The next call is not hurt.
      expect((await prepared.explain(randomRows(1, 12, rng), new Int32Array(1))).values[0]!.some(Number.isNaN)).toBe(false);
    });
  });
});

describe.each(IDS)('%s', (id) => {
  it('refuses models without trees, unknown parameters, and empty backgrounds', async () => {
    const rng = createRng(1);
    const model = randomTreeModel({ nTrees: 1, depth: 2, nColumns: 2, nOutputs: 1, full: true, mixed: false }, rng);
    const background = equalBackground(randomRows(2, 2, rng));
    const environment = environmentOf(model, 2, MODES[0]);
    const refused = { tag: 'BadRequest' };
    const attempt = (spec: ExplainSpec, env: ExplainerEnvironment): Promise<unknown> => EXPLAINERS[id](spec, env);
    await expect(attempt(specOf(id, background), { ...environment, trees: null })).rejects.toMatchObject(refused);
    await expect(attempt(specOf(id, background, MODES[0], { values: 'owen' }), environment)).rejects.toMatchObject(refused);
    const bare: TreeModel = { ...model, ensemble: { ...model.ensemble, cover: null } };
    const empty = { rows: { nRows: 0, nFeatures: 2, values: new Float64Array(0) }, weights: new Float64Array(0) };
    await expect(attempt(specOf(id, empty), { ...environment, trees: bare })).rejects.toMatchObject(refused);
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
