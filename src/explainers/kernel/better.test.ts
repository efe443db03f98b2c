import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { EncodedRows, FeatureSchema, Predictor } from '#/domain/model';
import type { Background, ExplainerEnvironment, ExplainSpec } from '#/explainers/explainer';
import { drawCoalitionDesign, pairPopulations } from '#/explainers/kernel/coalition-design';
import { fullWord, holds } from '#/explainers/kernel/coalition-words';
import { prepareKernel } from '#/explainers/kernel/explain';
import { invertInPlace } from '#/explainers/kernel/inverse';
import { readPlayers } from '#/explainers/kernel/player-groups';
import { enumerationCost, planRow } from '#/explainers/kernel/row-plan';
import { createPacer } from '#/explainers/pacer';
import { preparePermutationShap } from '#/explainers/permutation-shap/explain';
import { predictTrees } from '#/trees/link';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import {
  encoded,
  equalBackground,
  functionPredictor,
  interventionalGame,
  randomRows,
  shapleyByDefinition,
  weightedBackground,
} from '#/testing/games';
import { randomTreeModel } from '#/testing/random-trees';

const feature = (name: string): FeatureSchema => ({ name, kind: 'numeric', integer: false, labels: [], missingText: '', column: null });
const rowOf = (rows: EncodedRows, row: number): Float64Array => rows.values.slice(row * rows.nFeatures, (row + 1) * rows.nFeatures);
const ids = (rows: EncodedRows): Int32Array => Int32Array.from({ length: rows.nRows }, (_, i) => i);

function environmentOf(predictor: Predictor, more: Partial<ExplainerEnvironment> = {}): ExplainerEnvironment {
  const features = Array.from({ length: predictor.nFeatures }, (_, i) => feature(`x${i}`));
  return { predictor, ...NO_STRUCTURE, features, outputs: { task: 'regression', targetName: 'y', unit: null }, ...more };
}

function specOf(background: Background, parameters: ExplainSpec['parameters'] = {}, seed = 1): ExplainSpec {
  return { explainer: 'kernel', background, outputSpace: 'raw', seed, parameters, ...NOTHING_LEARNT };
}

const UNITS = 8;
const INNER = Float64Array.from({ length: UNITS * 32 }, (_, i) => Math.sin(3 * (i >> 5) + 7 * (i & 31)));
const BIAS = Float64Array.from({ length: UNITS }, (_, unit) => Math.sin(unit));
const OUTER = Float64Array.from({ length: UNITS }, (_, unit) => Math.cos(5 * unit));

/** A small net: interactions of all orders. */
function net(row: Float64Array): number {
  let sum = 0;
  for (let unit = 0; unit < UNITS; unit++) {
    let inner = BIAS[unit]!;
    for (let j = 0; j < row.length; j++) inner += row[j]! * INNER[32 * unit + j]!;
    if (inner > 0) sum += inner * OUTER[unit]!;
  }
  return sum;
}

/** Rows whose cells are mostly alike: `share` of the cells are 0. */
function alikeRows(nRows: number, nFeatures: number, share: number, seed: number): EncodedRows {
  const rng = createRng(seed);
  return encoded(
    nFeatures,
    Float64Array.from({ length: nRows * nFeatures }, () => (rng.next() < share ? 0 : rng.next())),
  );
}

