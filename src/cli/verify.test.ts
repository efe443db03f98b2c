import { describe, expect, it } from 'vitest';
import { compareExplanations, compareNumbers, recipeOf } from '#/cli/verify';
import { allocateBlocks, type Explanation } from '#/domain/explanation';
import { randomTreeModel } from '#/testing/random-trees';
import { createRng } from '#/base/rng';
import { buildStudy } from '#/testing/build-study';

function explanation(change: Partial<Explanation> = {}): Explanation {
  const [drawn] = buildStudy(
    `age | job   | p   | phi:age | phi:job
     30  | clerk | 0.2 | -0.5    | 0.125
     31  | smith | 0.7 | 0.5     | 0.25`,
    { classes: ['no', 'yes'], base: [0.5], model: true },
  ).explanations;
  const provenance = {
    ...drawn!.provenance,
    explainer: 'tree-interventional',
    seed: 7,
    backgroundRows: 30,
    parameters: { interactions: true, values: 'shapley', outputSpace: 'probability', rows: 'all', background: 'sample of 30' },
  };
  return { ...drawn!, state: 'complete', provenance, ...change };
}

describe('recipes', () => {
  it('ask for the same job again', () => {
    const recipe = recipeOf(explanation());
    expect(recipe).toEqual({
      kind: 'explain',
      explainer: 'tree-interventional',
      rows: { kind: 'rows', rows: [0, 1] },
      background: { kind: 'sample', count: 30 },
      outputSpace: 'probability',
      seed: 7,
      parameters: { interactions: true, values: 'shapley' },
      precision: 'float64',
    });
    const { provenance } = explanation();
    const own = { kind: 'rows', rows: [1] } as const;
    const local = allocateBlocks(1, 2, 2);
    expect(recipeOf(explanation({ local, provenance: { ...provenance, background: own } }))).toMatchObject({
      background: own,
      precision: 'float32',
    });
  });

  it('exist for permutation importance, unless rows were chosen', () => {
    const { provenance } = explanation();
    const change = (parameters: Explanation['provenance']['parameters']): Explanation =>
      explanation({ local: null, provenance: { ...provenance, explainer: 'permutation-importance', parameters } });
    const parameters = { metric: 'accuracy', repeats: 5, rows: 90, baseScore: 0.9 };
    const job = { kind: 'permutation importance', metric: 'accuracy', repeats: 5, maxRows: 90, seed: 7 };
    expect(recipeOf(change(parameters))).toEqual(job);
    expect(recipeOf(change({ ...parameters, selection: 'all' }))).toEqual(job);
    expect(recipeOf(change({ ...parameters, selection: 'where' }))).toBeNull();
  });

  it('do not exist for results of other tools, or that did not end', () => {
    const { provenance } = explanation();
    expect(recipeOf(explanation({ state: 'partial' }))).toBeNull();
    expect(recipeOf(explanation({ local: null }))).toBeNull();
    expect(recipeOf(explanation({ provenance: { ...provenance, explainer: 'shap 0.51.0' } }))).toBeNull();
  });
});

describe('comparisons', () => {
  it('measure by the largest saved number, and call other shapes and NaN infinitely far', () => {
    expect(compareNumbers([[1, -4]], [[1, -4]])).toEqual({ relative: 0, compared: 2 });
    expect(compareNumbers([[1, -4]], [[1.5, -4]])).toEqual({ relative: 0.125, compared: 2 });
    expect(compareNumbers([[NaN, Infinity, 2]], [[NaN, Infinity, 2]])).toEqual({ relative: 0, compared: 3 });
    for (const again of [[[1]], [[1, NaN]], [[1, 2, 3]], [], [[1, 2], []]]) expect(compareNumbers([[1, 2]], again).relative).toBe(Infinity);
    expect(compareNumbers([[0]], [[1]]).relative).toBe(Infinity);
  });

  it('cover every part of an explanation', () => {
    const model = randomTreeModel({ nTrees: 2, depth: 2, nColumns: 2, nOutputs: 1, full: true, mixed: false }, createRng(1));
    const fidelity = { metric: 'R²', value: 1, nRows: 2 } as const;
    const rule = {
      predicates: [{ kind: 'between', feature: 0, above: -Infinity, upTo: 3 } as const],
      precision: 1,
      precisionLow: 1,
      precisionHigh: 1,
      coverage: 0.5,
      predictedClass: 1,
      success: true,
      evaluations: 3,
    };
    const parts = (leaf: number, bound: number): Explanation =>
      explanation({
        interactions: allocateBlocks(1, 2, 4).map((blocks) => blocks.map((block) => block.fill(1))),
        surrogate: {
          kind: 'tree',
          trees: {
            ...model,
            ensemble: { ...model.ensemble, leafValues: model.ensemble.leafValues.map((value, i) => (i === 0 ? leaf : value)) },
          },
          linear: null,
          fidelity,
          trainedOn: 2,
        },
        rules: [{ ...rule, predicates: [{ ...rule.predicates[0]!, upTo: bound }] }, null],
      });
    const found = (a: Explanation, b: Explanation): Record<string, number> =>
      Object.fromEntries(compareExplanations(a, b).map(({ what, relative }) => [what.replace(/^.*?(, |$)/, ''), relative]));
    expect(found(parts(1, 3), parts(1, 3))).toEqual({ '': 0, interactions: 0, surrogate: 0, rules: 0 });
    const other = found(parts(1, 3), { ...parts(1.5, 4), interactions: allocateBlocks(1, 2, 4) });
    expect(other.surrogate).toBeGreaterThan(0);
    expect(other.rules).toBeCloseTo(1 / 3);
    expect(other.interactions).toBe(Infinity);
    expect(found(parts(1, 3), explanation()).surrogate).toBe(Infinity);
  });
});
