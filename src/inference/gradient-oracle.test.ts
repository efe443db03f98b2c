import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultDevice, grad, init, numpy as np } from '@jax-js/jax';
import { ONNXModel } from '@jax-js/onnx';
import { beforeAll, describe, expect, it } from 'vitest';
import { createGradientPredictor } from '#/inference/gradient-predictor';
import { goldenAsset, goldenRows, type ExplainerGolden } from '#/testing/explainer-golden';
import { readBytes, relativeDifference } from '#/testing/model-golden';

const folder = fileURLToPath(new URL('../explainers/gradients/golden/', import.meta.url));
const read = (name: string): ExplainerGolden => JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as ExplainerGolden;

/** jax-js reads the same file and differentiates it by itself: a second oracle beside captum's numbers. */
describe('gradients by jax-js', () => {
  beforeAll(async () => {
    await init('cpu');
    defaultDevice('cpu');
  });

  it.each([
    ['sigmoid-softmax', 1],
    ['gelu-layernorm', 3],
    ['elu-softplus', 1],
  ])('%s: all outputs agree', async (name, nOutputs) => {
    const golden = read(name);
    const bytes = readBytes(`${folder}${golden.model}`);
    const asset = goldenAsset(golden, bytes);
    const rows = goldenRows(golden.rows);
    const { nRows, nFeatures } = rows;
    const space = nOutputs === 1 && golden.task === 'regression' ? 'raw' : 'probability';
    const predictor = await createGradientPredictor(asset);
    const model = new ONNXModel(bytes);
    const width = golden.predictions[0]!.length;
    for (let output = 0; output < nOutputs; output++) {
      // Class 1 of two.
      const column = width === 2 ? 1 : output;
      const pick = np.array(Array.from({ length: nRows * width }, (_, at) => (at % width === column ? 1 : 0))).reshape([nRows, width]);
      const total = (x: np.Array): np.Array => model.run({ features: x }).scores!.mul(pick.ref).sum();
      const input = np.array(Float32Array.from(rows.values)).reshape([nRows, nFeatures]);
      const truth = (await grad(total)(input).data()) as Float32Array;
      const found = await predictor.gradients(rows, { of: { kind: 'output', output }, space, by: null });
      expect(truth).toHaveLength(found.length);
      expect(relativeDifference(found, truth)).toBeLessThan(1e-4);
    }
    model.dispose();
    await predictor.dispose();
  });
});
