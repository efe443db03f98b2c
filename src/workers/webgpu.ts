import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import type { GpuOptions } from '#/engine/install-model';
import { chooseProvider } from '#/inference/webgpu-choice';

const wasmPath = new URL(ortWasm, import.meta.url).href;

/** What lanes in the page's workers may use of a GPU: loaded only where one exists. */
export const gpu: GpuOptions = { choose: (request, signal) => chooseProvider(request, { wasmPath }, signal) };
