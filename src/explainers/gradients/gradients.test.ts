import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { EncodedRows } from '#/domain/model';
import type { Explainer } from '#/explainers/explainer';
import type { Parameters } from '#/explainers/parameters';
import { OPAQUE_MODEL } from '#/testing/explain-parts';
import { equalBackground, weightedBackground } from '#/testing/games';
import { relativeDifference } from '#/testing/model-golden';
import { openNet, specFor, type OpenNet } from '#/testing/open-net';
import { testNet } from '#/testing/build-net';
import { deepShapExplainer } from './deep-shap';
import { expectedGradientsExplainer } from './expected-gradients';
import { inputXGradientExplainer } from './input-x-gradient';
import { integratedGradientsExplainer } from './integrated-gradients';
import { layerActivationExplainer } from './layer-activation';
import { layerConductanceExplainer } from './layer-conductance';
import { neuronConductanceExplainer } from './neuron-conductance';
import { saliencyExplainer } from './saliency';

const ALL: readonly Explainer[] = [
  integratedGradientsExplainer,
  expectedGradientsExplainer,
  deepShapExplainer,
  saliencyExplainer,
  inputXGradientExplainer,
  layerConductanceExplainer,
  layerActivationExplainer,
  neuronConductanceExplainer,
];
const N = 6;
const rng = createRng(19);
const cells = (nRows: number): EncodedRows => ({
  nRows,
  nFeatures: N,
  values: Float64Array.from({ length: nRows * N }, () => Math.round((rng.next() * 2 - 1) * 32) / 16),
});
const rows = cells(24);
const background = weightedBackground(cells(9), rng);

let bent: OpenNet;
let smooth: OpenNet;
let linear: OpenNet;
beforeAll(async () => {
  bent = await openNet(testNet({ widths: [N, 13, 7, 3], activation: 'Relu', last: 'Softmax', task: 'multiclass' }));
  smooth = await openNet(testNet({ widths: [N, 8, 5, 1], activation: 'Tanh', last: null, task: 'regression' }));
  linear = await openNet(testNet({ widths: [N, 1], activation: 'Relu', last: null, task: 'regression' }));
});
afterAll(async () => {
  for (const net of [bent, smooth, linear]) await net.dispose();
});

async function explain(net: OpenNet, explainer: Explainer, parameters: Parameters = {}, some = rows, ids?: Int32Array) {
  const space = net.model.predictionSpace === 'probability' ? 'probability' : 'raw';
  const prepared = await explainer.prepare(specFor(explainer.id, background, space, parameters), net.environment);
  const chunk = await prepared.explain(some, ids ?? Int32Array.from({ length: some.nRows }, (_, row) => 100 + row));
  return { ...chunk, prepared };
}

/** Largest |sum of values - (f(x) - base)| over rows and outputs. */
async function gap(net: OpenNet, found: Awaited<ReturnType<typeof explain>>): Promise<number> {
  const predictions = await net.environment.predictor.predict(rows);
  const n = found.values.length;
  let worst = 0;
  for (let output = 0; output < n; output++) {
    const width = found.values[output]!.length / rows.nRows;
    for (let row = 0; row < rows.nRows; row++) {
      const sum = found.values[output]!.subarray(row * width, (row + 1) * width).reduce((total, value) => total + value, 0);
      worst = Math.max(worst, Math.abs(sum + found.prepared.baseValues[output]! - predictions[row * n + output]!));
    }
  }
  return worst;
}