describe('rows that share cells with the background', () => {
  const n = 13;
  const background = weightedBackground(alikeRows(12, n, 0.7, 1), createRng(2));
  const rows = alikeRows(3, n, 0.7, 3);

  it('are exact far below 2^13 coalitions, and say so with errors of 0', async () => {
    const predictor = functionPredictor(n, 1, net);
    const prepared = await prepareKernel(specOf(background, { budget: 1000 }), environmentOf(predictor));
    expect(prepared.exact).toBe(false);
    const chunk = await prepared.explain(rows, ids(rows));
    expect(chunk.evaluations).toBeLessThanOrEqual(3 * 1000 * 12 + 3);
    expect(chunk.standardErrors![0]!.every((error) => error === 0)).toBe(true);
    const expected = shapleyByDefinition(n, interventionalGame(net, rowOf(rows, 0), background));
    for (let j = 0; j < n; j++) expect(chunk.values[0]![j]).toBeCloseTo(expected[j]!, 11);
  });

  it('are exact through a link too, which needs all coalitions at once', async () => {
    const narrow = weightedBackground(alikeRows(8, 12, 0.7, 4), createRng(5));
    const some = alikeRows(1, 12, 0.5, 6);
    const p = (row: Float64Array): number => 1 / (1 + Math.exp(-net(row)));
    const prepared = await prepareKernel(
      specOf(narrow, { link: 'logit', budget: 1000 }),
      environmentOf(functionPredictor(12, 1, p, 'probability')),
    );
    expect(prepared.exact).toBe(false);
    const chunk = await prepared.explain(some, Int32Array.of(0));
    const game = interventionalGame(p, rowOf(some, 0), narrow);
    const expected = shapleyByDefinition(12, (mask) => Math.log(game(mask) / (1 - game(mask))));
    for (let j = 0; j < 12; j++) expect(chunk.values[0]![j]).toBeCloseTo(expected[j]!, 10);
    expect(chunk.evaluations).toBeLessThanOrEqual(1000 * 8 + 1);
  });

  it('are enumerated as far as the budget goes and sampled beyond, within their errors', async () => {
    const prepared = await prepareKernel(specOf(background, { budget: 104 }), environmentOf(functionPredictor(n, 1, net)));
    const chunk = await prepared.explain(rows, ids(rows));
    expect(chunk.evaluations).toBeLessThanOrEqual(3 * (104 * 12 + 1));
    expect(chunk.standardErrors![0]!.some((error) => error > 0)).toBe(true);
    for (let row = 0; row < 3; row++) {
      const expected = shapleyByDefinition(n, interventionalGame(net, rowOf(rows, row), background));
      let sum = prepared.baseValues[0]!;
      for (let j = 0; j < n; j++) {
        const at = row * n + j;
        sum += chunk.values[0]![at]!;
        expect(Math.abs(chunk.values[0]![at]! - expected[j]!)).toBeLessThanOrEqual(5 * chunk.standardErrors![0]![at]! + 1e-9);
      }
      expect(sum).toBeCloseTo(net(rowOf(rows, row)), 10);
    }
  });

  it('plans within the budget, cheapest first', () => {
    const plan = { kind: 'sampled', coalitions: 100 } as const;
    const differing = Int32Array.of(12, 3, 6, 7, 0, 9);
    const { exact, sampled } = planRow(plan, 100, differing);
    // 0 + 6 + 62 + 126 + 510 evaluations for five rows and 100 for the last would be 804 of 600; without the fifth 394.
    expect(exact).toEqual([1, 2, 3, 4]);
    expect(sampled).toEqual([0, 5]);
    expect(planRow(plan, 0, differing).sampled).toEqual([]);
    expect(enumerationCost(0)).toBe(0);
    expect(enumerationCost(1)).toBe(0);
    expect(enumerationCost(3)).toBe(6);
  });
});

describe('forty features', () => {
  it('agree with Permutation SHAP on a game of order 2, for which both are exact', async () => {
    const n = 40;
    const background = equalBackground(alikeRows(4, n, 0.1, 21));
    const rows = alikeRows(2, n, 0.1, 22);
    const pairwise = (row: Float64Array): number => row.reduce((sum, x, j) => sum + (j + 1) * x + x * row[(j + 7) % n]!, 0);
    const environment = environmentOf(functionPredictor(n, 1, pairwise));
    const kernel = await (await prepareKernel(specOf(background, { budget: 8 * n }), environment)).explain(rows, ids(rows));
    const orders = await (await preparePermutationShap(specOf(background, { maxEvals: 81 }), environment)).explain(rows, ids(rows));
    kernel.values[0]!.forEach((value, at) => {
      expect(value).toBeCloseTo(orders.values[0]![at]!, 8);
      expect(kernel.standardErrors![0]![at]).toBeLessThan(1e-6);
    });
  });
});

