import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { EncodedRows, Predictor } from '#/domain/model';
import { logit } from '#/domain/units';
import type { Background, ExplainerEnvironment, ExplainSpec } from '#/explainers/explainer';
import { prepareKernel } from '#/explainers/kernel/explain';
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

const rowOf = (rows: EncodedRows, row: number): Float64Array => rows.values.slice(row * rows.nFeatures, (row + 1) * rows.nFeatures);
const ids = (rows: EncodedRows): Int32Array => Int32Array.from({ length: rows.nRows }, (_, i) => i);

function environmentOf(predictor: Predictor): ExplainerEnvironment {
  return { predictor, ...NO_STRUCTURE, features: [], outputs: { task: 'regression', targetName: 'y', unit: null } };
}

function specOf(background: Background, parameters: ExplainSpec['parameters'] = {}, seed = 1): ExplainSpec {
  return { explainer: 'kernel', background, outputSpace: 'raw', seed, parameters, ...NOTHING_LEARNT };
}

/** A model with interactions of all orders; NaN cells count as -1. */
function tangle(row: Float64Array): number {
  let sum = 0.3;
  let product = 1;
  row.forEach((cell, j) => {
    const x = Number.isNaN(cell) ? -1 : cell;
    sum += Math.sin((j + 1) * x) * (x > 0.5 ? 1 : 0.4);
    product *= 1 + x / (j + 2);
  });
  return sum * product + Math.tanh(sum);
}

