import gpuWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { expect, it } from 'vitest';
import { encodeRows } from '#/domain/encode-rows';
import type { EncodedRows, ModelAsset } from '#/domain/model';
import { ComputeHost } from '#/engine/compute-host';
import type { GpuOptions, HostOptions } from '#/engine/install-model';
import type { ExplainSpec } from '#/explainers/explainer';
import { completeDraft, makeCard, readDrop } from '#/formats/import-doctor';
import { chooseProvider } from '#/inference/webgpu-choice';
import { createGpuTables } from '#/kernels/webgpu/choose-tables';
import { NOTHING_LEARNT } from '#/testing/explain-parts';
import { loadKernels } from '#/workers/kernels';

// A whole lane on Chromium's software adapter, told to use it as another lane would tell it.

const files = import.meta.glob<string>('../formats/models/golden/{f-regression,g-logits}/{model.onnx,data.csv}', {
  query: '?url',
  import: 'default',
  eager: true,
});

async function open(golden: string): Promise<{ readonly asset: ModelAsset; readonly rows: EncodedRows }> {
  const parts = await Promise.all(
    ['model.onnx', 'data.csv'].map(async (path) => ({
      path,
      bytes: new Uint8Array(await (await fetch(files[`../formats/models/golden/${golden}/${path}`]!)).arrayBuffer()),
    })),
  );
  const draft = await readDrop(parts);
  const { model, table } = completeDraft(draft, makeCard(draft).choices);
  return {
    asset: model!,
    rows: encodeRows(
      table,
      model!.features,
      Int32Array.from({ length: table.nRows }, (_, row) => row),
    ),
  };
}

const plain: HostOptions = { ort: { wasmPath: new URL(ortWasm, import.meta.url).href }, kernels: loadKernels };
const wasmPath = new URL(gpuWasm, import.meta.url).href;
const gpu: GpuOptions = {
  choose: (request, signal) => chooseProvider(request, { wasmPath, allowSoftware: true }, signal),
  tables: (wanted) => createGpuTables({ wanted, openDevice: async () => (await navigator.gpu.requestAdapter())!.requestDevice() }),
};

function relativeDifference(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  const largest = b.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  return a.reduce((most, one, at) => Math.max(most, Math.abs(one - b[at]!)), 0) / largest;
}

it('Tree SHAP of many rows on the GPU equals that in WebAssembly, and its facts say where it ran', async () => {
  const { asset, rows } = await open('f-regression');
  const some = { ...rows, nRows: 20, values: rows.values.slice(0, 20 * rows.nFeatures) };
  const spec: ExplainSpec = {
    explainer: 'tree-interventional',
    background: { rows: some, weights: new Float64Array(20).fill(1 / 20) },
    outputSpace: 'raw',
    seed: 1,
    parameters: {},
    ...NOTHING_LEARNT,
    nRows: 100_000,
  };
  const found: Float64Array[] = [];
  for (const options of [plain, { ...plain, gpu: () => Promise.resolve(gpu) }]) {
    const host = new ComputeHost(options);
    await host.run({ kind: 'install model', key: 'm', asset, probe: some });
    const installed = await host.run({ kind: 'install spec', key: 's', model: 'm', spec, tables: 'webgpu' });
    const where = installed.kind === 'spec' ? installed.tables?.name : null;
    expect(where).toBe(options === plain ? undefined : 'webgpu');
    const result = await host.run({ kind: 'explain', spec: 's', rows, rowIds: Int32Array.from({ length: rows.nRows }, (_, row) => row) });
    if (result.kind === 'values') found.push(result.values[0]!);
    await host.dispose();
  }
  expect(relativeDifference(found[1]!, found[0]!)).toBeLessThanOrEqual(2e-6);
  expect(found[1]).not.toEqual(found[0]);
});

it('Kernel SHAP through the WebGPU provider equals that in WebAssembly', async () => {
  const { asset, rows } = await open('g-logits');
  const some = { ...rows, nRows: 10, values: rows.values.slice(0, 10 * rows.nFeatures) };
  const spec: ExplainSpec = {
    explainer: 'kernel',
    background: { rows: some, weights: new Float64Array(10).fill(1 / 10) },
    outputSpace: 'raw',
    seed: 1,
    parameters: {},
    ...NOTHING_LEARNT,
    nRows: 10,
  };
  const found: Float64Array[] = [];
  for (const options of [plain, { ...plain, gpu: () => Promise.resolve(gpu) }]) {
    const host = new ComputeHost(options);
    const model = await host.run({ kind: 'install model', key: 'm', asset, probe: some, provider: 'webgpu' });
    expect(model.kind === 'model' ? model.facts.provider?.name : null).toBe(options === plain ? undefined : 'webgpu');
    await host.run({ kind: 'install spec', key: 's', model: 'm', spec });
    const result = await host.run({ kind: 'explain', spec: 's', rows: some, rowIds: Int32Array.from({ length: 10 }, (_, row) => row) });
    if (result.kind === 'values') found.push(...result.values);
    await host.dispose();
  }
  const half = found.length / 2;
  for (let output = 0; output < half; output++) expect(relativeDifference(found[half + output]!, found[output]!)).toBeLessThanOrEqual(1e-5);
});
