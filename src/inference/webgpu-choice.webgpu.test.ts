import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import gpuWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { EncodedRows, FeatureSchema, ModelAsset, Predictor } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import { readModel } from '#/onnx/read-model';
import { buildOnnx, node, port, tensor, treeAttributes } from '#/testing/build-onnx';
import { createOrtPredictor } from './create-ort-predictor';
import { findGpuAdapter } from './webgpu-adapter';
import { chooseProvider, type ChoiceOptions, type ProviderRequest } from './webgpu-choice';

// Chromium's software adapter (vitest.config.ts): slower than WebAssembly, but right.

const wasmPath = new URL(gpuWasm, import.meta.url).href;
const goldens = import.meta.glob<string>(['../formats/models/golden/*/model.onnx', '../explainers/gradients/golden/*.onnx'], {
  query: '?url',
  import: 'default',
  eager: true,
});

async function bytesOf(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await fetch(goldens[path]!)).arrayBuffer());
}

function outputsOf(task: Outputs['task'], nClasses: number): Outputs {
  const labels = Array.from({ length: nClasses }, (_, index) => String(index));
  if (task === 'regression') return { task, targetName: 'y', unit: null };
  if (task === 'binary') return { task, targetName: 'y', classLabels: ['0', '1'] };
  return { task, targetName: 'y', classLabels: labels };
}

function assetOf(bytes: Uint8Array<ArrayBuffer>, nFeatures: number, outputs: Outputs): ModelAsset {
  const model = readModel(bytes, 'model.onnx');
  const features: FeatureSchema[] = Array.from({ length: nFeatures }, (_, index) => ({
    name: `f${index}`,
    kind: 'numeric',
    integer: false,
    labels: [],
    missingText: '',
    column: null,
  }));
  const bindings = [{ input: model.signature.inputs[0]!.name, features: features.map((_, index) => index) }];
  return { name: 'model.onnx', kind: 'onnx', bytes: model.bytes, signature: model.signature, features, bindings, outputs };
}

function rowsOf(nRows: number, nFeatures: number, seed: number): EncodedRows {
  const rng = createRng(seed);
  return { nRows, nFeatures, values: Float64Array.from({ length: nRows * nFeatures }, () => rng.next() * 4 - 2) };
}

function named(name: string, made: ReturnType<typeof node>): ReturnType<typeof node> {
  made.name = name;
  return made;
}

/** A net with two hidden layers and three logits. */
function wideNet(width: number): ModelAsset {
  const rng = createRng(91);
  const matrix = (name: string, rows: number, columns: number) =>
    tensor(
      name,
      'float',
      [rows, columns],
      Array.from({ length: rows * columns }, () => (rng.next() - 0.5) / Math.sqrt(rows)),
    );
  const bytes = buildOnnx({
    inputs: [port('X', 'float', [null, 12])],
    nodes: [
      named('first', node('MatMul', 'X,a', 'xa')),
      node('Relu', 'xa', 'h'),
      named('second', node('MatMul', 'h,b', 'hb')),
      node('Tanh', 'hb', 'g'),
      named('third', node('MatMul', 'g,c', 'Y')),
    ],
    outputs: [port('Y', 'float', [null, 3])],
    constants: [matrix('a', 12, width), matrix('b', width, width), matrix('c', width, 3)],
  });
  return assetOf(bytes, 12, outputsOf('multiclass', 3));
}

async function request(asset: ModelAsset, probe: EncodedRows, wanted?: ProviderRequest['wanted']): Promise<ProviderRequest> {
  return { asset, wasm: await createOrtPredictor(asset, { wasmPath: new URL(ortWasm, import.meta.url).href }), probe, wanted };
}

const software: ChoiceOptions = { wasmPath, allowSoftware: true };

function expectClose(values: Float64Array, expected: Float64Array, tolerance: number): void {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = values.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at]!)), 0);
  expect(values.length).toBe(expected.length);
  expect(difference).toBeLessThanOrEqual(tolerance * largest);
}

const loadedWasm = (): string[] =>
  performance
    .getEntriesByType('resource')
    .map(({ name }) => name)
    // The module that holds the address is no download of the runtime.
    .filter((name) => !name.includes('url') && /asyncify|ort\.webgpu/.test(name));

