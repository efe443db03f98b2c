import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { ExplainerEnvironment, ExplainSpec } from '#/explainers/explainer';
import { preparePermutationShap } from '#/explainers/permutation-shap/explain';
import { createOrtPredictor } from '#/inference/create-ort-predictor';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { goldenAsset, goldenBackground, goldenRows, type ExplainerGolden } from '#/testing/explainer-golden';
import { encoded, equalBackground, functionPredictor, interventionalGame, randomRows, shapleyByDefinition } from '#/testing/games';
import { readBytes, relativeDifference } from '#/testing/model-golden';

const folder = fileURLToPath(new URL('../golden/', import.meta.url));
const N = 6;

function tangle(row: Float64Array): number {
  let product = 1;
  row.forEach((x, j) => (product *= 1 + Math.sin((j + 1) * x)));
  return product;
}

function setting(parameters: ExplainSpec['parameters'], seed = 1): { spec: ExplainSpec; environment: ExplainerEnvironment } {
  const rng = createRng(4);
  return {
    spec: {
      explainer: 'permutation-shap',
      background: equalBackground(randomRows(5, N, rng)),
      outputSpace: 'raw',
      seed,
      parameters,
      ...NOTHING_LEARNT,
    },
    environment: {
      predictor: functionPredictor(N, 1, tangle),
      ...NO_STRUCTURE,
      features: [],
      outputs: { task: 'regression', targetName: 'y', unit: null },
    },
  };
}

const rows = randomRows(3, N, createRng(8));

describe('permutation SHAP', () => {
  it('equals shap where one order is exact (shap-permutation-pairs)', async () => {
    const golden = JSON.parse(readFileSync(`${folder}shap-permutation-pairs.json`, 'utf8')) as ExplainerGolden & { maxEvals: number };
    const asset = goldenAsset(golden, readBytes(folder + golden.model));
    const predictor = await createOrtPredictor(asset);
    const { spec } = setting({ maxEvals: golden.maxEvals });
    const prepared = await preparePermutationShap(
      { ...spec, background: goldenBackground(golden) },
      { predictor, ...NO_STRUCTURE, features: asset.features, outputs: asset.outputs },
    );
    const asked = goldenRows(golden.rows);
    const chunk = await prepared.explain(
      asked,
      Int32Array.from({ length: asked.nRows }, (_, i) => i),
    );
    await predictor.dispose();
    expect(relativeDifference(chunk.values[0]!, golden.values![0]!.flat())).toBeLessThanOrEqual(golden.tolerance.values!);
    expect(relativeDifference([...prepared.baseValues], golden.baseValues!)).toBeLessThanOrEqual(golden.tolerance.baseValues!);
    expect(chunk.standardErrors![0]!.every(Number.isNaN)).toBe(true);
  });

  it('sums to the prediction and covers the exact values', async () => {
    let inside = 0;
    const seeds = 300;
    for (let seed = 0; seed < seeds; seed++) {
      const { spec, environment } = setting({ maxEvals: 20 * (2 * N + 1) }, seed);
      const prepared = await preparePermutationShap(spec, environment);
      const { values, standardErrors } = await prepared.explain(rows, Int32Array.of(0, 1, 2));
      for (let row = 0; row < 3; row++) {
        const own = rows.values.slice(row * N, (row + 1) * N);
        const exact = shapleyByDefinition(N, interventionalGame(tangle, own, spec.background));
        const sum = values[0]!.slice(row * N, (row + 1) * N).reduce((total, value) => total + value, prepared.baseValues[0]!);
        expect(sum).toBeCloseTo(tangle(own), 10);
        for (let j = 0; j < N; j++)
          if (Math.abs(values[0]![row * N + j]! - exact[j]!) <= 2.093 * standardErrors![0]![row * N + j]!) inside++;
      }
    }
    // Student's t with 19 degrees of freedom.
    expect(inside / (seeds * 3 * N)).toBeGreaterThan(0.92);
    expect(inside / (seeds * 3 * N)).toBeLessThan(0.97);
  });

  it('depends on the seed and the row id only', async () => {
    const { spec, environment } = setting({ maxEvals: 60 });
    const prepared = await preparePermutationShap(spec, environment);
    const together = await prepared.explain(rows, Int32Array.of(7, 8, 9));
    const alone = await prepared.explain({ nRows: 1, nFeatures: N, values: rows.values.slice(N, 2 * N) }, Int32Array.of(8));
    expect(alone.values[0]).toEqual(together.values[0]!.slice(N, 2 * N));
  });

  it('gives null players 0 and one or two players their exact values', async () => {
    const background = equalBackground(encoded(3, [1, 2, 3, 1, 2, 3]));
    const { spec, environment } = setting({ maxEvals: 7 });
    const predictor = functionPredictor(3, 1, (row) => row[0]! * row[1]! + row[2]!);
    const prepared = await preparePermutationShap({ ...spec, background }, { ...environment, predictor });
    const { values, standardErrors, evaluations } = await prepared.explain(encoded(3, [1, 2, 5, 2, 3, 3]), Int32Array.of(0, 1));
    expect([...values[0]!]).toEqual([0, 0, 2, 2.5, 1.5, 0]);
    expect([...standardErrors![0]!]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(evaluations).toBe(1 + 1 + 2 * 2);
  });

  it('needs one order', async () => {
    const { spec, environment } = setting({ maxEvals: 2 * N });
    await expect(preparePermutationShap(spec, environment)).rejects.toMatchObject({
      tag: 'BudgetTooSmall',
      hint: 'Give at least 13 coalitions.',
    });
  });
});
