import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { toPlainError, type PlainError } from '#/base/errors';
import { useClient } from '#/state/client-context';
import { beginWork } from '#/state/idle';
import { useSession } from '#/state/session';

interface Queue {
  running: boolean;
  /** The newest values not asked yet. */
  next: Float64Array | null;
}

function takeNext(queue: Queue): Float64Array | null {
  const { next } = queue;
  queue.next = null;
  return next;
}

export interface Latest<T> {
  readonly value: T | null;
  /** Null while fine. */
  readonly error: PlainError | null;
}

/**
 * Predictions that follow each keystroke: one call at a time, always for the newest values, none of those between.
 * @param values - row-major [nRows, nFeatures]; null predicts nothing
 */
export function useLivePrediction(
  values: Float64Array | null,
): Latest<{ readonly values: Float64Array; readonly prediction: Float64Array }> {
  const client = useClient();
  const [latest, setLatest] = useState<Latest<{ readonly values: Float64Array; readonly prediction: Float64Array }>>({
    value: null,
    error: null,
  });
  const queue = useRef<Queue>({ running: false, next: null });
  useEffect(() => {
    const state = queue.current;
    return () => {
      state.next = null;
    };
  }, []);
  const key = values === null ? '' : values.join();
  useEffect(() => {
    if (values === null) return;
    const state = queue.current;
    state.next = values;
    if (state.running) return;
    const end = beginWork('predict');
    state.running = true;
    const run = async () => {
      for (let asked = takeNext(state); asked !== null; asked = takeNext(state)) {
        const given = asked;
        try {
          const prediction = await client.interactive.predict(given);
          setLatest({ value: { values: given, prediction }, error: null });
        } catch (error) {
          setLatest((before) => ({ value: before.value, error: toPlainError(error) }));
        }
      }
    };
    void run().finally(() => {
      state.running = false;
      end();
    });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- equal values ask nothing new
  }, [key, client]);
  return latest;
}

/** A call to the interactive worker as a query: cached by the model and its parameters, the last answer stays meanwhile. */
export function useInteractive<T>(
  name: string,
  params: unknown,
  call: (client: ReturnType<typeof useClient>, signal: AbortSignal) => Promise<T>,
  enabled: boolean,
): UseQueryResult<T> {
  const client = useClient();
  const study = useSession((state) => state.study);
  return useQuery<T>({
    queryKey: ['interactive', name, study?.id, study?.revisions.model, study?.revisions.table, params],
    queryFn: ({ signal }) => call(client, signal),
    enabled: enabled && study !== null,
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });
}