describe('groups', () => {
  const n = 9;
  const background = equalBackground(randomRows(6, n, createRng(7)));
  const rows = randomRows(2, n, createRng(8));

  it.each(['pair = x1, x4 ; three=x0,x2,x8', '{"pair": ["x1", "x4"], "three": ["x0", "x2", "x8"]}'])('%s', async (groups) => {
    const prepared = await prepareKernel(specOf(background, { groups }), environmentOf(functionPredictor(n, 1, net)));
    expect(prepared.players!.featureSpace).toBe('grouped');
    expect(prepared.players!.features.map(({ name }) => name)).toEqual(['pair', 'three', 'x3', 'x5', 'x6', 'x7']);
    const { values } = await prepared.explain(rows, ids(rows));
    const players = [[1, 4], [0, 2, 8], [3], [5], [6], [7]];
    for (let row = 0; row < 2; row++) {
      const game = interventionalGame(net, rowOf(rows, row), background);
      const expected = shapleyByDefinition(6, (mask) =>
        game(players.reduce((bits, members, i) => ((mask >> i) & 1 ? members.reduce((all, j) => all | (1 << j), bits) : bits), 0)),
      );
      for (let i = 0; i < 6; i++) expect(values[0]![row * 6 + i]).toBeCloseTo(expected[i]!, 11);
    }
  });

  it('says what is wrong with a text', () => {
    const features = ['a', 'b'].map(feature);
    for (const text of ['g=a,c', 'g=a;h=a', 'g=', 'a,b', '{"g": 1}', '{oops'])
      expect(() => readPlayers(text, features, 2), text).toThrow(expect.objectContaining({ tag: 'BadRequest' }) as Error);
    expect(readPlayers(' ', features, 2).schemas).toBeNull();
  });
});

describe('stopping at an error', () => {
  const n = 13;
  const rng = createRng(11);
  const background = equalBackground(
    encoded(
      n,
      Float64Array.from({ length: 20 * n }, () => rng.next()),
    ),
  );
  const rows = encoded(
    n,
    Float64Array.from({ length: 6 * n }, () => rng.next()),
  );
  const run = async (
    parameters: ExplainSpec['parameters'],
    part: EncodedRows = rows,
  ): Promise<{ evaluations: number; errors: Float64Array; values: Float64Array }> => {
    const prepared = await prepareKernel(specOf(background, parameters), environmentOf(functionPredictor(n, 1, net)));
    const chunk = await prepared.explain(part, ids(part));
    return { evaluations: chunk.evaluations, errors: chunk.standardErrors![0]!, values: chunk.values[0]! };
  };

  it('spends less for a larger error, reaches it, and never spends more than the budget', async () => {
    const predictions = Array.from({ length: 20 }, (_, b) => net(rowOf(background.rows, b)));
    const mean = predictions.reduce((sum, value) => sum + value, 0) / 20;
    const spread = Math.sqrt(predictions.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 20);
    const all = await run({ budget: 2048 });
    const strict = await run({ budget: 2048, error: 0.002 });
    const loose = await run({ budget: 2048, error: 0.05 });
    expect(strict.evaluations).toBeLessThanOrEqual(all.evaluations);
    expect(loose.evaluations).toBeLessThan(strict.evaluations);
    expect(Math.max(...loose.errors)).toBeLessThanOrEqual(0.05 * spread);
    expect(Math.max(...strict.errors)).toBeLessThanOrEqual(0.002 * spread);
  });

  it('stops a row at the same place alone and among others', async () => {
    const together = await run({ budget: 2048, error: 0.01 });
    for (let row = 0; row < 6; row++) {
      const alone = await run({ budget: 2048, error: 0.01 }, { nRows: 1, nFeatures: n, values: rowOf(rows, row) });
      expect(alone.values).toEqual(together.values.slice(row * n, (row + 1) * n));
    }
  });

  it('splits very large designs into fits and still lies within its errors', async () => {
    const one = { nRows: 1, nFeatures: n, values: rowOf(rows, 0) };
    const large = await run({ budget: 3000 }, one);
    const expected = shapleyByDefinition(n, interventionalGame(net, rowOf(rows, 0), background));
    const small = await run({ budget: 1000 }, one);
    const off = (values: Float64Array): number => Math.hypot(...values.map((value, j) => value - expected[j]!));
    expect(off(large.values)).toBeLessThan(off(small.values));
    for (let j = 0; j < n; j++) expect(Math.abs(large.values[j]! - expected[j]!)).toBeLessThan(5 * large.errors[j]!);
  });
});