describe('without a reason to load it', () => {
  it('nothing of WebGPU is loaded for a software adapter, quick nets, trees or without an adapter', async () => {
    expect((await findGpuAdapter())?.isSoftware).toBe(true);
    const net = wideNet(256);
    const probe = rowsOf(300, 12, 4);
    const simulated = await chooseProvider(await request(net, probe), { wasmPath });
    expect(simulated.facts).toMatchObject({ name: 'wasm', speedup: null, reason: expect.stringContaining('simulated') as string });
    const quick = await chooseProvider(await request(wideNet(4), probe), software);
    expect(quick.facts).toMatchObject({ name: 'wasm', speedup: null, reason: expect.stringContaining('a call to the GPU') as string });
    const trees = buildOnnx({
      inputs: [port('X', 'float', [null, 2])],
      nodes: [
        node('TreeEnsembleRegressor', 'X', 'Y', {
          ...treeAttributes([{ feature: 0, value: 0.5, yes: { leaf: { 0: 1 } }, no: { leaf: { 0: 2 } } }], 'target'),
          n_targets: 1,
        }),
      ],
      outputs: [port('Y', 'float', [null, 1])],
    });
    const forest = await chooseProvider(await request(assetOf(trees, 2, outputsOf('regression', 0)), rowsOf(10, 2, 5)), software);
    expect(forest.facts).toMatchObject({ name: 'wasm', reason: expect.stringContaining('no pure tensor net') as string });
    const kept = Object.getOwnPropertyDescriptor(Navigator.prototype, 'gpu')!;
    Object.defineProperty(Navigator.prototype, 'gpu', { configurable: true, get: () => ({ requestAdapter: () => Promise.resolve(null) }) });
    try {
      const alone = await chooseProvider(await request(net, probe), { ...software, leastSeconds: 0 });
      expect(alone.facts).toMatchObject({ name: 'wasm', reason: expect.stringContaining('no GPU') as string });
    } finally {
      Object.defineProperty(Navigator.prototype, 'gpu', kept);
    }
    expect(loadedWasm()).toEqual([]);
  });
});

describe('the WebGPU provider', () => {
  it.each([
    ['../formats/models/golden/g-logits/model.onnx', 'multiclass'],
    ['../formats/models/golden/g-one-logit/model.onnx', 'binary'],
    ['../formats/models/golden/h-probability-net/model.onnx', 'binary'],
    ['../formats/models/golden/i-one-probability/model.onnx', 'binary'],
    ['../explainers/gradients/golden/scikit-mlp.onnx', 'binary'],
    ['../explainers/gradients/golden/relu-batchnorm.onnx', 'binary'],
  ] as const)('%s predicts as WebAssembly does', async (path, task) => {
    const bytes = await bytesOf(path);
    const model = readModel(bytes, 'model.onnx');
    const width = model.signature.inputs[0]!.width!;
    const asset = assetOf(bytes, width, outputsOf(task, 3));
    const given = await request(asset, rowsOf(100, width, 6), 'webgpu');
    const { predictor, facts } = await chooseProvider(given, software);
    expect(facts).toMatchObject({ name: 'webgpu', reason: expect.stringContaining('earlier') as string });
    const rows = rowsOf(2500, width, 7);
    expectClose(await predictor.predict(rows), await given.wasm.predict(rows), 1e-5);
    expect(predictor.info.space).toBe(given.wasm.info.space);
    await predictor.dispose();
  });

  it('gives a row the same bits alone and among others', async () => {
    const { predictor, facts } = await chooseProvider(await request(wideNet(64), rowsOf(50, 12, 8), 'webgpu'), software);
    expect(facts.name).toBe('webgpu');
    const rows = rowsOf(2100, 12, 9);
    const together = await predictor.predict(rows);
    for (const row of [0, 77, 2099]) {
      const alone = await predictor.predict({ nRows: 1, nFeatures: 12, values: rows.values.slice(row * 12, row * 12 + 12) });
      expect(alone).toEqual(together.slice(row * 3, row * 3 + 3));
    }
    await predictor.dispose();
  });

  it('is not used where it is slower', async () => {
    const given = await request(wideNet(256), rowsOf(500, 12, 10));
    const { predictor, facts } = await chooseProvider(given, { ...software, leastSeconds: 0 });
    expect(facts.name).toBe('wasm');
    expect(facts.speedup).toBeGreaterThan(0);
    expect(facts.speedup).toBeLessThan(1.2);
    expect(predictor).toBe(given.wasm);
  });

  it('is not used where its predictions differ, and the reason names a failure', async () => {
    const given = await request(wideNet(16), rowsOf(100, 12, 11), 'webgpu');
    const wrong: Predictor = {
      nFeatures: given.wasm.nFeatures,
      nOutputs: given.wasm.nOutputs,
      info: given.wasm.info,
      dispose: () => given.wasm.dispose(),
      predict: async (rows) => (await given.wasm.predict(rows)).map((value) => value * 1.0001),
    };
    const differs = await chooseProvider({ ...given, wasm: wrong }, software);
    expect(differs.facts).toMatchObject({ name: 'wasm', reason: expect.stringContaining('differ by') as string });
    expect(differs.predictor).toBe(wrong);
  });

  it('falls back to WebAssembly for good when the GPU is lost', async () => {
    const given = await request(wideNet(16), rowsOf(100, 12, 12), 'webgpu');
    const { predictor, facts } = await chooseProvider(given, software);
    expect(facts.name).toBe('webgpu');
    const rows = rowsOf(30, 12, 13);
    const { env } = await import('onnxruntime-web/webgpu');
    (await env.webgpu.device).destroy();
    expect(await predictor.predict(rows)).toEqual(await given.wasm.predict(rows));
  });
});
