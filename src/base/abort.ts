import { LimpidError } from '#/base/errors';

/** @throws LimpidError `Aborted` when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LimpidError({ tag: 'Aborted', message: 'Cancelled.' });
}

/** A macrotask, so that abort messages and other questions are heard during a long loop. */
export async function yieldMacrotask(): Promise<void> {
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
