import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { ComputeHost } from '#/engine/compute-host';
import { compileKernels } from '#/kernels/compile-kernels';
import type { ComputeApi } from '#/workers/contract';
import { installTransferHandlers } from '#/workers/transfer';

installTransferHandlers();
// The build puts the kernels beside this script.
const kernels = (): ReturnType<typeof compileKernels> =>
  compileKernels(async (name) => WebAssembly.compile(await readFile(new URL(`./kernels/${name}.wasm`, import.meta.url))));
const { plain } = (workerData ?? {}) as { readonly plain?: boolean };
const host = new ComputeHost(plain === true ? {} : { kernels });
const api: ComputeApi = {
  run: (task, signal) => host.run(task, signal),
  ping: () => Promise.resolve(performance.now()),
};
if (parentPort === null) throw new Error('compute.thread is an entry of worker_threads');
expose(api, nodeEndpoint(parentPort));
