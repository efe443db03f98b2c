import { throwIfAborted, yieldMacrotask } from '#/base/abort';
import { LimpidError } from '#/base/errors';
import type { EncodedRows, ModelAsset, Predictor, PredictorInfo } from '#/domain/model';
import { createInputBuffer, type InputBuffer } from './encode-inputs';
import { configureRuntime, InferenceSession, runExclusive, type RuntimeOptions, type Tensor } from './runtime';
import { runError, sessionError } from './runtime-errors';
import { createOutputMap, writeLabels, writeScores, type OutputMap } from './stored-outputs';

const MAX_BATCH = 8192;
const MIN_BATCH = 64;
/** Input bytes of a batch: small enough for the second-level cache. */
const BATCH_BYTES = 1 << 20;
/** One call into the runtime blocks its worker for about this long at most. */
const BATCH_SECONDS = 0.08;
/** Numbers of rows whose tensors are kept: one row, a full batch, and rests. */
const KEPT_SIZES = 4;

interface Feeds {
  readonly buffers: readonly InputBuffer[];
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** Failures come back as errors; the runtime need not print them as well. */
const RUN_OPTIONS: InferenceSession.RunOptions = { logSeverityLevel: 4 };

function floorToPowerOfTwo(value: number): number {
  return 2 ** Math.floor(Math.log2(value));
}

class OrtPredictor implements Predictor {
  readonly nFeatures: number;
  readonly nOutputs: number;
  readonly #asset: ModelAsset;
  readonly #session: InferenceSession;
  readonly #map: OutputMap;
  readonly #fetched: string;
  readonly #isLabelOnly: boolean;
  readonly #feeds = new Map<number, Feeds>();
  readonly #largestBatch: number;
  #maxBatch: number;
  #secondsPerRow = NaN;
  #isDisposed = false;

  constructor(asset: ModelAsset, session: InferenceSession) {
    this.#asset = asset;
    this.#session = session;
    this.#map = createOutputMap(asset.signature, asset.outputs);
    this.nFeatures = asset.features.length;
    this.nOutputs = this.#map.nOutputs;
    const { scores, label } = asset.signature.outputs;
    const fetched = scores ?? label;
    if (fetched === null)
      throw new LimpidError({ tag: 'UnsupportedModel', message: 'The model has neither scores nor labels.', place: { file: asset.name } });
    this.#fetched = fetched;
    this.#isLabelOnly = scores === null;
    const fitting = floorToPowerOfTwo(BATCH_BYTES / (4 * Math.max(1, this.nFeatures)));
    this.#largestBatch = Math.min(MAX_BATCH, Math.max(MIN_BATCH, fitting));
    this.#maxBatch = Math.min(1024, this.#largestBatch);
    this.#feedsFor(1);
  }

