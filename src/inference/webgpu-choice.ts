import { isLimpidError } from '#/base/errors';
import type { ProviderFacts } from '#/domain/inference-provider';
import type { EncodedRows, ModelAsset, Predictor } from '#/domain/model';
import { findGpuAdapter } from './webgpu-adapter';
import { readTensorNet } from './webgpu-net';
import { createWebgpuPredictor, gpuBatch, type WebgpuOptions } from './webgpu-predictor';

/** The GPU is taken when it is so many times as fast. */
const LEAST_SPEEDUP = 1.2;
/** A call to a GPU takes about this long, whatever it computes: quicker batches need none. */
const CALL_SECONDS = 2e-3;
/** Largest difference of predictions, relative to the largest prediction of the output. */
const TOLERANCE = 1e-5;
const TIMED_CALLS = 3;
const LONG_SECONDS = 1;

export interface ProviderChoice {
  readonly predictor: Predictor;
  readonly facts: ProviderFacts;
}

export interface ProviderRequest {
  readonly asset: ModelAsset;
  /** The model in WebAssembly: what the GPU is measured against and falls back to. */
  readonly wasm: Predictor;
  /** Rows of the data. */
  readonly probe: EncodedRows;
  /** What an earlier lane has chosen: all lanes of a study must agree. Undefined: measure. */
  readonly wanted: ProviderFacts['name'] | undefined;
}

export interface ChoiceOptions extends WebgpuOptions {
  /** Tests: takes adapters that are computed by the CPU as well. */
  readonly allowSoftware?: boolean;
  /** Tests: measures nets that are too quick for a GPU as well. */
  readonly leastSeconds?: number;
}

/**
 * Chooses what predicts, by measurement: the WebGPU provider where the model is a pure tensor net, an adapter exists, its predictions
 * agree (1e-5 of the largest, NaN where WebAssembly has NaN) and a full batch of real rows takes less time (median of 3, at least
 * 1.2 times faster); else WebAssembly, with the reason. Nothing is downloaded before the cheap questions are answered.
 * @throws LimpidError `Aborted`, or `ModelFailed` from `wasm`; failures of the GPU are reasons
 */
export async function chooseProvider(request: ProviderRequest, options: ChoiceOptions, signal?: AbortSignal): Promise<ProviderChoice> {
  const { asset, wasm, wanted } = request;
  const stay = (reason: string, speedup: number | null = null): ProviderChoice => ({
    predictor: wasm,
    facts: { name: 'wasm', reason, speedup },
  });
  if (wanted === 'wasm') return stay('An earlier measurement chose WebAssembly.');
  if (asset.kind !== 'onnx') return stay('The model is no ONNX graph.');
  const found = await findGpuAdapter();
  if (found === null) return stay('There is no GPU that this browser can use.');
  if (found.isSoftware && options.allowSoftware !== true) return stay('The only GPU is simulated by the processor.');
  const net = readTensorNet(asset);
  if ('reason' in net) return stay(`The model is no pure tensor net: ${net.reason}`);
  const rows = repeatRows(request.probe, gpuBatch(net));
  if (rows.nRows === 0) return stay('There are no rows to measure on.');
  const expected = await wasm.predict(rows, signal);
  const leastSeconds = options.leastSeconds ?? CALL_SECONDS;
  const wasmSeconds = await secondsOf(wasm, rows, signal);
  if (wanted === undefined && wasmSeconds < leastSeconds)
    return stay(`A batch of ${rows.nRows} rows takes ${(1e3 * wasmSeconds).toFixed(1)} ms: a call to the GPU takes longer.`);
  let gpu: Predictor | null = null;
  try {
    gpu = await createWebgpuPredictor(net, wasm.info.space, options);
    const difference = relativeDifference(await gpu.predict(rows, signal), expected, wasm.nOutputs);
    if (!(difference <= TOLERANCE)) {
      await gpu.dispose();
      return stay(`Predictions of the GPU differ by ${difference.toExponential(1)} of the largest.`);
    }
    const speedup = wanted === 'webgpu' ? null : wasmSeconds / (await secondsOf(gpu, rows, signal));
    if (speedup !== null && speedup < LEAST_SPEEDUP) {
      await gpu.dispose();
      return stay(`A batch of ${rows.nRows} rows takes ${(1 / speedup).toFixed(1)} times as long on the GPU.`, speedup);
    }
    const reason = speedup === null ? 'An earlier measurement chose the GPU.' : `The GPU is ${speedup.toFixed(1)} times as fast.`;
    return { predictor: withFallback(gpu, wasm), facts: { name: 'webgpu', reason, speedup } };
  } catch (error) {
    await gpu?.dispose().catch(() => undefined);
    if (isLimpidError(error, 'Aborted')) throw error;
    return stay(`The GPU failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Exactly `nRows` rows, from the start again when there are fewer. */
function repeatRows(rows: EncodedRows, nRows: number): EncodedRows {
  const { nFeatures } = rows;
  if (rows.nRows === 0) return rows;
  const values = new Float64Array(nRows * nFeatures);
  const used = rows.values.subarray(0, rows.nRows * nFeatures);
  for (let at = 0; at < values.length; at += used.length) values.set(used.subarray(0, Math.min(used.length, values.length - at)), at);
  return { nRows, nFeatures, values };
}

/** Median of some calls; both have had a first call before. */
async function secondsOf(predictor: Predictor, rows: EncodedRows, signal: AbortSignal | undefined): Promise<number> {
  const seconds: number[] = [];
  for (let call = 0; call < TIMED_CALLS; call++) {
    const began = performance.now();
    await predictor.predict(rows, signal);
    seconds.push((performance.now() - began) / 1000);
    // Calls that take long vary little.
    if (seconds[call]! > LONG_SECONDS) return seconds[call]!;
  }
  return seconds.sort((a, b) => a - b)[Math.floor(TIMED_CALLS / 2)]!;
}

/** Largest difference over the largest |expected|, by output; Infinity where only one of them is no number. */
function relativeDifference(values: Float64Array, expected: Float64Array, nOutputs: number): number {
  let worst = 0;
  for (let output = 0; output < nOutputs; output++) {
    let largest = 0;
    let difference = 0;
    for (let at = output; at < expected.length; at += nOutputs) {
      const want = expected[at]!;
      const got = values[at]!;
      if (Object.is(want, got)) continue;
      if (!Number.isFinite(want) || !Number.isFinite(got)) return Infinity;
      difference = Math.max(difference, Math.abs(want - got));
    }
    for (let at = output; at < expected.length; at += nOutputs)
      if (Number.isFinite(expected[at])) largest = Math.max(largest, Math.abs(expected[at]!));
    worst = Math.max(worst, difference / Math.max(largest, Number.MIN_VALUE));
  }
  return worst;
}

/** A GPU can be lost at any time (a driver that is reset, a laptop that sleeps): the rows are then predicted in WebAssembly. */
function withFallback(gpu: Predictor, wasm: Predictor): Predictor {
  let isLost = false;
  const current = (): Predictor => (isLost ? wasm : gpu);
  return {
    nFeatures: wasm.nFeatures,
    nOutputs: wasm.nOutputs,
    get info() {
      return current().info;
    },
    async predict(rows, signal) {
      if (!isLost) {
        try {
          return await gpu.predict(rows, signal);
        } catch (error) {
          if (isLimpidError(error, 'Aborted')) throw error;
          isLost = true;
        }
      }
      return wasm.predict(rows, signal);
    },
    async dispose() {
      await gpu.dispose().catch(() => undefined);
      await wasm.dispose();
    },
  };
}
