import { throwIfAborted, yieldMacrotask } from '#/base/abort';

const YIELD_AFTER_MS = 20;

/**
 * Keeps long loops open to abort messages: ask `due()` often, `await pause()` when it says so.
 * Where a loop pauses depends on the clock, what it computes must not.
 */
export interface Pacer {
  due(): boolean;
  /** @throws LimpidError `Aborted` */
  pause(): Promise<void>;
}

export function createPacer(signal: AbortSignal | undefined): Pacer {
  let last = performance.now();
  return {
    due: () => performance.now() - last > YIELD_AFTER_MS,
    async pause() {
      await yieldMacrotask();
      throwIfAborted(signal);
      last = performance.now();
    },
  };
}