describe('kernel, all coalitions', () => {
  it('equals the definition, with weights, several outputs and missing cells', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 6 }), async (seed, n, nBackground) => {
        const rng = createRng(seed);
        const outputs = (row: Float64Array): readonly number[] => [tangle(row), -2 * tangle(row) + (row[0]! > 0.5 ? 1 : 0)];
        const rows = randomRows(3, n, rng, 0.15);
        const background = weightedBackground(randomRows(nBackground, n, rng, 0.15), rng);
        const prepared = await prepareKernel(specOf(background), environmentOf(functionPredictor(n, 2, outputs)));
        expect(prepared.exact).toBe(true);
        const chunk = await prepared.explain(rows, ids(rows));
        expect(chunk.standardErrors).toBeNull();
        for (let row = 0; row < 3; row++) {
          for (let output = 0; output < 2; output++) {
            const game = interventionalGame((x) => outputs(x)[output]!, rowOf(rows, row), background);
            const expected = shapleyByDefinition(n, game);
            expect(prepared.baseValues[output]).toBeCloseTo(game(0), 12);
            for (let j = 0; j < n; j++) expect(chunk.values[output]![row * n + j]).toBeCloseTo(expected[j]!, 11);
          }
        }
      }),
      { numRuns: 40, seed: 3 },
    );
  });

  it('applies the logit link after averaging, and clips certain predictions', async () => {
    const rng = createRng(2);
    const p = (row: Float64Array): number => 1 / (1 + Math.exp(-tangle(row)));
    const rows = randomRows(2, 4, rng);
    const background = weightedBackground(randomRows(5, 4, rng), rng);
    const prepared = await prepareKernel(specOf(background, { link: 'logit' }), environmentOf(functionPredictor(4, 1, p, 'probability')));
    expect(prepared.space).toBe('log-odds');
    const { values } = await prepared.explain(rows, ids(rows));
    for (let row = 0; row < 2; row++) {
      const game = interventionalGame(p, rowOf(rows, row), background);
      const expected = shapleyByDefinition(4, (mask) => logit(game(mask)));
      for (let j = 0; j < 4; j++) expect(values[0]![row * 4 + j]).toBeCloseTo(expected[j]!, 11);
    }
    const certain = functionPredictor(2, 1, (row) => (row[0]! > 0.5 ? 1 : 0), 'probability');
    const hard = await prepareKernel(specOf(equalBackground(encoded(2, [0, 0])), { link: 'logit' }), environmentOf(certain));
    const chunk = await hard.explain(encoded(2, [1, 1]), Int32Array.of(0));
    expect(chunk.values[0]!.every(Number.isFinite)).toBe(true);
  });

  it('takes probabilities of a margin model when asked, with softmax over several outputs', async () => {
    const rng = createRng(4);
    const margins = (row: Float64Array): readonly number[] => [tangle(row), 1 - row[1]!, 0.5];
    const background = equalBackground(randomRows(4, 3, rng));
    const predictor = functionPredictor(3, 3, margins, 'logit');
    const raw = await prepareKernel(specOf(background), environmentOf(predictor));
    expect(raw.space).toBe('softmax margin');
    const prepared = await prepareKernel({ ...specOf(background), outputSpace: 'probability' }, environmentOf(predictor));
    expect(prepared.space).toBe('probability');
    expect(prepared.baseValues.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  });

  it('is symmetric, linear, blind to null players and to the order of features', async () => {
    const rng = createRng(6);
    const rows = encoded(4, [0.9, 0.9, 0.2, 0.7]);
    const background = equalBackground(encoded(4, [0.1, 0.1, 0.4, 0.6, 0.3, 0.3, 0.8, 0.1]));
    const symmetric = (row: Float64Array): number => tangle(Float64Array.of(row[0]! + row[1]!, row[2]!));
    const explain = async (f: (row: Float64Array) => number, r = rows, b = background): Promise<Float64Array> => {
      const prepared = await prepareKernel(specOf(b), environmentOf(functionPredictor(4, 1, f)));
      return (await prepared.explain(r, ids(r))).values[0]!;
    };
    const phi = await explain(symmetric);
    expect(phi[0]).toBeCloseTo(phi[1]!, 12);
    expect(phi[3]).toBeCloseTo(0, 12); // never read
    const other = await explain(tangle);
    const sum = await explain((row) => 2 * symmetric(row) - 3 * tangle(row));
    sum.forEach((value, j) => expect(value).toBeCloseTo(2 * phi[j]! - 3 * other[j]!, 11));
    const order = [2, 0, 3, 1];
    const shuffle = (source: EncodedRows): EncodedRows =>
      encoded(4, Array.from({ length: source.nRows }, (_, i) => order.map((j) => source.values[i * 4 + j]!)).flat());
    const relabelled = await explain(
      (row) => {
        const back = new Float64Array(4);
        order.forEach((j, at) => (back[j] = row[at]!));
        return tangle(back);
      },
      shuffle(rows),
      { rows: shuffle(background.rows), weights: background.weights },
    );
    order.forEach((j, at) => expect(relabelled[at]).toBeCloseTo(other[j]!, 12));
    expect(rng.next()).toBeLessThan(1);
  });

  it('gives exactly 0 to a feature that equals the whole background, and only then', async () => {
    const background = equalBackground(encoded(3, [5, NaN, 1e12, 7, NaN, 1e12]));
    const predictor = functionPredictor(3, 1, (row) => row[0]! + (Number.isNaN(row[1]!) ? 0 : 9) + (row[2]! - 1e12) * 1e3);
    const prepared = await prepareKernel(specOf(background), environmentOf(predictor));
    // 1e12 + 1 is "close" to 1e12 by np.isclose, but no null player here.
    const chunk = await prepared.explain(encoded(3, [6, NaN, 1e12 + 1, 5, NaN, 1e12]), Int32Array.of(0, 1));
    expect([...chunk.values[0]!]).toEqual([0, 0, 1000, -1, 0, 0]);
    // Row 1: one player, nothing but f(x) to evaluate; row 0: two coalitions of two rows and f(x).
    expect(chunk.evaluations).toBe(2 * 2 + 1 + 1);
  });
});

