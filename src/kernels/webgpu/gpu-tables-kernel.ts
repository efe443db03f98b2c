import { throwIfAborted, yieldMacrotask } from '#/base/abort';
import { LimpidError } from '#/base/errors';
import { gaussLegendre } from '#/math/quadrature';
import type { KernelForest } from '#/kernels/kernel-forest';
import type { KernelPlan } from '#/kernels/kernel-plan';
import type { RowKernel } from '#/kernels/row-kernel';
import type { TablesOptions } from '#/kernels/tables-kernel';
import { binRows, ENTRY_WORDS, layOutCells, type CellLayout } from '#/kernels/webgpu/cell-layout';
import { buildShader, gatherShader, MOST_GROUPS, RULE_PLACES, WEIGHT_PLACES, WORKGROUP } from '#/kernels/webgpu/tables-shader';

// Of the WebGPU standard, where they are numbers too.
const MAP_READ = 0x1;
const COPY_SOURCE = 0x4;
const COPY_TARGET = 0x8;
const UNIFORM = 0x40;
const STORAGE = 0x80;

/** Bytes of the tables, and of the sums that are read back at a time. */
const MOST_TABLE_BYTES = 2 ** 27;
const MOST_SUM_BYTES = 2 ** 25;
/** Numbers of a line: players. */
export const MOST_GPU_LANES = 32;

/** Whether the GPU's tables fit a plan; pairs of players are left to WebAssembly. */
export function fitsGpu(forest: KernelForest, plan: KernelPlan, options: TablesOptions): boolean {
  const lanes = 4 * Math.ceil(forest.players.length / 4);
  const outputs = Math.max(1, forest.outputs.length / Math.max(1, forest.outputStarts.length - 1));
  return !options.pairs && plan.usesTables && lanes <= MOST_GPU_LANES && 4 * lanes * plan.patterns * outputs <= MOST_TABLE_BYTES;
}

/**
 * kernels/tables-kernel on a GPU: the tables are built once, in float32, and stay there; a load of rows costs one line a cell and row. Sums
 * are float32 within 16 trees and float64 beyond: about 1e-6 of the largest value. `load` starts the work, `finish` waits for it.
 */
export class GpuTablesKernel implements RowKernel {
  readonly rows: number;
  readonly groups = 1;
  readonly lanes: number;
  readonly #device: GPUDevice;
  readonly #forest: KernelForest;
  readonly #layout: CellLayout;
  readonly #vectors: number;
  /** Ranges of one pass. */
  readonly #rangesAtOnce: number;
  readonly #bins: Uint32Array<ArrayBuffer>;
  readonly #values: Float64Array;
  readonly #buffers: GPUBuffer[] = [];
  #gather: { readonly pipeline: GPUComputePipeline; readonly group: GPUBindGroup; readonly call: GPUBuffer } | null = null;
  #binBuffer: GPUBuffer | null = null;
  #sumBuffer: GPUBuffer | null = null;
  #readBuffer: GPUBuffer | null = null;
  #count = 0;

  private constructor(device: GPUDevice, forest: KernelForest, layout: CellLayout, rows: number) {
    this.#device = device;
    this.#forest = forest;
    this.#layout = layout;
    this.rows = rows;
    this.#vectors = vectorsOf(forest);
    this.lanes = 4 * this.#vectors;
    const rangeBytes = 16 * this.#vectors * this.rows;
    this.#rangesAtOnce = Math.max(1, Math.min(this.#layout.ranges.length / 2, MOST_GROUPS, Math.floor(MOST_SUM_BYTES / rangeBytes)));
    this.#bins = new Uint32Array(Math.max(1, this.rows * forest.nColumns));
    this.#values = new Float64Array(this.rows * forest.nOutputs * this.lanes);
  }

