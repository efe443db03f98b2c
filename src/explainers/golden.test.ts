import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ExplainerEnvironment, ExplainSpec } from '#/explainers/explainer';
import { partialDependence, iceSurface } from '#/explainers/curves';
import { prepareKernel } from '#/explainers/kernel/explain';
import type { MetricId } from '#/explainers/metrics';
import { permutationImportance } from '#/explainers/permutation-importance';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { functionPredictor } from '#/testing/games';
import { goldenAsset, goldenBackground, goldenRows, type ExplainerGolden } from '#/testing/explainer-golden';
import { prepareInterventional } from '#/explainers/tree-interventional/explain';
import { preparePathDependent } from '#/explainers/tree-path-dependent/explain';
import { createOrtPredictor } from '#/inference/create-ort-predictor';
import { readTreeModel } from '#/onnx/read-tree-model';
import { readBytes, relativeDifference } from '#/testing/model-golden';

const folder = fileURLToPath(new URL('golden', import.meta.url));
const named = (prefix: string): string[] => readdirSync(folder).filter((name) => name.startsWith(prefix) && name.endsWith('.json'));
const open = (name: string): ExplainerGolden => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ExplainerGolden;

describe('tree goldens', () => {
  it.each([...named('tree-interventional'), ...named('tree-path')])('%s', async (name) => {
    const golden = open(name);
    const asset = goldenAsset(golden, readBytes(join(folder, golden.model)));
    const trees = readTreeModel(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs);
    if ('reason' in trees) throw new Error(trees.reason);
    const rows = goldenRows(golden.rows);
    const background = goldenBackground(golden);
    const spec: ExplainSpec = {
      explainer: 'tree-interventional',
      background,
      outputSpace: 'raw',
      seed: 0,
      parameters: {},
      ...NOTHING_LEARNT,
    };
    const predictor = functionPredictor(rows.nFeatures, golden.outputNames.length, () => NaN);
    const environment: ExplainerEnvironment = { predictor, ...NO_STRUCTURE, trees, features: asset.features, outputs: asset.outputs };
    const prepared = await (golden.explainer === 'tree-interventional' ? prepareInterventional : preparePathDependent)(spec, environment);
    const chunk = await prepared.explain(rows, new Int32Array(rows.nRows));
    golden.values!.forEach((perRow, output) => {
      const difference = relativeDifference(chunk.values[output]!, perRow.flat());
      expect(difference).toBeLessThanOrEqual(golden.tolerance.values!);
      expect(relativeDifference([prepared.baseValues[output]!], [golden.baseValues![output]!])).toBeLessThanOrEqual(
        golden.tolerance.baseValues!,
      );
    });
  });
});

describe('kernel goldens', () => {
  it.each(named('kernel'))('%s', async (name) => {
    const golden = open(name);
    const asset = goldenAsset(golden, readBytes(join(folder, golden.model)));
    const predictor = await createOrtPredictor(asset);
    const rows = goldenRows(golden.rows);
    const spec: ExplainSpec = {
      explainer: 'kernel',
      background: goldenBackground(golden),
      outputSpace: 'probability',
      seed: 0,
      parameters: { link: golden.link ?? 'identity', budget: golden.exactByEnumeration === true ? 0 : 2 ** rows.nFeatures },
      ...NOTHING_LEARNT,
    };
    const prepared = await prepareKernel(spec, { predictor, ...NO_STRUCTURE, features: asset.features, outputs: asset.outputs });
    expect(prepared.exact).toBe(true);
    const chunk = await prepared.explain(rows, new Int32Array(rows.nRows));
    golden.values!.forEach((perRow, output) => {
      const difference = relativeDifference(chunk.values[output]!, perRow.flat());
      expect(difference).toBeLessThanOrEqual(golden.tolerance.values!);
      expect(relativeDifference([prepared.baseValues[output]!], [golden.baseValues![output]!])).toBeLessThanOrEqual(
        golden.tolerance.baseValues!,
      );
    });
    await predictor.dispose();
  });

  it.each(named('kernel-exact'))('%s: sampled values lie within five standard errors', async (name) => {
    const golden = open(name);
    const asset = goldenAsset(golden, readBytes(join(folder, golden.model)));
    const predictor = await createOrtPredictor(asset);
    const rows = goldenRows(golden.rows);
    const parameters = { link: golden.link ?? 'identity', budget: 400 };
    const spec: ExplainSpec = {
      explainer: 'kernel',
      background: goldenBackground(golden),
      outputSpace: 'probability',
      seed: 0,
      parameters,
      ...NOTHING_LEARNT,
    };
    const prepared = await prepareKernel(spec, { predictor, ...NO_STRUCTURE, features: asset.features, outputs: asset.outputs });
    expect(prepared.exact).toBe(false);
    const chunk = await prepared.explain(rows, new Int32Array(rows.nRows));
    golden.values!.forEach((perRow, output) => {
      const worst = perRow.flat().map((exact, i) => Math.abs(chunk.values[output]![i]! - exact) / chunk.standardErrors![output]![i]!);
      expect(Math.max(...worst)).toBeLessThan(5);
    });
    await predictor.dispose();
  });
});

