import { keepPreviousData, skipToken, useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { Revisions } from '#/domain/study';
import type { AnswerOf, ParamsOf, QuestionId } from '#/queries/catalogue';
import { useClient } from '#/state/client-context';
import { useSession } from '#/state/session';

/**
 * Asks the engine. Answers are immutable by (study, revisions of the parts read, parameters), so they never go stale;
 * while a new one is on its way the previous answer stays on the screen (`isPlaceholderData`).
 * @param reads - parts of the study that the question reads
 * @param params - null: do not ask yet
 */
export function useAsk<Q extends QuestionId>(
  question: Q,
  reads: readonly (keyof Revisions)[],
  params: ParamsOf<Q> | null,
): UseQueryResult<AnswerOf<Q>> {
  const client = useClient();
  const study = useSession((state) => state.study);
  return useQuery<AnswerOf<Q>>({
    queryKey: ['ask', question, study?.id, study === null ? null : reads.map((part) => study.revisions[part]), keyOf(params)],
    queryFn: params === null ? skipToken : ({ signal }) => client.ask(question, params, signal),
    enabled: study !== null && params !== null,
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });
}

/** Typed arrays become plain arrays in keys. */
function keyOf(params: unknown): unknown {
  return JSON.parse(
    JSON.stringify(params, (_, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value)),
  ) as unknown;
}