  get info(): PredictorInfo {
    return { locality: 'local', maxBatch: this.#maxBatch, deterministic: true, space: this.#map.space, secondsPerRow: this.#secondsPerRow };
  }

  async predict(rows: EncodedRows, signal?: AbortSignal): Promise<Float64Array> {
    if (this.#isDisposed)
      throw new LimpidError({ tag: 'ModelFailed', message: 'The model was closed.', place: { file: this.#asset.name } });
    if (rows.nFeatures !== this.nFeatures || rows.values.length !== rows.nRows * rows.nFeatures) {
      throw new LimpidError({
        tag: 'ModelFailed',
        message: `The model takes rows of ${this.nFeatures} features, but was given ${rows.nFeatures}.`,
        place: { file: this.#asset.name },
      });
    }
    const result = new Float64Array(rows.nRows * this.nOutputs);
    for (let start = 0; start < rows.nRows;) {
      throwIfAborted(signal);
      const count = Math.min(this.#maxBatch, rows.nRows - start);
      const at = start;
      await runExclusive(() => this.#predictBatch(rows, at, count, result));
      start += count;
      if (start < rows.nRows) await yieldMacrotask();
    }
    throwIfAborted(signal);
    return result;
  }

  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#feeds.clear();
    await runExclusive(() => this.#session.release());
  }

  #feedsFor(nRows: number): Feeds {
    const known = this.#feeds.get(nRows);
    if (known !== undefined) return known;
    if (this.#feeds.size >= KEPT_SIZES) {
      const oldest = [...this.#feeds.keys()].find((size) => size !== 1);
      if (oldest !== undefined) this.#feeds.delete(oldest);
    }
    const buffers = this.#asset.signature.inputs.map((input) => {
      const binding = this.#asset.bindings.find((candidate) => candidate.input === input.name) ?? { input: input.name, features: [] };
      return createInputBuffer(input, binding, this.#asset.features, nRows);
    });
    const feeds = { buffers, tensors: Object.fromEntries(buffers.map((buffer) => [buffer.name, buffer.tensor])) };
    this.#feeds.set(nRows, feeds);
    return feeds;
  }

  async #predictBatch(rows: EncodedRows, start: number, count: number, result: Float64Array): Promise<void> {
    const began = performance.now();
    const feeds = this.#feedsFor(count);
    for (const buffer of feeds.buffers) buffer.fill(rows, start);
    let output: Tensor | undefined;
    try {
      const fetched = await this.#session.run(feeds.tensors, [this.#fetched], RUN_OPTIONS);
      output = fetched[this.#fetched];
    } catch (error) {
      throw runError(error, this.#asset.name, count);
    }
    this.#store(output, count, result, start);
    this.#measure(count, (performance.now() - began) / 1000);
  }

  #store(output: Tensor | undefined, count: number, result: Float64Array, start: number): void {
    const data = output?.data;
    if (data === undefined || data.length % count !== 0) {
      throw new LimpidError({
        tag: 'ModelFailed',
        message: `The model gave ${data?.length ?? 'no'} numbers for ${count} rows.`,
        hint: 'The graph may fix the number of rows: export it with a dynamic first axis.',
        place: { file: this.#asset.name },
      });
    }
    if (this.#isLabelOnly) writeLabels(this.#map, data, count, result, start);
    else if (data instanceof Float32Array || data instanceof Float64Array) writeScores(this.#map, data, count, result, start);
    else
      throw new LimpidError({ tag: 'ModelFailed', message: 'The scores of the model are no numbers.', place: { file: this.#asset.name } });
  }

  /** Batches grow or shrink so that a call stays short; single rows say nothing about batches. */
  #measure(count: number, seconds: number): void {
    if (count < MIN_BATCH && !Number.isNaN(this.#secondsPerRow)) return;
    const measured = seconds / count;
    this.#secondsPerRow = Number.isNaN(this.#secondsPerRow) ? measured : 0.5 * this.#secondsPerRow + 0.5 * measured;
    if (count < MIN_BATCH) return;
    const fitting = floorToPowerOfTwo(Math.max(1, BATCH_SECONDS / Math.max(this.#secondsPerRow, 1e-9)));
    this.#maxBatch = Math.min(this.#largestBatch, Math.max(MIN_BATCH, fitting));
  }
}

/**
 * Opens a model in ONNX Runtime (WebAssembly, one thread; Node and browsers).
 *
 * Predictions are stored outputs (binary: class 1) in `info.space`; see `writeScores`. Calls queue behind each other,
 * across all predictors of the thread, since the runtime is not re-entrant.
 * @param options - where the runtime's .wasm comes from; only the first predictor of a thread decides
 * @throws LimpidError `UnsupportedModel` when the runtime refuses the graph, `InconsistentData` when bindings do not fit
 */
export async function createOrtPredictor(asset: ModelAsset, options: RuntimeOptions = {}): Promise<Predictor> {
  configureRuntime(options);
  const session = await runExclusive(async () => {
    try {
      return await InferenceSession.create(asset.bytes, {
        executionProviders: ['wasm'],
        graphOptimizationLevel: 'all',
        executionMode: 'sequential',
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        logSeverityLevel: 4,
      });
    } catch (error) {
      throw sessionError(error, asset.name);
    }
  });
  try {
    return new OrtPredictor(asset, session);
  } catch (error) {
    await runExclusive(() => session.release());
    throw error;
  }
}
