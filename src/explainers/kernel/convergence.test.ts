import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { EncodedRows, Predictor } from '#/domain/model';
import type { ExplainerEnvironment, ExplainSpec } from '#/explainers/explainer';
import { prepareKernel } from '#/explainers/kernel/explain';
import { predictTrees } from '#/trees/link';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { encoded, equalBackground, functionPredictor } from '#/testing/games';
import { randomTreeModel } from '#/testing/random-trees';

const N = 14;
const ROWS = 4;
const SEEDS = 2;

/** No two cells are equal: nothing can be enumerated, all depends on the sample. */
function continuous(nRows: number, seed: number): EncodedRows {
  const rng = createRng(seed);
  return encoded(
    N,
    Float64Array.from({ length: nRows * N }, () => rng.next()),
  );
}

function net(seed: number): Predictor {
  const rng = createRng(seed);
  const layer = (units: number, inputs: number): Float64Array[] =>
    Array.from({ length: units }, () => Float64Array.from({ length: inputs }, () => rng.next() * 4 - 2));
  const first = layer(16, N + 1);
  const second = layer(8, 16);
  const apply = (weights: readonly Float64Array[], x: ArrayLike<number>): number[] =>
    weights.map((w) => {
      let sum = w[x.length] ?? 0;
      for (let i = 0; i < x.length; i++) sum += w[i]! * x[i]!;
      return Math.max(0, sum);
    });
  return functionPredictor(N, 1, (row) => apply(second, apply(first, row)).reduce((sum, value, i) => sum + value * (i % 2 ? 1 : -1), 0));
}

function forest(seed: number): Predictor {
  const trees = randomTreeModel({ nTrees: 40, depth: 6, nColumns: N, nOutputs: 1, full: true, mixed: false }, createRng(seed));
  const predictor = functionPredictor(N, 1, () => NaN);
  return { ...predictor, predict: (rows) => Promise.resolve(predictTrees(trees, rows)) };
}

describe('error for the evaluations spent', () => {
  it.each([
    ['a net', net(1)],
    ['a forest', forest(2)],
  ])(
    'on %s: less than shap at half of its 2,076 coalitions, and than its default at an eighth',
    { timeout: 240_000 },
    async (_name, predictor) => {
      const rows = continuous(ROWS, 3);
      const background = equalBackground(continuous(15, 4));
      const environment: ExplainerEnvironment = {
        predictor,
        ...NO_STRUCTURE,
        features: [],
        outputs: { task: 'regression', targetName: 'y', unit: null },
      };
      const values = async (parameters: ExplainSpec['parameters'], seed: number): Promise<Float64Array> => {
        const spec: ExplainSpec = { explainer: 'kernel', background, outputSpace: 'raw', seed, parameters, ...NOTHING_LEARNT };
        const prepared = await prepareKernel(spec, environment);
        return (
          await prepared.explain(
            rows,
            Int32Array.from({ length: ROWS }, (_, i) => i),
          )
        ).values[0]!;
      };
      const exact = await values({ budget: 2 ** N }, 0);
      const error = async (parameters: ExplainSpec['parameters']): Promise<number> => {
        let off = 0;
        for (let seed = 0; seed < SEEDS; seed++)
          (await values(parameters, seed)).forEach((value, at) => (off += (value - exact[at]!) ** 2 / SEEDS));
        return off / exact.reduce((sum, value) => sum + value * value, 0);
      };
      // The reference mode is bit-equal to shap in what it samples (reference.test.ts).
      const shap = await error({ mode: 'reference' });
      const shapDefault = await error({ mode: 'reference', l1: 'num_features(10)' });
      expect(await error({ budget: 1040 })).toBeLessThan(0.7 * shap);
      expect(await error({ budget: 256 })).toBeLessThan(shapDefault / 3);
      expect(shap).toBeLessThan(shapDefault);
    },
  );
});
