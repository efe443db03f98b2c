/** The one place that sets up ONNX Runtime and keeps its calls one behind the other. */
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';

export { InferenceSession, Tensor };

export interface RuntimeOptions {
  /** Where the runtime's .wasm lies, when it is not beside the script (a report, an unusual host). */
  readonly wasmPath?: string | URL;
  /** The .wasm itself; wins over the path. */
  readonly wasmBinary?: ArrayBuffer;
}

/** Settings are read when the first session is made; later options have no effect. */
export function configureRuntime(options: RuntimeOptions): void {
  env.logLevel = 'fatal';
  env.wasm.numThreads = 1;
  env.wasm.proxy = false;
  if (options.wasmPath !== undefined) env.wasm.wasmPaths = { wasm: options.wasmPath };
  if (options.wasmBinary !== undefined) env.wasm.wasmBinary = options.wasmBinary;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs one task after all earlier ones have settled: the runtime is not re-entrant, not even across sessions
 * ("Session already started").
 */
export function runExclusive<T>(task: () => Promise<T>): Promise<T> {
  const result = last.then(task, task);
  last = result.catch(() => undefined);
  return result;
}
