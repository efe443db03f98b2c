import { expose } from 'comlink';
import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { InteractiveHost, type InteractiveSetup } from '#/engine/interactive-host';
import type { InteractiveApi } from '#/workers/contract';
import { loadKernels } from '#/workers/kernels';
import { installTransferHandlers } from '#/workers/transfer';

installTransferHandlers();
const host = new InteractiveHost({ ort: { wasmPath: new URL(ortWasm, import.meta.url).href }, kernels: loadKernels });
const api: InteractiveApi = {
  connect: (study) => {
    study.onmessage = (event: MessageEvent<InteractiveSetup | null>) => host.install(event.data);
    return Promise.resolve();
  },
  predict: (values) => host.predict(values),
  curve: (row, feature, grid) => host.curve(row, feature, grid),
  surface: (row, featureA, gridA, featureB, gridB) => host.surface(row, featureA, gridA, featureB, gridB),
  explain: (row) => host.explain(row),
  treePath: (row, tree) => host.treePath(row, tree),
  anchor: (row, threshold) => host.anchor(row, threshold),
};
expose(api);