describe('completeness', () => {
  it('holds for Integrated Gradients of a smooth net to float32, with 50 steps', async () => {
    expect(await gap(smooth, await explain(smooth, integratedGradientsExplainer))).toBeLessThan(2e-6);
  });

  it('gets better with steps where the net has kinks, and adaptive steps reach the tolerance', async () => {
    const few = await explain(bent, integratedGradientsExplainer, { steps: 4 });
    const many = await explain(bent, integratedGradientsExplainer, { steps: 400 });
    const fewGap = await gap(bent, few);
    expect(await gap(bent, many)).toBeLessThan(fewGap / 10);
    const adaptive = await explain(bent, integratedGradientsExplainer, { steps: 8, adaptive: true, tolerance: 0.002 });
    const largest = Math.max(
      ...adaptive.values.flatMap((values) =>
        Array.from({ length: rows.nRows }, (_, row) =>
          values.subarray(row * N, (row + 1) * N).reduce((sum, value) => sum + Math.abs(value), 0),
        ),
      ),
    );
    expect(await gap(bent, adaptive)).toBeLessThan(0.002 * largest + 1e-6);
    expect(adaptive.evaluations).toBeGreaterThan(8 * rows.nRows * 3);
    // Doubling every row to the end would take 8 * 127 gradients each.
    expect(adaptive.evaluations).toBeLessThan(0.5 * 8 * 127 * rows.nRows * 3);
  });

  it('holds for Deep SHAP to float32, and for conductance through a layer that all paths cross', async () => {
    for (const net of [bent, smooth]) {
      const deep = await explain(net, deepShapExplainer);
      expect(deep.prepared.additivity).toBe('measured');
      expect(await gap(net, deep)).toBeLessThan(5e-6);
    }
    for (const layer of ['Linear 1', 'Tanh 2']) {
      expect(await gap(smooth, await explain(smooth, layerConductanceExplainer, { layer, steps: 400 }))).toBeLessThan(2e-3);
    }
  });

  it('holds for expected gradients within sampling', async () => {
    const found = await explain(smooth, expectedGradientsExplainer, { samples: 4000 });
    const worst = Math.max(...found.standardErrors![0]!);
    expect(worst).toBeGreaterThan(0);
    expect(await gap(smooth, found)).toBeLessThan(5 * Math.sqrt(N) * worst);
  });
});

describe('a linear model', () => {
  it('gets coefficient times difference from every method that compares with a baseline', async () => {
    const slopes = (await explain(linear, saliencyExplainer, { absolute: false })).values[0]!;
    const mean = Array.from({ length: N }, (_, j) =>
      background.weights.reduce((sum, weight, row) => sum + weight * background.rows.values[row * N + j]!, 0),
    );
    const truth = slopes.map((slope, at) => slope * (rows.values[at]! - mean[at % N]!));
    for (const explainer of [integratedGradientsExplainer, deepShapExplainer]) {
      expect(relativeDifference((await explain(linear, explainer)).values[0]!, truth)).toBeLessThan(1e-6);
    }
    const product = slopes.map((slope, at) => slope * rows.values[at]!);
    expect(relativeDifference((await explain(linear, inputXGradientExplainer)).values[0]!, product)).toBeLessThan(1e-6);
  });

  it('offers no layer methods where there is no hidden layer', () => {
    expect(layerConductanceExplainer.unavailable(linear.model)).toBe('The net has no hidden layer.');
    expect(integratedGradientsExplainer.unavailable(linear.model)).toBeNull();
  });
});

describe('chunks', () => {
  it.each(ALL.map((explainer) => [explainer.id, explainer] as const))(
    '%s gives the same bits in 1, 2 and 4 chunks',
    async (_id, explainer) => {
      const ids = Int32Array.from({ length: rows.nRows }, (_, row) => 7 * row);
      const parameters = { steps: 12, adaptive: true };
      const whole = await explain(bent, explainer, parameters, rows, ids);
      for (const parts of [2, 4]) {
        const step = rows.nRows / parts;
        for (let part = 0; part < parts; part++) {
          const values = rows.values.slice(part * step * N, (part + 1) * step * N);
          const found = await explain(
            bent,
            explainer,
            parameters,
            { nRows: step, nFeatures: N, values },
            ids.slice(part * step, (part + 1) * step),
          );
          found.values.forEach((values, output) => {
            const width = values.length / step;
            expect(values).toEqual(whole.values[output]!.slice(part * step * width, (part + 1) * step * width));
          });
        }
      }
    },
  );

  it('knows its size from the spec and gives each output a buffer of its own', async () => {
    const found = await explain(bent, layerActivationExplainer);
    expect(found.prepared.chunkRows).toBeGreaterThan(1);
    expect(new Set(found.values.map(({ buffer }) => buffer)).size).toBe(3);
  });
});