describe('kernel, sampled coalitions', () => {
  const n = 14;
  const budget = 200;
  const setting = (): { rows: EncodedRows; background: Background; predictor: Predictor } => {
    const rng = createRng(9);
    return {
      rows: randomRows(6, n, rng),
      background: weightedBackground(randomRows(20, n, rng), rng),
      predictor: functionPredictor(n, 2, (row) => [tangle(row), row[3]! * row[4]! + row[0]!]),
    };
  };

  it('sums to prediction minus base, has errors, spends its budget, and leaves inputs alone', async () => {
    const { rows, background, predictor } = setting();
    const copies = [rows.values.slice(), background.rows.values.slice(), background.weights.slice()];
    const prepared = await prepareKernel(specOf(background, { budget }), environmentOf(predictor));
    expect(prepared.exact).toBe(false);
    const chunk = await prepared.explain(rows, ids(rows));
    // Cells on a grid of sixteenths: some rows share cells with the background, whose mixed rows are then fewer.
    expect(chunk.evaluations).toBeLessThanOrEqual(6 * (budget * 20 + 1));
    expect(chunk.evaluations).toBeGreaterThan(0.9 * 6 * budget * 20);
    const predictions = await predictor.predict(rows);
    for (let row = 0; row < 6; row++) {
      for (let output = 0; output < 2; output++) {
        const sum = chunk.values[output]!.slice(row * n, (row + 1) * n).reduce(
          (total, value) => total + value,
          prepared.baseValues[output]!,
        );
        expect(sum).toBeCloseTo(predictions[row * 2 + output]!, 10);
      }
    }
    expect(chunk.standardErrors![0]!.every((error) => error > 0)).toBe(true);
    expect([rows.values, background.rows.values, background.weights]).toEqual(copies);
  });

  it('gives the same bits for a seed, row by row and together, and others for another seed', async () => {
    const { rows, background, predictor } = setting();
    const run = async (seed: number): Promise<Float64Array> => {
      const prepared = await prepareKernel(specOf(background, { budget }, seed), environmentOf(predictor));
      return (await prepared.explain(rows, ids(rows))).values[0]!;
    };
    const together = await run(1);
    expect(await run(1)).toEqual(together);
    expect(await run(2)).not.toEqual(together);
    const prepared = await prepareKernel(specOf(background, { budget }, 1), environmentOf(predictor));
    for (let row = 5; row >= 0; row--) {
      const alone = await prepared.explain({ nRows: 1, nFeatures: n, values: rowOf(rows, row) }, Int32Array.of(row));
      expect(alone.values[0]).toEqual(together.slice(row * n, (row + 1) * n));
    }
  });

  it('is exact for additive models and second-order games, whatever the design', async () => {
    // Paired sampling determines games of order 2 once the regression has full rank (PolySHAP, arXiv 2601.18608).
    const { rows, background } = setting();
    const pairwise = (row: Float64Array): number => row.reduce((sum, x, j) => sum + (j + 1) * x + x * row[(j + 3) % n]!, 0);
    const prepared = await prepareKernel(specOf(background, { budget: 8 * n }), environmentOf(functionPredictor(n, 1, pairwise)));
    const chunk = await prepared.explain(rows, ids(rows));
    const full = await prepareKernel(specOf(background, { budget: 2 ** n }), environmentOf(functionPredictor(n, 1, pairwise)));
    const exact = await full.explain({ nRows: 1, nFeatures: n, values: rowOf(rows, 0) }, Int32Array.of(0));
    for (let j = 0; j < n; j++) {
      expect(chunk.values[0]![j]).toBeCloseTo(exact.values[0]![j]!, 9);
      expect(chunk.standardErrors![0]![j]).toBeLessThan(1e-9);
    }
  });

  it('refuses budgets without trustworthy errors and names the smallest', async () => {
    const { background, predictor } = setting();
    await expect(prepareKernel(specOf(background, { budget: 111 }), environmentOf(predictor))).rejects.toMatchObject({
      tag: 'BudgetTooSmall',
      hint: 'Give at least 112 coalitions.',
    });
    await expect(prepareKernel(specOf(background, { budget: 112 }), environmentOf(predictor))).resolves.toMatchObject({ exact: false });
    await expect(prepareKernel(specOf(background, { budget: -1 }), environmentOf(predictor))).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(prepareKernel(specOf(background, { l1: 'num_features(10)' }), environmentOf(predictor))).rejects.toMatchObject({
      tag: 'BadRequest',
    });
    await expect(prepareKernel(specOf(background, { link: 'logit' }), environmentOf(predictor))).rejects.toMatchObject({
      tag: 'BadRequest',
    });
  });

  it('enumerates more features when the background is small', async () => {
    const { background, predictor } = setting();
    const single = { rows: { ...background.rows, nRows: 1, values: background.rows.values.slice(0, n) }, weights: Float64Array.of(1) };
    expect((await prepareKernel(specOf(single), environmentOf(predictor))).exact).toBe(true);
    expect((await prepareKernel(specOf(background), environmentOf(predictor))).exact).toBe(false);
  });

  it('stops soon after an abort', async () => {
    const { rows, background, predictor } = setting();
    const prepared = await prepareKernel(specOf(background), environmentOf(predictor));
    const many = encoded(n, Array.from({ length: 100 }, () => [...rows.values]).flat());
    const controller = new AbortController();
    const due = performance.now() + 30;
    setTimeout(() => {
      controller.abort();
    }, 30);
    await expect(prepared.explain(many, ids(many), controller.signal)).rejects.toMatchObject({ tag: 'Aborted' });
    expect(performance.now() - due).toBeLessThan(1000); // 100 ms on an idle machine; the suite shares its cores
  });
});
