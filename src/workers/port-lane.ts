import { wrap } from 'comlink';
import type { Lane } from '#/engine/executor';
import type { ComputeResult } from '#/engine/compute-task';
import { withCallSignal } from '#/workers/call-signal';
import type { ComputeApi } from '#/workers/contract';

/** A compute worker behind a port, as a lane. Disposing closes the port; whoever made the worker ends it. */
export function createPortLane(port: MessagePort): Lane {
  const api = wrap<ComputeApi>(port);
  return {
    run: async (task, signal) =>
      signal === undefined ? await api.run(task) : await withCallSignal<ComputeResult>(signal, async (own) => await api.run(task, own)),
    ping: async () => {
      await api.ping();
    },
    dispose: () => {
      port.close();
      return Promise.resolve();
    },
  };
}
