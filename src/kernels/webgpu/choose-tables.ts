import { throwIfAborted, yieldMacrotask } from '#/base/abort';
import { isLimpidError } from '#/base/errors';
import { createRng } from '#/base/rng';
import type { ProviderFacts } from '#/domain/inference-provider';
import type { KernelForest } from '#/kernels/kernel-forest';
import type { KernelPlan } from '#/kernels/kernel-plan';
import type { RowKernel } from '#/kernels/row-kernel';
import type { TablesOptions } from '#/kernels/tables-kernel';
import { fitsGpu, GpuTablesKernel } from '#/kernels/webgpu/gpu-tables-kernel';

export interface TablesRequest {
  readonly forest: KernelForest;
  readonly plan: KernelPlan;
  readonly options: TablesOptions;
  /** The same tables in WebAssembly: measured against, and fallen back to. */
  readonly wasm: RowKernel;
  /** Estimated seconds of the whole job in WebAssembly. */
  readonly seconds: number;
}

/** Tables on the GPU for one job in one lane. */
export interface GpuTables {
  /** @returns what to use in place of `wasm`; null: use `wasm` @throws LimpidError `Aborted` only */
  choose(request: TablesRequest, signal?: AbortSignal): Promise<RowKernel | null>;
  /** What was chosen and why; null before `choose`. */
  readonly facts: ProviderFacts | null;
  /** Frees the GPU's memory. */
  dispose(): void;
}

export interface GpuTablesOptions {
  /** A device, or one plain sentence why there is none. */
  readonly openDevice: () => Promise<GPUDevice | string>;
  /** What an earlier lane has chosen for the same job: all lanes must agree. Undefined: measure. */
  readonly wanted: ProviderFacts['name'] | undefined;
  /** Tests: jobs that are too short for a GPU are measured as well. */
  readonly leastSeconds?: number;
}

/** Compiling shaders takes some tenths of a second: shorter jobs are not worth it. */
const LEAST_SECONDS = 1;
/** A node of the trees and a background row: their patterns are counted on the processor. Twice what was measured. */
const SECONDS_A_NODE = 5e-8;
/** The GPU is taken when it is so many times as fast. */
const LEAST_SPEEDUP = 1.2;
const TIMED_LOADS = 3;
/** Largest difference, relative to the largest value: both sum in float32. */
const TOLERANCE = 4e-6;

/**
 * Chooses between the tables in WebAssembly and on the GPU by measurement: a full load of made-up rows, median of 3 on the GPU, at least 1.2
 * times as fast, and values that agree. The choice is made before the job's first row; `facts` tells it to the other lanes.
 */
export function createGpuTables(options: GpuTablesOptions): GpuTables {
  let facts: ProviderFacts | null = null;
  let opened: GpuTablesKernel | null = null;
  const stay = (reason: string, speedup: number | null = null): null => {
    facts = { name: 'wasm', reason, speedup };
    opened?.dispose();
    opened = null;
    return null;
  };
  return {
    get facts() {
      return facts;
    },
    async choose(request, signal) {
      const { forest, plan, wasm, seconds } = request;
      const { wanted } = options;
      if (wanted === 'wasm') return stay('An earlier measurement chose WebAssembly.');
      if (!fitsGpu(forest, plan, request.options)) return stay('The tables do not fit the GPU.');
      const setup = SECONDS_A_NODE * forest.right.length * (request.options.background?.weights.length ?? 1);
      if (wanted === undefined && seconds < (options.leastSeconds ?? LEAST_SECONDS) + setup) return stay('The job is too short for a GPU.');
      try {
        const device = await options.openDevice();
        if (typeof device === 'string') return stay(device);
        const gpu = await GpuTablesKernel.open(device, forest, plan, request.options, signal);
        opened = gpu;
        const x = sampleRows(forest, wasm.rows);
        const wasmSeconds = await timed(wasm, x, signal);
        const expected = wasm.values().slice();
        const all: number[] = [];
        // The first load warms up.
        for (let load = 0; load <= (wanted === undefined ? TIMED_LOADS : 0); load++) all.push(await timed(gpu, x, signal));
        const difference = relativeDifference(gpu, wasm, expected, forest);
        if (!(difference <= TOLERANCE)) return stay(`Values of the GPU differ by ${difference.toExponential(1)} of the largest.`);
        if (wanted === 'webgpu') facts = { name: 'webgpu', reason: 'An earlier measurement chose the GPU.', speedup: null };
        else {
          const speedup = wasmSeconds / all.slice(1).sort((a, b) => a - b)[TIMED_LOADS >> 1]!;
          if (speedup < LEAST_SPEEDUP) return stay(`${wasm.rows} rows take ${(1 / speedup).toFixed(1)} times as long on the GPU.`, speedup);
          facts = { name: 'webgpu', reason: `The GPU is ${speedup.toFixed(1)} times as fast.`, speedup };
        }
        return withFallback(gpu, wasm);
      } catch (error) {
        stay(`The GPU failed: ${error instanceof Error ? error.message : String(error)}`);
        if (isLimpidError(error, 'Aborted')) throw error;
        return null;
      }
    },
    dispose() {
      opened?.dispose();
      opened = null;
    },
  };
}

