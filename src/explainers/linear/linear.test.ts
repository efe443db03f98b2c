import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { LinearModel } from '#/domain/linear-model';
import type { ExplainerEnvironment } from '#/explainers/explainer';
import { prepareLinear } from '#/explainers/linear/explain';
import { linearExplainer } from '#/explainers/linear/linear-explainer';
import { readLinearModel } from '#/onnx/read-linear-model';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { goldenAsset, goldenBackground, goldenRows, type ExplainerGolden } from '#/testing/explainer-golden';
import { encoded, functionPredictor } from '#/testing/games';
import { outputsFor, readBytes, relativeDifference } from '#/testing/model-golden';

const folder = fileURLToPath(new URL('../golden/', import.meta.url));
const spec = { explainer: 'linear', outputSpace: 'raw', seed: 0, parameters: {}, ...NOTHING_LEARNT } as const;

describe('shap LinearExplainer on one-hot pipelines', () => {
  it.each(['regression', 'binary', 'multiclass'])('linear-%s', async (task) => {
    const golden = JSON.parse(readFileSync(`${folder}linear-${task}.json`, 'utf8')) as ExplainerGolden & { classLabels: readonly string[] };
    const { classLabels } = golden;
    const read = goldenAsset(golden, readBytes(folder + golden.model));
    const asset = { ...read, outputs: outputsFor(golden.task, classLabels) };
    const linear = readLinearModel(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs);
    if ('reason' in linear) throw new Error(linear.reason);
    const predictor = functionPredictor(5, golden.outputNames.length, () => NaN);
    const environment: ExplainerEnvironment = { predictor, ...NO_STRUCTURE, linear, features: asset.features, outputs: asset.outputs };
    const prepared = await prepareLinear({ ...spec, background: goldenBackground(golden) }, environment);
    expect(prepared.space).toBe({ regression: 'value', binary: 'log-odds', multiclass: 'softmax margin' }[task]);
    const rows = goldenRows(golden.rows);
    const chunk = await prepared.explain(rows, new Int32Array(rows.nRows));
    golden.values!.forEach((perRow, output) => {
      expect(relativeDifference(chunk.values[output]!, perRow.flat())).toBeLessThanOrEqual(golden.tolerance.values!);
      expect(relativeDifference([prepared.baseValues[output]!], [golden.baseValues![output]!])).toBeLessThanOrEqual(
        golden.tolerance.baseValues!,
      );
    });
  });
});

describe('linear SHAP', () => {
  const linear: LinearModel = {
    coefficients: Float64Array.of(2, -1, 3, 0, 1, 1),
    intercepts: Float64Array.of(5, 0),
    nOutputs: 2,
    sources: [
      { feature: 0, steps: [] },
      { feature: 1, steps: [{ kind: 'lookup', values: Float64Array.of(1, 0), other: 0 }] },
      { feature: 1, steps: [{ kind: 'lookup', values: Float64Array.of(0, 1), other: 0 }] },
    ],
    link: 'softmax',
    sumSpace: 'softmax margin',
  };
  const environment: ExplainerEnvironment = {
    predictor: functionPredictor(2, 2, () => [NaN, NaN]),
    ...NO_STRUCTURE,
    linear,
    features: [],
    outputs: { task: 'multiclass', targetName: 'y', classLabels: ['a', 'b'] },
  };
  const background = { rows: encoded(2, [1, 0, 3, 1]), weights: Float64Array.of(1, 3) };

  it('weighs the background and adds up the columns of a feature', async () => {
    const prepared = await prepareLinear({ ...spec, background }, environment);
    // Means: 2.5, 0.25, 0.75.
    expect([...prepared.baseValues]).toEqual([5 + 5 - 0.25 + 2.25, 1]);
    const { values } = await prepared.explain(encoded(2, [4, 0, NaN, 7]), Int32Array.of(0, 1));
    expect([...values[0]!]).toEqual([3, -0.75 - 2.25, NaN, 0.25 - 2.25]);
    expect([...values[1]!]).toEqual([0, 0, NaN, -1]);
  });

  it('gives each column its own value when asked to', async () => {
    const features = ['size', 'coat'].map(
      (name) => ({ name, kind: 'numeric', integer: false, labels: [], missingText: '', column: 0 }) as const,
    );
    const asked = { ...spec, background, parameters: { features: 'engineered' } };
    const prepared = await linearExplainer.prepare(asked, { ...environment, features });
    expect(prepared.players).toMatchObject({
      featureSpace: 'engineered',
      features: [{ name: 'size' }, { name: 'coat' }, { name: 'coat (2)' }],
    });
    const { values } = await prepared.explain(encoded(2, [4, 0]), Int32Array.of(0));
    // Means of the columns: 2.5, 0.25, 0.75.
    expect([...values[0]!]).toEqual([3, -0.75, -2.25]);
    expect([...prepared.baseValues]).toEqual([5 + 5 - 0.25 + 2.25, 1]);
    await expect(async () => linearExplainer.prepare({ ...asked, parameters: { features: 'all' } }, environment)).rejects.toThrow(
      'not "all"',
    );
  });

  it('refuses what it cannot explain', () => {
    expect(() => prepareLinear({ ...spec, background }, { ...environment, linear: null })).toThrow(/not linear/);
    expect(() => prepareLinear({ ...spec, background, outputSpace: 'probability' }, environment)).toThrow(/softmax margin/);
  });
});
