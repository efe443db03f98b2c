import { expose } from 'comlink';
import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { ComputeHost } from '#/engine/compute-host';
import { findGpuAdapter } from '#/inference/webgpu-adapter';
import type { ComputeApi } from '#/workers/contract';
import { loadKernels } from '#/workers/kernels';
import { installTransferHandlers } from '#/workers/transfer';

installTransferHandlers();
const host = new ComputeHost({
  ort: { wasmPath: new URL(ortWasm, import.meta.url).href },
  kernels: loadKernels,
  gpu: async () => ((await findGpuAdapter()) === null ? null : (await import('#/workers/webgpu')).gpu),
});
const api: ComputeApi = {
  run: (task, signal) => host.run(task, signal),
  ping: () => Promise.resolve(performance.now()),
};

// The page hands over the port that leads to the study worker.
addEventListener('message', (event: MessageEvent<MessagePort>) => expose(api, event.data), { once: true });
