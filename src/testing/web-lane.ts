import { createPortLane } from '#/workers/port-lane';
import type { Lane } from '#/engine/executor';
import { installTransferHandlers } from '#/workers/transfer';

/** A compute worker as the page makes it, reached straight from a test. */
export function openWebLane(): Promise<Lane> {
  installTransferHandlers();
  const worker = new Worker(new URL('../workers/compute.worker.ts', import.meta.url), { type: 'module' });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port1, [port1]);
  const lane = createPortLane(port2);
  return Promise.resolve({
    ...lane,
    dispose: async () => {
      await lane.dispose();
      worker.terminate();
    },
  });
}
