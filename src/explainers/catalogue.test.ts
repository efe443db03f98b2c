import { describe, expect, it } from 'vitest';
import { explainerById, explainers, recommend } from '#/explainers/catalogue';
import { OPAQUE_MODEL } from '#/testing/explain-parts';
import type { ExplainableModel } from '#/explainers/explainer';

const forest: ExplainableModel = {
  ...OPAQUE_MODEL,
  nFeatures: 9,
  nOutputs: 1,
  predictionSpace: 'probability',
  trees: { leaves: 6400, depth: 6, nTrees: 100, link: 'identity', hasCovers: false },
  secondsPerRow: 1e-6,
};
const boosted: ExplainableModel = { ...forest, trees: { leaves: 6400, depth: 6, nTrees: 100, link: 'logit', hasCovers: false } };
const net: ExplainableModel = { ...forest, nFeatures: 20, trees: { reason: 'it holds a Gemm node.' } };

describe('catalogue', () => {
  it('lists explainers, exact ones first', () => {
    const ids = explainers.map(({ id }) => id);
    const known = ['tree-interventional', 'tree-path-dependent', 'linear', 'kernel', 'permutation-shap', 'lime'] as const;
    expect(known.map((id) => ids.indexOf(id))).toEqual(known.map((id) => ids.indexOf(id)).sort((a, b) => a - b));
    expect(ids).toEqual(expect.arrayContaining([...known]));
    expect(new Set(ids).size).toBe(ids.length);
    for (const explainer of explainers) expect(explainerById(explainer.id)).toBe(explainer);
  });

  it('recommends trees for trees, else kernel with the reason', () => {
    expect(recommend(forest).explainer).toBe('tree-interventional');
    expect(recommend(net).explainer).toBe('kernel');
    expect(recommend(net).reason).toContain('it holds a Gemm node.');
    expect(explainerById('tree-path-dependent').unavailable(net)).toBe('it holds a Gemm node.');
    expect(explainerById('kernel').unavailable(net)).toBeNull();
    const line: ExplainableModel = { ...net, linear: { columns: 4, link: 'logit' } };
    expect(recommend(line).explainer).toBe('linear');
    expect(explainerById('linear').unavailable(line)).toBeNull();
    expect(explainerById('linear').unavailable(net)).toBe('The model is not linear.');
  });

  it('offers the output spaces that differ', () => {
    const spaces = (id: 'kernel' | 'tree-interventional' | 'tree-path-dependent', model: ExplainableModel): readonly string[] =>
      explainerById(id).outputSpaces(model);
    expect(spaces('tree-interventional', forest)).toEqual(['probability']);
    expect(spaces('tree-interventional', boosted)).toEqual(['raw', 'probability']);
    expect(spaces('tree-path-dependent', boosted)).toEqual(['raw']);
    expect(spaces('tree-interventional', { ...forest, predictionSpace: 'value' })).toEqual(['raw']);
    expect(spaces('kernel', boosted)).toEqual(['probability']);
    expect(spaces('kernel', { ...net, predictionSpace: 'logit' })).toEqual(['raw', 'probability']);
  });

  it('estimates what a row costs', () => {
    const kernel = explainerById('kernel');
    expect(kernel.estimate(forest, 100, {}, 1)).toEqual({
      evaluationsPerRow: 510 * 100 + 1,
      secondsPerRow: 51_001e-6,
      bytesPerRow: 36,
      setupSeconds: 0,
      exact: true,
    });
    expect(kernel.estimate(net, 100, {}, 1)).toMatchObject({ evaluationsPerRow: 1064 * 100 + 1, bytesPerRow: 160, exact: false });
    expect(kernel.estimate(net, 100, { mode: 'reference' }, 1)).toMatchObject({ evaluationsPerRow: 2088 * 100 + 1, bytesPerRow: 80 });
    expect(explainerById('permutation-shap').estimate(net, 100, {}, 1)).toMatchObject({ evaluationsPerRow: 12 * 2 * 19 * 100 + 1 });
    expect(explainerById('lime').estimate(net, 100, {}, 1)).toMatchObject({ evaluationsPerRow: 5000, exact: true });
    expect(explainerById('linear').estimate(net, 100, {}, 1)).toMatchObject({ evaluationsPerRow: 0, exact: true });
    expect(kernel.estimate(net, 100, { budget: 500 }, 1)).toMatchObject({ evaluationsPerRow: 500 * 100 + 1 });
    const tree = explainerById('tree-interventional').estimate(forest, 100, {}, 1);
    expect(tree).toMatchObject({ evaluationsPerRow: 0, bytesPerRow: 36, exact: true });
    expect(tree.secondsPerRow).toBeGreaterThan(1e-5);
    expect(tree.secondsPerRow).toBeLessThan(1e-2);
  });
});
