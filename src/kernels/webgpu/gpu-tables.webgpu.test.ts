import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import { COMPARISONS, type TreeModel } from '#/domain/tree-model';
import { createForest } from '#/explainers/forest';
import { kernelForest } from '#/explainers/kernel-forest';
import { plainInterventionalGame } from '#/explainers/tree-interventional/plain-game';
import { PathGame } from '#/explainers/tree-path-dependent/path-weights';
import { prepareTreeValues, type TreeValuesOptions } from '#/explainers/tree-values';
import { CELL, TABLES, type KernelForest } from '#/kernels/kernel-forest';
import type { KernelPlan } from '#/kernels/kernel-plan';
import { TablesKernel } from '#/kernels/tables-kernel';
import { createGpuTables, type GpuTablesOptions, type TablesRequest } from '#/kernels/webgpu/choose-tables';
import { fitsGpu, GpuTablesKernel } from '#/kernels/webgpu/gpu-tables-kernel';
import { randomTreeModel } from '#/testing/random-trees';
import { loadKernels } from '#/workers/kernels';

// Chromium's software adapter (vitest.config.ts).

async function requestDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter();
  return adapter!.requestDevice();
}

/** A plan of all tables, with cells as large as `cellBits` allows. */
function allTables(compiled: KernelForest, cellBits: number): KernelPlan {
  const flags = new Uint8Array(compiled.right.length);
  let patterns = 0;
  for (let tree = 0; tree + 1 < compiled.starts.length; tree++) {
    for (let node = compiled.starts[tree]!; node < compiled.starts[tree + 1]!;) {
      const bits = compiled.slots[node]! + compiled.splits[node]!;
      const isCell = compiled.splits[node] === 0 || bits <= cellBits;
      flags[node] = TABLES | (isCell ? CELL : 0);
      if (isCell) patterns += 2 ** bits;
      node += isCell ? 2 * compiled.splits[node]! + 1 : 1;
    }
  }
  return { flags, cellBits, leafBits: 13, patterns, usesTables: true, usesWalks: false, tableSeconds: 0, rowSeconds: 0 };
}

/** Every fifth test becomes one of membership. */
function withSets(model: TreeModel): TreeModel {
  const { ensemble } = model;
  const isSet = (node: number): boolean => ensemble.feature[node]! >= 0 && node % 5 === 0;
  return {
    ...model,
    ensemble: {
      ...ensemble,
      comparison: ensemble.comparison.map((test, node) => (isSet(node) ? COMPARISONS.indexOf('in') : test)),
      threshold: ensemble.threshold.map((value, node) => (isSet(node) ? ensemble.categorySets.length + (node % 2) : value)),
      categorySets: [...ensemble.categorySets, Uint32Array.of(0b101), Uint32Array.of(0b10, 0b1)],
    },
  };
}

describe('tables on the GPU', () => {
  it.each([
    { nTrees: 37, depth: 6, nColumns: 7, nOutputs: 1, mixed: true },
    { nTrees: 20, depth: 7, nColumns: 30, nOutputs: 3, mixed: false },
  ])('agree with the plain code: $nTrees trees, depth $depth, $nOutputs outputs', async (shape) => {
    const device = await requestDevice();
    const { nColumns, nOutputs } = shape;
    const rng = createRng(nColumns);
    const model = withSets(randomTreeModel({ ...shape, full: false }, rng));
    const forest = createForest(model, nColumns);
    const { cover } = model.ensemble;
    const nRows = 150;
    const values = Float64Array.from({ length: nRows * nColumns }, () => (rng.below(12) === 0 ? NaN : rng.below(40) / 8 - 2.5));
    const rows = { nRows, nFeatures: nColumns, values };
    const weights = Float64Array.from({ length: 25 }, () => rng.next() / 12);
    const background = { x: values.slice(0, 25 * nColumns), weights };
    const columns = Float64Array.from({ length: 25 * nColumns }, (_, i) => background.x[(i % 25) * nColumns + Math.floor(i / 25)]!);
    for (const banzhaf of [false, true]) {
      const choices = { pairs: false, banzhaf };
      const base = { forest, nRows: 1, kernels: null, plainSeconds: 0, plainSetupSeconds: 0, ...choices };
      const games: TreeValuesOptions[] = [
        { ...base, cover, background: null, plainGame: () => Promise.resolve(() => new PathGame(forest.slots, choices)) },
        { ...base, cover: null, background, plainGame: (signal) => plainInterventionalGame(forest, columns, weights, choices, signal) },
      ];
      for (const game of games) {
        const expected = await (await prepareTreeValues(game, undefined)).explain(rows, undefined);
        const compiled = kernelForest(forest, game.cover);
        const n = compiled.players.length;
        for (const cellBits of [1, 9]) {
          const plan = allTables(compiled, cellBits);
          const options = { capacity: 64, pairs: false, banzhaf, background: game.background };
          expect(fitsGpu(compiled, plan, options)).toBe(true);
          const kernel = await GpuTablesKernel.open(device, compiled, plan, options);
          const worst = new Float64Array(nOutputs);
          for (let start = 0; start < nRows; start += kernel.rows) {
            const count = Math.min(kernel.rows, nRows - start);
            kernel.load(values.subarray(start * nColumns, (start + count) * nColumns), count);
            await kernel.finish();
            const found = kernel.values();
            expect(found.length).toBe(count * nOutputs * kernel.lanes);
            for (let at = 0; at < count * nOutputs * n; at++) {
              const player = at % n;
              const output = Math.floor(at / n) % nOutputs;
              const row = Math.floor(at / (n * nOutputs));
              const wanted = expected.values[output]![(start + row) * nColumns + compiled.players[player]!]!;
              const difference = Math.abs(found[(row * nOutputs + output) * kernel.lanes + player]! - wanted);
              worst[output] = Math.max(worst[output]!, Number.isNaN(difference) ? Infinity : difference);
            }
          }
          expected.values.forEach((all, output) => {
            const largest = all.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
            expect(largest).toBeGreaterThan(0);
            expect(worst[output]! / largest).toBeLessThanOrEqual(1e-6);
          });
          kernel.dispose();
        }
      }
    }
    device.destroy();
  });
});

