import quadrature from '#build/kernels/quadrature.wasm?url';
import tables from '#build/kernels/tables.wasm?url';
import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { compileFrom, compileKernels } from '#/kernels/compile-kernels';
import { createOurs } from './ours';
import type { LaneRequest } from './protocol';

const addresses = { quadrature, tables };
const here = (url: string): string => new URL(url, import.meta.url).href;

const ours = compileKernels((name) => compileFrom(here(addresses[name]))).then((kernels) =>
  createOurs({
    read: async (file) => new Uint8Array(await (await fetch(`/${file}`)).arrayBuffer()),
    kernels,
    ort: { wasmPath: here(ortWasm) },
    cpu: () => NaN,
    collectGarbage: () => (globalThis as { gc?: () => void }).gc?.(),
  }),
);

addEventListener('message', ({ data }: MessageEvent<LaneRequest>) => {
  ours
    .then((answer) => answer(data))
    .then(
      (answer) => postMessage({ answer }),
      (error: unknown) => postMessage({ error: String(error) }),
    );
});
