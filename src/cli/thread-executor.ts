import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { wrap } from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { LimpidError } from '#/base/errors';
import type { Executor, Lane } from '#/engine/executor';
import type { ComputeResult } from '#/engine/compute-task';
import { withCallSignal } from '#/workers/call-signal';
import type { ComputeApi } from '#/workers/contract';
import { installTransferHandlers } from '#/workers/transfer';

/**
 * Lanes as worker_threads: what the command line computes with.
 * @param entry - the built `compute.thread.js`
 * @param plain - without the WebAssembly kernels: slower, everything in float64
 */
export function createThreadExecutor(lanes: number, entry: URL, plain = false): Executor {
  installTransferHandlers();
  return {
    kind: 'worker thread',
    lanes,
    open: () => {
      if (!existsSync(fileURLToPath(entry)))
        return Promise.reject(
          new LimpidError({ tag: 'NotFound', message: 'The compute thread is not built.', hint: 'Run `npm run build` first.' }),
        );
      const thread = new Worker(entry, { workerData: { plain } });
      const api = wrap<ComputeApi>(nodeEndpoint(thread));
      const ended = endOf(thread);
      const lane: Lane = {
        run: (task, signal) =>
          Promise.race([
            ended,
            signal === undefined ? api.run(task) : withCallSignal<ComputeResult>(signal, async (own) => await api.run(task, own)),
          ]),
        ping: async () => {
          await Promise.race([ended, api.ping()]);
        },
        dispose: async () => {
          await thread.terminate();
        },
      };
      return Promise.resolve(lane);
    },
  };
}

/** Rejects with `WorkerLost` when the thread ends by itself: an answer would never come. */
function endOf(thread: Worker): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    const lost = (cause: unknown): void => {
      reject(
        new LimpidError(
          {
            tag: 'WorkerLost',
            message: `A compute thread ended: ${cause instanceof Error ? cause.message : `exit code ${String(cause)}`}`,
            hint: 'Explain fewer rows or use fewer background rows.',
          },
          cause,
        ),
      );
    };
    thread.once('error', lost);
    thread.once('exit', lost);
  });
  ended.catch(() => undefined);
  return ended;
}
