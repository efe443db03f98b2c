import type { InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import { throwIfAborted, yieldMacrotask } from '#/base/abort';
import { LimpidError } from '#/base/errors';
import type { EncodedRows, Predictor, PredictorInfo } from '#/domain/model';
import type { PredictionSpace } from '#/domain/outputs';
import { FEATURES } from '#/onnx/backward/net';
import { VALUES } from '#/onnx/backward/backward-graph';
import { runExclusive } from './runtime';
import type { TensorNet } from './webgpu-net';

/** Bytes of a batch's widest tensor. */
const BATCH_BYTES = 1 << 24;
const LARGEST_BATCH = 2048;
const SMALLEST_BATCH = 64;

const RUN_OPTIONS: InferenceSession.RunOptions = { logSeverityLevel: 4 };

/** Rows in one call to the GPU: depends on the net alone. */
export function gpuBatch(net: TensorNet): number {
  const fitting = 2 ** Math.floor(Math.log2(BATCH_BYTES / (4 * Math.max(1, net.widest))));
  return Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, fitting));
}

class WebgpuPredictor implements Predictor {
  readonly nFeatures: number;
  readonly nOutputs: number;
  readonly #net: TensorNet;
  readonly #space: PredictionSpace;
  readonly #session: InferenceSession;
  readonly #batch: number;
  readonly #input: Float32Array;
  readonly #tensor: Tensor;
  #secondsPerRow = NaN;

  constructor(
    net: TensorNet,
    space: PredictionSpace,
    session: InferenceSession,
    createTensor: (data: Float32Array, dims: number[]) => Tensor,
  ) {
    this.#net = net;
    this.#space = space;
    this.#session = session;
    this.nFeatures = net.nFeatures;
    this.nOutputs = net.seeds.length;
    this.#batch = gpuBatch(net);
    this.#input = new Float32Array(this.#batch * net.nFeatures);
    this.#tensor = createTensor(this.#input, [this.#batch, net.nFeatures]);
  }

  get info(): PredictorInfo {
    return { locality: 'local', maxBatch: this.#batch, deterministic: true, space: this.#space, secondsPerRow: this.#secondsPerRow };
  }

  async predict(rows: EncodedRows, signal?: AbortSignal): Promise<Float64Array> {
    const result = new Float64Array(rows.nRows * this.nOutputs);
    for (let start = 0; start < rows.nRows; start += this.#batch) {
      throwIfAborted(signal);
      const at = start;
      await runExclusive(() => this.#predictBatch(rows, at, result));
      if (start + this.#batch < rows.nRows) await yieldMacrotask();
    }
    throwIfAborted(signal);
    return result;
  }

  async dispose(): Promise<void> {
    await runExclusive(() => this.#session.release());
  }

  /**
   * Every call has the same shape, filled up with zeros: the provider chooses its shaders by shape, so that a row gets the same bits
   * whatever rows are beside it, and no shader is compiled twice.
   */
  async #predictBatch(rows: EncodedRows, start: number, result: Float64Array): Promise<void> {
    const began = performance.now();
    const { nFeatures, nOutputs } = this;
    const count = Math.min(this.#batch, rows.nRows - start);
    this.#input.set(rows.values.subarray(start * nFeatures, (start + count) * nFeatures));
    this.#input.fill(0, count * nFeatures);
    const fetched = await this.#session.run({ [FEATURES]: this.#tensor }, [VALUES], RUN_OPTIONS);
    const data = fetched[VALUES]?.data;
    const { seeds } = this.#net;
    const width = seeds[0]?.length ?? 0;
    if (!(data instanceof Float32Array) || data.length !== this.#batch * width)
      throw new LimpidError({ tag: 'ModelFailed', message: 'The GPU gave no numbers.' });
    for (let output = 0; output < nOutputs; output++) {
      const seed = seeds[output]!;
      for (let row = 0; row < count; row++) {
        let sum = 0;
        for (let column = 0; column < width; column++) if (seed[column] !== 0) sum += seed[column]! * data[row * width + column]!;
        result[(start + row) * nOutputs + output] = sum;
      }
    }
    if (count === this.#batch || Number.isNaN(this.#secondsPerRow)) this.#secondsPerRow = (performance.now() - began) / 1000 / count;
  }
}

export interface WebgpuOptions {
  /** Where the WebGPU build's .wasm lies. */
  readonly wasmPath: string;
}

/**
 * Opens a net in ONNX Runtime's WebGPU provider, float32. Loads the WebGPU build of the runtime (27 MB): call it only where a GPU
 * exists and may help. Predictions are stored outputs in `space`, within about 1e-6 of those in WebAssembly.
 * @throws whatever the runtime throws; callers fall back
 */
export async function createWebgpuPredictor(net: TensorNet, space: PredictionSpace, options: WebgpuOptions): Promise<Predictor> {
  const { env, InferenceSession, Tensor } = await import('onnxruntime-web/webgpu');
  env.logLevel = 'fatal';
  env.wasm.numThreads = 1;
  env.wasm.proxy = false;
  env.wasm.wasmPaths = { wasm: options.wasmPath };
  return runExclusive(async () => {
    const session = await InferenceSession.create(net.bytes, {
      executionProviders: ['webgpu'],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
    });
    return new WebgpuPredictor(net, space, session, (data, dims) => new Tensor('float32', data, dims));
  });
}