describe('what cannot be explained', () => {
  const holed: EncodedRows = { ...rows, values: rows.values.map((value, at) => (at === 2 * N + 3 ? NaN : value)) };

  it.each(ALL.map((explainer) => [explainer.id, explainer] as const))('%s refuses a missing cell and names it', async (_id, explainer) => {
    await expect(explain(smooth, explainer, {}, holed)).rejects.toMatchObject({
      tag: 'BadRequest',
      message: '"f3" has no value in row 102; gradients need a number there.',
    });
    expect(explainer.unavailable(OPAQUE_MODEL)).toBe('The model is no net.');
    expect(explainer.outputSpaces(OPAQUE_MODEL)).toEqual([]);
  });

  it('refuses a background with missing cells, unknown layers, neurons, baselines and spaces', async () => {
    const spec = specFor('integrated-gradients', equalBackground(holed), 'raw');
    await expect(integratedGradientsExplainer.prepare(spec, smooth.environment)).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(
      integratedGradientsExplainer.prepare({ ...spec, parameters: { baseline: 'zeros' } }, smooth.environment),
    ).resolves.toBeDefined();
    await expect(explain(smooth, integratedGradientsExplainer, { baseline: 'mode' })).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(explain(smooth, layerConductanceExplainer, { layer: 'ReLU 9' })).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(explain(smooth, neuronConductanceExplainer, { neuron: 8 })).rejects.toMatchObject({ tag: 'BadRequest' });
    const probability = specFor('saliency', background, 'probability');
    await expect(saliencyExplainer.prepare(probability, smooth.environment)).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(saliencyExplainer.prepare(probability, { ...smooth.environment, gradients: null })).rejects.toMatchObject({
      tag: 'BadRequest',
    });
  });

  it('stops when the signal fires', async () => {
    const prepared = await integratedGradientsExplainer.prepare(specFor('integrated-gradients', background, 'raw'), smooth.environment);
    await expect(prepared.explain(rows, new Int32Array(rows.nRows), AbortSignal.abort())).rejects.toMatchObject({ tag: 'Aborted' });
  });
});

describe('estimates and settings', () => {
  it('count gradients, outputs and neurons', () => {
    expect(integratedGradientsExplainer.estimate(bent.model, 10, {}, 1)).toMatchObject({
      evaluationsPerRow: 150,
      bytesPerRow: 72,
      exact: true,
    });
    expect(expectedGradientsExplainer.estimate(bent.model, 10, {}, 1)).toMatchObject({
      evaluationsPerRow: 600,
      bytesPerRow: 144,
      exact: false,
    });
    expect(deepShapExplainer.estimate(bent.model, 10, {}, 1)).toMatchObject({ evaluationsPerRow: 60 });
    expect(layerConductanceExplainer.estimate(bent.model, 10, { layer: 'ReLU 2' }, 1)).toMatchObject({ bytesPerRow: 84 });
    expect(layerActivationExplainer.estimate(bent.model, 10, {}, 1)).toMatchObject({ evaluationsPerRow: 1, bytesPerRow: 156 });
  });

  it('offer the layers of this net, the first activation as default', () => {
    const [layer] = layerConductanceExplainer.parameters(bent.model);
    expect(layer).toMatchObject({ kind: 'choice', id: 'layer' });
    const { options, default: chosen } = layer as Extract<typeof layer, { kind: 'choice' }>;
    expect(options.map(({ label }) => label)).toEqual([
      'Linear 1 (13 neurons)',
      'ReLU 1 (13 neurons)',
      'Linear 2 (7 neurons)',
      'ReLU 2 (7 neurons)',
      'Linear 3 (3 neurons)',
    ]);
    expect(options.find(({ value }) => value === chosen)?.label).toBe('ReLU 1 (13 neurons)');
  });
});
