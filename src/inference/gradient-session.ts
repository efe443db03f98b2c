import { throwIfAborted, yieldMacrotask } from '#/base/abort';
import { LimpidError } from '#/base/errors';
import type { EncodedRows } from '#/domain/model';
import { InferenceSession, runExclusive, Tensor } from './runtime';
import { runError, sessionError } from './runtime-errors';

/** Bytes of a batch's widest tensor: it stays in the second-level cache. */
const BATCH_BYTES = 1 << 18;
const LARGEST_BATCH = 2048;
const SMALLEST_BATCH = 16;

const RUN_OPTIONS: InferenceSession.RunOptions = { logSeverityLevel: 4 };

/** A matrix that is fed batch by batch. `width` numbers a row, from row `start` on. */
export interface FedMatrix {
  readonly name: string;
  readonly width: number;
  fill(target: Float32Array, start: number, count: number): void;
}

/** Rows of a table as a fed matrix. */
export function fedRows(name: string, rows: EncodedRows): FedMatrix {
  const width = rows.nFeatures;
  return { name, width, fill: (target, start, count) => target.set(rows.values.subarray(start * width, (start + count) * width)) };
}

/** The same numbers for every row. */
export function fedSeed(name: string, seed: readonly number[]): FedMatrix {
  return {
    name,
    width: seed.length,
    fill(target) {
      for (let i = 0; i < target.length; i += seed.length) target.set(seed, i);
    },
  };
}

interface Feeds {
  readonly arrays: readonly Float32Array[];
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/**
 * A generated float32 graph in the runtime, fed in batches of a size that depends on the graph alone.
 * Calls queue behind all others of the thread.
 */
export class GradientSession {
  readonly #session: InferenceSession;
  readonly #file: string;
  /** Rows in one call of the runtime. */
  readonly batch: number;
  readonly #inputs: ReadonlySet<string>;
  #kept: Feeds | null = null;

  private constructor(session: InferenceSession, file: string, widest: number) {
    this.#session = session;
    this.#file = file;
    const fitting = 2 ** Math.floor(Math.log2(BATCH_BYTES / (4 * Math.max(1, widest))));
    this.batch = Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, fitting));
    this.#inputs = new Set(session.inputNames);
  }

  /**
   * @param widest - numbers a row of the widest tensor in the graph
   * @throws LimpidError `UnsupportedModel` when the runtime refuses the graph
   */
  static async open(bytes: Uint8Array<ArrayBuffer>, file: string, widest: number): Promise<GradientSession> {
    return runExclusive(async () => {
      try {
        const session = await InferenceSession.create(bytes, {
          executionProviders: ['wasm'],
          graphOptimizationLevel: 'all',
          executionMode: 'sequential',
          intraOpNumThreads: 1,
          interOpNumThreads: 1,
          logSeverityLevel: 4,
        });
        return new GradientSession(session, file, widest);
      } catch (error) {
        throw sessionError(error, file);
      }
    });
  }

  /**
   * Runs all rows and hands each batch's outputs to `store`, in order.
   * @param store - receives the outputs in the order of `outputs`, row-major, and the first row of the batch
   * @throws LimpidError `ModelFailed` | `Aborted`
   */
  async run(
    nRows: number,
    matrices: readonly FedMatrix[],
    outputs: readonly string[],
    store: (values: readonly Float32Array[], start: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const fed = matrices.filter(({ name }) => this.#inputs.has(name));
    for (let start = 0; start < nRows; start += this.batch) {
      throwIfAborted(signal);
      if (start > 0) await yieldMacrotask();
      const count = Math.min(this.batch, nRows - start);
      const at = start;
      await runExclusive(() => this.#runBatch(at, count, fed, outputs, store));
    }
    throwIfAborted(signal);
  }

  async release(): Promise<void> {
    this.#kept = null;
    await runExclusive(() => this.#session.release());
  }

  async #runBatch(
    start: number,
    count: number,
    fed: readonly FedMatrix[],
    outputs: readonly string[],
    store: (values: readonly Float32Array[], start: number) => void,
  ): Promise<void> {
    const feeds = this.#feedsFor(count, fed);
    fed.forEach((matrix, index) => {
      matrix.fill(feeds.arrays[index]!, start, count);
    });
    let found: InferenceSession.OnnxValueMapType;
    try {
      found = await this.#session.run(feeds.tensors, outputs, RUN_OPTIONS);
    } catch (error) {
      throw runError(error, this.#file, count);
    }
    const values = outputs.map((name) => {
      const data = found[name]?.data;
      if (data instanceof Float32Array && data.length % count === 0) return data;
      throw new LimpidError({ tag: 'ModelFailed', message: 'The gradient graph gave no numbers.', place: { file: this.#file } });
    });
    store(values, start);
  }

  /** Tensors of a full batch are kept; each session is always fed the same matrices. */
  #feedsFor(count: number, fed: readonly FedMatrix[]): Feeds {
    if (count === this.batch && this.#kept !== null) return this.#kept;
    const arrays = fed.map(({ width }) => new Float32Array(count * width));
    const tensors = Object.fromEntries(fed.map(({ name, width }, index) => [name, new Tensor('float32', arrays[index]!, [count, width])]));
    const feeds = { arrays, tensors };
    if (count === this.batch) this.#kept = feeds;
    return feeds;
  }
}
