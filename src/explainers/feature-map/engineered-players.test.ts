import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { EncodedRows } from '#/domain/model';
import type { ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { prepareInterventional } from '#/explainers/tree-interventional/explain';
import { readFeatureMap } from '#/onnx/read-feature-map';
import { readTreeModel } from '#/onnx/read-tree-model';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { equalBackground, functionPredictor } from '#/testing/games';
import { readBytes, relativeDifference } from '#/testing/model-golden';
import { pipelineAsset, pipelineRows, type PipelineGolden } from '#/testing/pipeline-golden';
import { evaluateTrees } from '#/trees/evaluate';
import { engineeredView, prepareEngineered } from './engineered-players';

const path = (name: string): string => fileURLToPath(new URL(`../../onnx/golden/${name}`, import.meta.url));

function open(name: string) {
  const golden = JSON.parse(readFileSync(path(`${name}.json`), 'utf8')) as PipelineGolden;
  const asset = pipelineAsset(golden, readBytes(path(golden.model)));
  const trees = readTreeModel(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs);
  if ('reason' in trees) throw new Error(trees.reason);
  const map = readFeatureMap(asset.bytes, asset.features, asset.bindings, asset.signature);
  if ('reason' in map) throw new Error(map.reason);
  const predictor = functionPredictor(asset.features.length, trees.ensemble.nOutputs, () => NaN);
  const environment: ExplainerEnvironment = { predictor, ...NO_STRUCTURE, trees, features: asset.features, outputs: asset.outputs };
  return { golden, trees, map, environment, rows: pipelineRows(golden) };
}

const first = (rows: EncodedRows, n: number): EncodedRows => ({ ...rows, nRows: n, values: rows.values.subarray(0, n * rows.nFeatures) });
const explainFirst = (prepared: PreparedExplainer, rows: EncodedRows) => prepared.explain(rows, new Int32Array(rows.nRows));

function specFor(rows: EncodedRows): ExplainSpec {
  return {
    explainer: 'tree-interventional',
    background: equalBackground(first(rows, 12)),
    outputSpace: 'raw',
    seed: 0,
    parameters: {},
    ...NOTHING_LEARNT,
  };
}

/** Shapley values from the definition: the mean over background rows of all orders, by subsets. */
function shapley(nPlayers: number, value: (inside: number) => number): number[] {
  const all = Array.from({ length: 2 ** nPlayers }, (_, mask) => value(mask));
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  return Array.from({ length: nPlayers }, (_, i) => {
    let sum = 0;
    for (let mask = 0; mask < all.length; mask++) {
      if ((mask >> i) & 1) continue;
      const size = mask.toString(2).replaceAll('0', '').length;
      sum += ((factorial(size) * factorial(nPlayers - size - 1)) / factorial(nPlayers)) * (all[mask | (1 << i)]! - all[mask]!);
    }
    return sum;
  });
}

describe('features behind encoders', () => {
  it.each(['one-hot-forest', 'ordinal-boosting', 'bins-boosting'])(
    '%s: all columns of a feature are one player of Tree SHAP',
    async (name) => {
      const { trees, environment, rows } = open(name);
      const spec = specFor(rows);
      const explained = first(rows, 6);
      const chunk = await explainFirst(await prepareInterventional(spec, environment), explained);
      const n = rows.nFeatures;
      const background = spec.background.rows;
      for (let row = 0; row < explained.nRows; row++) {
        const exact = shapley(n, (inside) => {
          const values = background.values.map((cell, at) => ((inside >> (at % n)) & 1 ? explained.values[row * n + (at % n)]! : cell));
          const sums = evaluateTrees(trees, { ...background, values });
          return sums.reduce((total, sum) => total + sum, 0) / background.nRows;
        });
        expect(relativeDifference(chunk.values[0]!.subarray(row * n, (row + 1) * n), exact)).toBeLessThan(1e-9);
      }
    },
  );
});

describe('engineered columns as players', () => {
  it('names them as the encoders do', () => {
    const { golden, environment, map } = open('one-hot-forest');
    const view = engineeredView(environment);
    const plain = (name: string): string => name.replace(/[=_]/g, ' ');
    expect(view.features.map((feature) => plain(feature.name))).toEqual(golden.engineered.map(plain));
    expect(map.engineeredNames).toEqual(view.features.map((feature) => feature.name));
    expect(view.features.find((feature) => feature.name === 'weight')).toMatchObject({ kind: 'numeric', column: 3 });
    expect(view.features.find((feature) => feature.name === 'coat=grey')).toMatchObject({ column: null });
  });

  it('explains the same sums over columns', async () => {
    const { trees, environment, rows } = open('one-hot-forest');
    const spec = specFor(rows);
    const prepared = await prepareEngineered(spec, environment, prepareInterventional);
    expect(prepared.players?.featureSpace).toBe('engineered');
    expect(prepared.players?.features).toHaveLength(trees.sources.length);
    const chunk = await explainFirst(prepared, rows);
    const width = trees.sources.length;
    const sums = evaluateTrees(trees, rows);
    const totals = Float64Array.from(sums, (_, row) => {
      const values = chunk.values[0]!.subarray(row * width, (row + 1) * width);
      return values.reduce((total, value) => total + value, prepared.baseValues[0]!);
    });
    expect(relativeDifference(totals, sums)).toBeLessThan(1e-9);
    // A category that neither the row nor any background row has moves nothing.
    const encoded = engineeredView(environment).encode(spec.background.rows);
    const constant = trees.sources.findIndex((_, j) =>
      Array.from({ length: encoded.nRows }, (__, i) => encoded.values[i * width + j]).every((x) => x === 0),
    );
    const mine = engineeredView(environment).encode(rows);
    expect(constant).toBeGreaterThanOrEqual(0);
    for (let row = 0; row < rows.nRows; row++) {
      if (mine.values[row * width + constant] === 0) expect(chunk.values[0]![row * width + constant]).toBeCloseTo(0, 12);
    }
  });

  it('says why not', () => {
    const predictor = functionPredictor(1, 1, () => 0);
    expect(() =>
      engineeredView({ predictor, ...NO_STRUCTURE, features: [], outputs: { task: 'regression', targetName: 'y', unit: null } }),
    ).toThrow('could not be read');
  });
});
