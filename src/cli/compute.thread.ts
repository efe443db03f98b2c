import { parentPort } from 'node:worker_threads';
import { expose } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { ComputeHost } from '#/engine/compute-host';
import type { ComputeApi } from '#/workers/contract';
import { installTransferHandlers } from '#/workers/transfer';

installTransferHandlers();
const host = new ComputeHost();
const api: ComputeApi = {
  run: (task, signal) => host.run(task, signal),
  ping: () => Promise.resolve(performance.now()),
};
if (parentPort === null) throw new Error('compute.thread is an entry of worker_threads');
expose(api, nodeEndpoint(parentPort));