interface CurveGolden extends ExplainerGolden {
  readonly curves: readonly {
    feature: number;
    grid: readonly number[];
    average: readonly (readonly number[])[];
    individual: readonly (readonly (readonly number[])[])[];
  }[];
  readonly pair: {
    features: readonly [number, number];
    gridA: readonly number[];
    gridB: readonly number[];
    surface: readonly (readonly (readonly number[])[])[];
  };
}

/** [output][...] of a golden against our [..., output]. */
const outputOf = (values: Float64Array, nOutputs: number, output: number): Float64Array => values.filter((_, i) => i % nOutputs === output);

describe('curve goldens', () => {
  it.each(named('pdp'))('%s', async (name) => {
    const golden = open(name) as CurveGolden;
    const asset = goldenAsset(golden, readBytes(join(folder, golden.model)));
    const predictor = await createOrtPredictor(asset);
    const rows = goldenRows(golden.rows);
    const n = golden.outputNames.length;
    for (const curve of golden.curves) {
      const grid = Float64Array.from(curve.grid);
      const result = await partialDependence({ predictor, rows, feature: curve.feature, grid, keepLines: rows.nRows });
      expect(result.lineRows).toEqual(Array.from({ length: rows.nRows }, (_, i) => i));
      curve.average.forEach((average, output) => {
        const difference = relativeDifference(outputOf(result.average, n, output), average);
        const lines = relativeDifference(
          result.lines.flatMap((line) => [...outputOf(line, n, output)]),
          curve.individual[output]!.flat(),
        );
        expect(difference).toBeLessThanOrEqual(golden.tolerance.average!);
        expect(lines).toBeLessThanOrEqual(golden.tolerance.individual!);
      });
    }
    const { features, gridA, gridB, surface } = golden.pair;
    const sums = new Float64Array(gridA.length * gridB.length * n);
    for (let row = 0; row < rows.nRows; row++) {
      const own = rows.values.slice(row * rows.nFeatures, (row + 1) * rows.nFeatures);
      const one = await iceSurface(predictor, own, features[0], Float64Array.from(gridA), features[1], Float64Array.from(gridB));
      one.forEach((value, i) => (sums[i]! += value / rows.nRows));
    }
    surface.forEach((cells, output) => {
      const difference = relativeDifference(outputOf(sums, n, output), cells.flat());
      expect(difference).toBeLessThanOrEqual(golden.tolerance.surface!);
    });
    await predictor.dispose();
  });
});

interface PermutationGolden extends ExplainerGolden {
  readonly target: readonly number[];
  readonly metrics: readonly { name: string; base: number; importances: readonly { expected: number; standardDeviation: number }[] }[];
}

const METRIC_NAMES: Readonly<Record<string, MetricId>> = {
  accuracy: 'accuracy',
  'log-loss': 'log loss',
  'roc-auc': 'AUC',
  r2: 'R²',
  mse: 'MSE',
  mae: 'MAE',
};

describe('permutation importance goldens', () => {
  it.each(named('permutation'))('%s', async (name) => {
    const golden = open(name) as PermutationGolden;
    const asset = goldenAsset(golden, readBytes(join(folder, golden.model)));
    const predictor = await createOrtPredictor(asset);
    const rows = goldenRows(golden.rows);
    const repeats = 200;
    for (const metric of golden.metrics) {
      const request = {
        predictor,
        rows,
        outputs: asset.outputs,
        target: Float64Array.from(golden.target),
        metric: METRIC_NAMES[metric.name]!,
        repeats,
        seed: 3,
      };
      for await (const part of permutationImportance(request)) {
        const { expected, standardDeviation } = metric.importances[part.feature]!;
        expect(relativeDifference([part.baseScore], [metric.base])).toBeLessThanOrEqual(golden.tolerance.base!);
        const room = (4 * standardDeviation) / Math.sqrt(repeats) + golden.tolerance.expected! * Math.abs(expected);
        expect(Math.abs(part.mean - expected)).toBeLessThanOrEqual(room);
        if (standardDeviation > 0) {
          expect(part.deviation / standardDeviation).toBeGreaterThan(0.7);
          expect(part.deviation / standardDeviation).toBeLessThan(1.4);
        }
      }
    }
    await predictor.dispose();
  });
});
