import { Worker } from 'node:worker_threads';
import { wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { Executor, Lane } from '#/engine/executor';
import type { ComputeResult } from '#/engine/compute-task';
import { withCallSignal } from '#/workers/call-signal';
import type { ComputeApi } from '#/workers/contract';
import { installTransferHandlers } from '#/workers/transfer';

/** Lanes as worker_threads: what the command line computes with. @param entry - the built `compute.thread.js` */
export function createThreadExecutor(lanes: number, entry: URL): Executor {
  installTransferHandlers();
  return {
    kind: 'worker thread',
    lanes,
    open: () => {
      const thread = new Worker(entry);
      const api = wrap<ComputeApi>(nodeEndpoint(thread));
      const lane: Lane = {
        run: async (task, signal) =>
          signal === undefined ? await api.run(task) : await withCallSignal<ComputeResult>(signal, async (own) => await api.run(task, own)),
        ping: async () => {
          await api.ping();
        },
        dispose: async () => {
          await thread.terminate();
        },
      };
      return Promise.resolve(lane);
    },
  };
}
