import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { ExplainSpec } from '#/explainers/explainer';
import { prepareInterventional } from '#/explainers/tree-interventional/explain';
import { preparePathDependent } from '#/explainers/tree-path-dependent/explain';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { equalBackground, functionPredictor, randomRows } from '#/testing/games';
import { randomTreeModel } from '#/testing/random-trees';
import { loadKernels } from '#/workers/kernels';

describe('kernels in the browser', () => {
  it.each([1, 60, 1e6])('agree with the plain code (jobs of %i rows)', async (nRows) => {
    const kernels = await loadKernels();
    const rng = createRng(nRows);
    const model = randomTreeModel({ nTrees: 12, depth: 7, nColumns: 9, nOutputs: 2, full: false, mixed: true }, rng);
    const rows = randomRows(33, 9, rng, 0.1);
    const background = equalBackground(randomRows(20, 9, rng, 0.1));
    const environment = {
      predictor: functionPredictor(9, 2, () => NaN),
      ...NO_STRUCTURE,
      trees: model,
      features: [],
      outputs: { task: 'regression', targetName: 'y', unit: null } as const,
    };
    for (const prepare of [preparePathDependent, prepareInterventional]) {
      for (const interactions of [false, true]) {
        const spec: ExplainSpec = {
          explainer: 'tree-path-dependent',
          background,
          outputSpace: 'raw',
          seed: 1,
          parameters: { interactions },
          ...NOTHING_LEARNT,
          nRows,
        };
        const plain = await (await prepare(spec, environment)).explain(rows, new Int32Array(33));
        const fast = await (await prepare(spec, { ...environment, kernels })).explain(rows, new Int32Array(33));
        const pairs = [...plain.values.map((values, i) => [values, fast.values[i]!] as const)];
        plain.interactions?.forEach((values, i) => pairs.push([values, fast.interactions![i]!]));
        for (const [expected, actual] of pairs) {
          const scale = expected.reduce((most, one) => Math.max(most, Math.abs(one)), 0.1);
          expect(expected.reduce((most, one, i) => Math.max(most, Math.abs(one - actual[i]!)), 0) / scale).toBeLessThan(2e-6);
        }
      }
    }
  });
});