  /** @throws LimpidError `Aborted`, and whatever the GPU says when it refuses: too little memory, a driver that cannot compile */
  static async open(
    device: GPUDevice,
    forest: KernelForest,
    plan: KernelPlan,
    options: TablesOptions,
    signal?: AbortSignal,
  ): Promise<GpuTablesKernel> {
    const kernel = new GpuTablesKernel(device, forest, await layOut(forest, plan, options, signal), options.capacity);
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    try {
      await kernel.#prepare(options);
      await device.queue.onSubmittedWorkDone();
    } catch (error) {
      kernel.dispose();
      throw error;
    } finally {
      const problems = [await device.popErrorScope(), await device.popErrorScope()];
      const problem = problems.find((one) => one !== null);
      if (problem) {
        kernel.dispose();

        throw new LimpidError({ tag: 'ModelFailed', message: `The GPU refused the tables: ${problem.message}` });
      }
    }
    return kernel;
  }

  load(x: Float64Array, count: number): void {
    this.#count = count;
    binRows(this.#forest, x, count, this.#bins);
    this.#device.queue.writeBuffer(this.#binBuffer!, 0, this.#bins, 0, Math.max(1, count * this.#forest.nColumns));
  }

  run(): void {
    // All trees are added in `finish`.
  }

  async finish(): Promise<void> {
    const { ranges } = this.#layout;
    const { nOutputs } = this.#forest;
    const all = ranges.length / 2;
    const values = this.#values;
    const { lanes } = this;
    const count = this.#count;
    values.fill(0, 0, count * nOutputs * lanes);
    for (let first = 0; first < all; first += this.#rangesAtOnce) {
      const some = Math.min(this.#rangesAtOnce, all - first);
      const sums = await this.#pass(first, some);
      for (let range = 0; range < some; range++) {
        const output = (first + range) % nOutputs;
        for (let row = 0; row < count; row++) {
          const from = (range * count + row) * lanes;
          const to = (row * nOutputs + output) * lanes;
          for (let lane = 0; lane < lanes; lane++) values[to + lane]! += sums[from + lane]!;
        }
      }
      this.#readBuffer!.unmap();
    }
  }

  values(): Float64Array {
    return this.#values.subarray(0, this.#count * this.#forest.nOutputs * this.lanes);
  }

  dispose(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.length = 0;
  }

  /** @returns [ranges][rows][lanes]: a view until the buffer is unmapped */
  async #pass(first: number, ranges: number): Promise<Float32Array> {
    const { pipeline, group, call } = this.#gather!;
    const bytes = ranges * this.#count * 4 * this.lanes;
    this.#device.queue.writeBuffer(call, 0, Uint32Array.of(this.#count, first, 0, 0));
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(Math.ceil(this.#count / WORKGROUP), ranges);
    pass.end();
    encoder.copyBufferToBuffer(this.#sumBuffer!, 0, this.#readBuffer!, 0, bytes);
    this.#device.queue.submit([encoder.finish()]);
    await this.#readBuffer!.mapAsync(MAP_READ, 0, bytes);
    return new Float32Array(this.#readBuffer!.getMappedRange(0, bytes));
  }

  async #prepare(options: TablesOptions): Promise<void> {
    const layout = this.#layout;
    const device = this.#device;
    const entries = this.#put(layout.entries, STORAGE);
    const table = this.#room(16 * layout.tableVectors, STORAGE);
    const shape = {
      vectors: this.#vectors,
      mostSlots: Math.max(1, layout.mostSlots),
      banzhaf: options.banzhaf,
      background: options.background !== null,
    };
    const build = await this.#pipeline(buildShader(shape));
    const buildBuffers = [
      entries,
      this.#put(layout.leaves, STORAGE),
      this.#put(layout.slots, STORAGE),
      this.#put(shape.background ? orderWeights(shape.banzhaf) : rules(), STORAGE),
      table,
      ...(shape.background ? [this.#put(layout.masses, STORAGE)] : []),
    ];
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(build);
    pass.setBindGroup(0, this.#bind(build, buildBuffers));
    const cells = layout.entries.length / ENTRY_WORDS;
    if (cells > 0) pass.dispatchWorkgroups(Math.min(cells, MOST_GROUPS), Math.ceil(cells / MOST_GROUPS));
    pass.end();
    device.queue.submit([encoder.finish()]);

    const pipeline = await this.#pipeline(gatherShader(this.#vectors));
    const sumBytes = Math.max(16, this.#rangesAtOnce * this.rows * 4 * this.lanes);
    this.#binBuffer = this.#room(this.#bins.byteLength, STORAGE | COPY_TARGET);
    this.#sumBuffer = this.#room(sumBytes, STORAGE | COPY_SOURCE);
    this.#readBuffer = this.#room(sumBytes, MAP_READ | COPY_TARGET);
    const call = this.#room(16, UNIFORM | COPY_TARGET);
    const buffers = [
      entries,
      this.#put(layout.tests, STORAGE),
      this.#put(layout.ranges, STORAGE),
      this.#put(this.#forest.words, STORAGE),
      this.#binBuffer,
      table,
      this.#sumBuffer,
      call,
    ];
    this.#gather = { pipeline, group: this.#bind(pipeline, buffers), call };
  }

  #pipeline(code: string): Promise<GPUComputePipeline> {
    const module = this.#device.createShaderModule({ code });
    return this.#device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  }

  #bind(pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[]): GPUBindGroup {
    return this.#device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
  }

  #room(bytes: number, usage: number): GPUBuffer {
    const buffer = this.#device.createBuffer({ size: Math.max(16, 4 * Math.ceil(bytes / 4)), usage });
    this.#buffers.push(buffer);
    return buffer;
  }

  #put(data: Uint32Array | Float32Array, usage: number): GPUBuffer {
    const buffer = this.#room(data.byteLength, usage | COPY_TARGET);
    this.#device.queue.writeBuffer(buffer, 0, data.slice());
    return buffer;
  }
}

function vectorsOf(forest: KernelForest): number {
  return Math.max(1, Math.ceil(forest.players.length / 4));
}

/** A loop without a pause takes about this long. */
const PACE_MS = 20;

async function layOut(
  forest: KernelForest,
  plan: KernelPlan,
  { background }: TablesOptions,
  signal: AbortSignal | undefined,
): Promise<CellLayout> {
  const binned =
    background === null ? null : { bins: binRows(forest, background.x, background.weights.length), weights: background.weights };
  const steps = layOutCells(forest, plan, vectorsOf(forest), binned);
  let began = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    if (performance.now() - began < PACE_MS) continue;
    await yieldMacrotask();
    throwIfAborted(signal);
    began = performance.now();
  }
}

/** Nodes and weights of the rules of order 1 to 8. */
function rules(): Float32Array {
  const found = new Float32Array(2 * RULE_PLACES * RULE_PLACES);
  for (let order = 1; order <= RULE_PLACES; order++) {
    const { nodes, weights } = gaussLegendre(order);
    nodes.forEach((node, m) => found.set([node, weights[m]!], 2 * ((order - 1) * RULE_PLACES + m)));
  }
  return found;
}

/** (p - 1)! q! / (p + q)! and p! (q - 1)! / (p + q)! by [p][q]; Banzhaf's are 1 / 2^(p + q - 1). */
function orderWeights(banzhaf: boolean): Float32Array {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const found = new Float32Array(2 * WEIGHT_PLACES * WEIGHT_PLACES);
  for (let p = 0; p < WEIGHT_PLACES; p++) {
    for (let q = 0; q < WEIGHT_PLACES; q++) {
      const all = factorial(p + q);
      const plus = p === 0 ? 0 : banzhaf ? 2 ** (1 - p - q) : (factorial(p - 1) * factorial(q)) / all;
      const minus = q === 0 ? 0 : banzhaf ? 2 ** (1 - p - q) : (factorial(p) * factorial(q - 1)) / all;
      found.set([plus, minus], 2 * (p * WEIGHT_PLACES + q));
    }
  }
  return found;
}
