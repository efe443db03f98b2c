import { transferHandlers } from 'comlink';
import { toPlainError, fromPlainError, type PlainError } from '#/base/errors';

/**
 * Teaches comlink two things, on both sides of a border: abort signals (a port that carries one message) and tagged
 * errors (plain data, so that tag, place and hint survive). Call once in each realm before the first message.
 */
export function installTransferHandlers(): void {
  transferHandlers.set('abort-signal', {
    canHandle: (value): value is AbortSignal => value instanceof AbortSignal,
    serialize: (signal: AbortSignal) => {
      const { port1, port2 } = new MessageChannel();
      if (signal.aborted) port1.postMessage(0);
      else signal.addEventListener('abort', () => port1.postMessage(0), { once: true });
      return [port2, [port2]];
    },
    deserialize: (port: MessagePort) => {
      const controller = new AbortController();
      port.onmessage = () => {
        controller.abort();
        port.close();
      };
      return controller.signal;
    },
  });
  transferHandlers.set('throw', {
    canHandle: (value): value is { value: unknown } => typeof value === 'object' && value !== null && THROW_MARKER in value,
    serialize: ({ value }: { value: unknown }) => [toPlainError(value), []],
    deserialize: (plain: PlainError) => {
      throw fromPlainError(plain);
    },
  });
}

/** comlink wraps what a call threw as `{ value, [marker] }`; the marker is found by asking its own handler. */
const THROW_MARKER = findThrowMarker();

function findThrowMarker(): symbol {
  const handler = transferHandlers.get('throw');
  let marker: symbol | undefined;
  const probe = new Proxy(
    {},
    {
      has: (_, key) => {
        if (typeof key === 'symbol') marker = key;
        return true;
      },
    },
  );
  handler?.canHandle(probe);
  if (marker === undefined) throw new Error('comlink changed: its throw handler asks for no marker');
  return marker;
}
