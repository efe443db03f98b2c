/**
 * Runs a call with a signal of its own that follows `signal`. When the call is over the own signal fires, which closes the port
 * that carried it to the other side; a long job makes thousands of calls under one signal.
 */
export async function withCallSignal<T>(signal: AbortSignal, call: (own: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  const follow = (): void => own.abort();
  if (signal.aborted) follow();
  signal.addEventListener('abort', follow);
  try {
    return await call(own.signal);
  } finally {
    signal.removeEventListener('abort', follow);
    follow();
  }
}
