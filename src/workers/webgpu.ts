import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import type { GpuOptions } from '#/engine/install-model';
import { findGpuAdapter } from '#/inference/webgpu-adapter';
import { chooseProvider } from '#/inference/webgpu-choice';
import { createGpuTables } from '#/kernels/webgpu/choose-tables';

const wasmPath = new URL(ortWasm, import.meta.url).href;

let device: Promise<GPUDevice | string> | null = null;

/** One device a lane for the tables of trees, opened again when it was lost. */
function openDevice(): Promise<GPUDevice | string> {
  const opening = (device ??= requestDevice());
  opening.then(
    async (found) => {
      if (typeof found !== 'string') await found.lost;
      if (device === opening) device = null;
    },
    () => (device = null),
  );
  return opening;
}

async function requestDevice(): Promise<GPUDevice | string> {
  const found = await findGpuAdapter();
  if (found === null) return 'There is no GPU that this browser can use.';
  if (found.isSoftware) return 'The only GPU is simulated by the processor.';
  return found.adapter.requestDevice();
}

/** What lanes in the page's workers may use of a GPU: loaded only where one exists. */
export const gpu: GpuOptions = {
  choose: (request, signal) => chooseProvider(request, { wasmPath }, signal),
  tables: (wanted) => createGpuTables({ openDevice, wanted }),
};