/** Rows that meet the trees' tests at random: each number is one of its column's cuts. */
function sampleRows(forest: KernelForest, nRows: number): Float64Array {
  const rng = createRng(1);
  return Float64Array.from({ length: nRows * forest.nColumns }, (_, at) => {
    const column = at % forest.nColumns;
    const start = forest.cutStarts[column]!;
    const cuts = forest.cutStarts[column + 1]! - start;
    return cuts === 0 ? 0 : forest.cuts[start + rng.below(cuts)]!;
  });
}

/** Seconds of a load with all groups. */
async function timed(kernel: RowKernel, x: Float64Array, signal: AbortSignal | undefined): Promise<number> {
  throwIfAborted(signal);
  await yieldMacrotask();
  let seconds = 0;
  let began = performance.now();
  kernel.load(x, kernel.rows);
  for (let group = 0; group < kernel.groups; group++) {
    kernel.run(group);
    const now = performance.now();
    if (now - began < 20) continue;
    seconds += (now - began) / 1000;
    await yieldMacrotask();
    throwIfAborted(signal);
    began = performance.now();
  }
  await kernel.finish?.();
  return seconds + (performance.now() - began) / 1000;
}

/** Largest difference over the largest value, over all outputs. */
function relativeDifference(gpu: RowKernel, wasm: RowKernel, expected: Float64Array, forest: KernelForest): number {
  const found = gpu.values();
  const players = forest.players.length;
  const lines = wasm.rows * forest.nOutputs;
  let difference = 0;
  let largest = 0;
  for (let line = 0; line < lines; line++) {
    for (let player = 0; player < players; player++) {
      const want = expected[line * wasm.lanes + player]!;
      const off = Math.abs(found[line * gpu.lanes + player]! - want);
      if (Number.isNaN(off)) return Infinity;
      difference = Math.max(difference, off);
      largest = Math.max(largest, Math.abs(want));
    }
  }
  return difference / Math.max(largest, Number.MIN_VALUE);
}

/** A GPU can be lost at any time: the rows are then explained in WebAssembly. */
function withFallback(gpu: GpuTablesKernel, wasm: RowKernel): RowKernel {
  let isLost = false;
  let x = new Float64Array(0);
  let count = 0;
  const runWasm = (): void => {
    wasm.load(x, count);
    for (let group = 0; group < wasm.groups; group++) wasm.run(group);
  };
  return {
    rows: wasm.rows,
    groups: 1,
    get lanes() {
      return isLost ? wasm.lanes : gpu.lanes;
    },
    load(rows, nRows) {
      x = rows as Float64Array<ArrayBuffer>;
      count = nRows;
      if (!isLost) gpu.load(rows, nRows);
    },
    run() {
      if (isLost) runWasm();
    },
    async finish() {
      if (isLost) return;
      try {
        await gpu.finish();
      } catch {
        isLost = true;
        runWasm();
      }
    },
    values: () => (isLost ? wasm : gpu).values(),
  };
}
