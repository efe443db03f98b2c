import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import { randomTreeModel } from '#/testing/random-trees';
import { decisionPath } from '#/trees/decision-path';
import { evaluateTrees } from '#/trees/evaluate';

describe('the path of a row', () => {
  const rng = createRng(7);
  const model = randomTreeModel({ nTrees: 5, depth: 4, nColumns: 3, nOutputs: 2, mixed: true, full: false }, rng);

  it('has contributions that sum to the trees’ sum, whatever is missing', () => {
    for (let trial = 0; trial < 50; trial++) {
      const row = Float64Array.from({ length: 3 }, () => (rng.next() < 0.2 ? NaN : rng.next()));
      const { contributions, leaf, tree } = decisionPath(model, row, trial % 5);
      const sum = evaluateTrees(model, { nRows: 1, nFeatures: 3, values: row });
      for (let output = 0; output < 2; output++) {
        let total = model.ensemble.base[output]!;
        for (let t = 0; t < 5; t++) total += contributions[t * 2 + output]!;
        expect(total).toBeCloseTo(sum[output]!, 12);
        expect(leaf[output]).toBe(contributions[tree * 2 + output]);
      }
    }
  });

  it('tells each split with what was compared', () => {
    const row = Float64Array.of(0.3, 0.6, NaN);
    for (let tree = 0; tree < 5; tree++) {
      for (const step of decisionPath(model, row, tree).steps) {
        expect(step.value).toBe(row[step.feature]);
        if (step.comparison === 'lte' && !Number.isNaN(step.value)) expect(step.yes).toBe(step.value <= step.threshold);
        if (step.comparison === 'in') expect(step.codes.length).toBeGreaterThan(0);
      }
    }
    expect(() => decisionPath(model, row, 5)).toThrow(/no tree 5/);
  });
});
