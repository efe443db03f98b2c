import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ExplainSpec } from '#/explainers/explainer';
import { prepareKernel } from '#/explainers/kernel/explain';
import { NumpyRandom } from '#/explainers/kernel/numpy-random';
import { referenceCoalitions } from '#/explainers/kernel/reference';
import { createOrtPredictor } from '#/inference/create-ort-predictor';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { goldenAsset, goldenBackground, goldenRows, type ExplainerGolden } from '#/testing/explainer-golden';
import { readBytes, relativeDifference } from '#/testing/model-golden';

const folder = fileURLToPath(new URL('../golden/', import.meta.url));

interface SampledGolden extends ExplainerGolden {
  readonly numpySeed: number;
  readonly l1: string;
  readonly budget: number;
}

describe('shap 0.51, sampling included', () => {
  it.each(['none', 'few', 'default', 'keep', 'auto'])('shap-kernel-%s', async (name) => {
    const golden = JSON.parse(readFileSync(`${folder}shap-kernel-${name}.json`, 'utf8')) as SampledGolden;
    const asset = goldenAsset(golden, readBytes(folder + golden.model));
    const predictor = await createOrtPredictor(asset);
    const rows = goldenRows(golden.rows);
    const spec: ExplainSpec = {
      explainer: 'kernel',
      background: goldenBackground(golden),
      outputSpace: 'probability',
      seed: golden.numpySeed,
      parameters: { mode: 'reference', l1: golden.l1, budget: golden.budget },
      ...NOTHING_LEARNT,
    };
    const prepared = await prepareKernel(spec, { predictor, ...NO_STRUCTURE, features: asset.features, outputs: asset.outputs });
    const chunk = await prepared.explain(
      rows,
      Int32Array.from({ length: rows.nRows }, (_, i) => i),
    );
    await predictor.dispose();
    expect(chunk.standardErrors).toBeNull();
    expect(relativeDifference(chunk.values[0]!, golden.values![0]!.flat())).toBeLessThanOrEqual(golden.tolerance.values!);
    expect(relativeDifference([...prepared.baseValues], golden.baseValues!)).toBeLessThanOrEqual(golden.tolerance.baseValues!);
    // The same features are left out, those that numpy.isclose calls constant among them.
    expect([...chunk.values[0]!].map((value) => value === 0)).toEqual(golden.values![0]!.flat().map((value) => value === 0));
  });
});

describe('numpy legacy generator', () => {
  it('draws what RandomState(11) draws', () => {
    // np.random.seed(11): random_sample(3), permutation(7), choice(3, 6, p=[.2, .5, .3])
    const rng = new NumpyRandom(11);
    expect([rng.double(), rng.double(), rng.double()]).toEqual([0.1802696888767692, 0.019475241487624584, 0.4632185264983446]);
    expect([...rng.permutation(7)]).toEqual([6, 0, 2, 3, 1, 4, 5]);
    expect([...rng.choice([0.2, 0.5, 0.3], 6)]).toEqual([0, 1, 2, 2, 2, 0]);
  });
});

describe('coalitions of shap', () => {
  it('are all of them when the budget allows it, with the Shapley kernel as weights', () => {
    for (const m of [2, 3, 4, 7]) {
      const { words, weights } = referenceCoalitions(m, 2 ** m - 2, 0);
      expect(new Set(words).size).toBe(2 ** m - 2);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    }
  });
});