describe('the choice between WebAssembly and the GPU', () => {
  const rng = createRng(5);
  const nColumns = 8;
  const model = randomTreeModel({ nTrees: 30, depth: 6, nColumns, nOutputs: 1, full: true, mixed: false }, rng);
  const forest = createForest(model, nColumns);
  const compiled = kernelForest(forest, model.ensemble.cover);
  const plan = allTables(compiled, 9);
  const options = { capacity: 256, pairs: false, banzhaf: false, background: null };

  async function choose(more: Partial<GpuTablesOptions>, change: Partial<TablesRequest> = {}) {
    let opened = 0;
    let device: GPUDevice | null = null;
    const openDevice = async (): Promise<GPUDevice> => {
      opened++;
      return (device = await requestDevice());
    };
    const { tables } = await loadKernels();
    const wasm = new TablesKernel(tables, compiled, plan, options);
    const gpu = createGpuTables({ openDevice, wanted: undefined, ...more });
    const kernel = await gpu.choose({ forest: compiled, plan, options, wasm, seconds: 60, ...change });
    return { kernel, wasm, gpu, opened: () => opened, device: () => device! };
  }

  const x = Float64Array.from({ length: 256 * nColumns }, () => rng.next());

  function expectSame(a: Float64Array, b: Float64Array): void {
    const largest = b.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    expect(a.length).toBe(b.length);
    expect(a.reduce((most, one, at) => Math.max(most, Math.abs(one - b[at]!)), 0)).toBeLessThanOrEqual(2e-6 * largest);
  }

  it('is by measurement: the slower software adapter is not used', async () => {
    const { kernel, gpu, opened } = await choose({});
    expect(kernel).toBeNull();
    expect(opened()).toBe(1);
    expect(gpu.facts?.name).toBe('wasm');
    expect(gpu.facts!.speedup).toBeGreaterThan(0);
    expect(gpu.facts!.speedup).toBeLessThan(1.2);
  });

  it('asks for no device where the job is short, pairs are wanted or another lane chose WebAssembly', async () => {
    for (const [more, change, reason] of [
      [{}, { seconds: 0.5 }, 'too short'],
      [{}, { options: { ...options, pairs: true } }, 'do not fit'],
      [{ wanted: 'wasm' }, {}, 'earlier'],
    ] as const) {
      const { kernel, gpu, opened } = await choose(more, change);
      expect(kernel).toBeNull();
      expect(opened()).toBe(0);
      expect(gpu.facts).toMatchObject({ name: 'wasm', speedup: null, reason: expect.stringContaining(reason) as string });
    }
  });

  it('says why there is no device', async () => {
    const { kernel, gpu } = await choose({ openDevice: () => Promise.resolve('There is no GPU.') });
    expect(kernel).toBeNull();
    expect(gpu.facts).toEqual({ name: 'wasm', reason: 'There is no GPU.', speedup: null });
  });

  it('follows the lane that chose the GPU, and goes on in WebAssembly when the GPU is lost', async () => {
    const { kernel, wasm, gpu, device } = await choose({ wanted: 'webgpu' });
    expect(gpu.facts).toMatchObject({ name: 'webgpu', speedup: null });
    wasm.load(x, 256);
    for (let group = 0; group < wasm.groups; group++) wasm.run(group);
    const expected = wasm.values().slice();
    for (const lost of [false, true, true]) {
      if (lost) device().destroy();
      kernel!.load(x, 256);
      for (let group = 0; group < kernel!.groups; group++) kernel!.run(group);
      await kernel!.finish!();
      expectSame(kernel!.values(), expected);
      expect(kernel!.values().every((one, at) => one === expected[at])).toBe(lost);
    }
    gpu.dispose();
  });

  it('is not used where its values differ', async () => {
    const { tables } = await loadKernels();
    const wasm = new TablesKernel(tables, compiled, plan, options);
    const shifted = Object.create(wasm) as TablesKernel;
    shifted.load = (rows, count) => wasm.load(rows, count);
    shifted.run = (group) => wasm.run(group);
    shifted.values = () => wasm.values().map((value) => value * 1.0001);
    const { kernel, gpu } = await choose({ wanted: 'webgpu' }, { wasm: shifted });
    expect(kernel).toBeNull();
    expect(gpu.facts).toMatchObject({ name: 'wasm', reason: expect.stringContaining('differ') as string });
  });
});