describe('tree models', () => {
  const n = 7;
  const rng = createRng(13);
  const trees = randomTreeModel({ nTrees: 20, depth: 5, nColumns: n, nOutputs: 1, full: false, mixed: false }, rng);
  const background = equalBackground(randomRows(10, n, rng));
  const rows = randomRows(4, n, rng);
  const f = (row: Float64Array): number => predictTrees(trees, { nRows: 1, nFeatures: n, values: row })[0]!;

  it('are evaluated by our own trees where these predict the same', async () => {
    const predictor = functionPredictor(n, 1, f);
    const plain = await (await prepareKernel(specOf(background), environmentOf(predictor))).explain(rows, ids(rows));
    const asked = predictor.seen.rows;
    const own = await (await prepareKernel(specOf(background), environmentOf(predictor, { trees }))).explain(rows, ids(rows));
    expect(own.values[0]).toEqual(plain.values[0]);
    // Only the comparison asked the predictor.
    expect(predictor.seen.rows - asked).toBe(10);
  });

  it('are asked through the predictor where they differ from it', async () => {
    const other = functionPredictor(n, 1, (row) => f(row) + 0.01 * row[0]!);
    const { values } = await (await prepareKernel(specOf(background), environmentOf(other, { trees }))).explain(rows, ids(rows));
    const expected = shapleyByDefinition(
      n,
      interventionalGame((row) => f(row) + 0.01 * row[0]!, rowOf(rows, 0), background),
    );
    for (let j = 0; j < n; j++) expect(values[0]![j]).toBeCloseTo(expected[j]!, 11);
  });
});

describe('coalition designs', () => {
  it('hold distinct pairs by size, complete where the share covers all, later stages on top of earlier ones', () => {
    for (const n of [6, 9, 12, 40]) {
      const stages = n === 6 ? [20] : [4 * n, 8 * n, Math.min(16 * n, 2 ** (n - 1) - 2)];
      const design = drawCoalitionDesign(n, stages, 5);
      const { words, nWords } = design;
      expect(design.strata.map(({ population }) => population)).toEqual(pairPopulations(n));
      const seen = new Set<string>();
      for (const { size, pairs, counts, population } of design.strata) {
        expect(Math.max(...counts)).toBe(pairs.length);
        expect(pairs.length).toBeLessThanOrEqual(population);
        for (const pair of pairs) {
          const members = Array.from({ length: n }, (_, j) => j).filter((j) => holds(words, pair * nWords, j));
          expect(members.length).toBe(size);
          const complement = Array.from(words.subarray(pair * nWords, (pair + 1) * nWords), (word, i) => ~word & fullWord(n, i));
          seen.add(words.subarray(pair * nWords, (pair + 1) * nWords).join());
          seen.add(complement.join());
        }
      }
      expect(seen.size).toBe(2 * design.nPairs);
      stages.forEach((nPairs, stage) => {
        expect(design.strata.reduce((sum, { counts }) => sum + counts[stage]!, 0)).toBe(nPairs);
        expect(design.strata[0]!.counts[stage]).toBe(n);
      });
    }
  });
});

describe('inverse', () => {
  it('undoes a positive definite matrix and refuses others', async () => {
    const n = 40;
    const rng = createRng(17);
    const root = Float64Array.from({ length: n * n }, () => rng.next() - 0.5);
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < n; k++) matrix[i * n + j]! += root[i * n + k]! * root[j * n + k]!;
        if (i === j) matrix[i * n + j]! += 0.1;
      }
    const inverse = matrix.slice();
    await invertInPlace(inverse, n, createPacer(undefined));
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += matrix[i * n + k]! * inverse[k * n + j]!;
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 10);
      }
    await expect(invertInPlace(new Float64Array(9), 3, createPacer(undefined))).rejects.toMatchObject({ tag: 'Internal' });
  });
});
