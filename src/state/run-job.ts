import { toPlainError } from '#/base/errors';
import type { Job } from '#/engine/job';
import { useChoices } from '#/state/choices';
import { useSession } from '#/state/session';
import type { LimpidClient } from '#/workers/client';

/**
 * Starts a job and looks at its result as soon as there is a part of it, unless the person has chosen another explanation meanwhile.
 * Failures are shown by the job strip; what could not even start becomes a notice.
 * @param notStarted - words of that notice
 */
export function startJob(client: LimpidClient, job: Job, notStarted: string): void {
  const known = new Set(useSession.getState().jobs.map((one) => one.id));
  const chosen = useChoices.getState().choices.explanation;
  const stop = useSession.subscribe((state) => {
    // Permutation importance has no local values: it stands beside the open explanation, it does not replace it.
    if (job.kind !== 'explain') return;
    const fresh = state.jobs.find((one) => !known.has(one.id) && one.kind === job.kind);
    const explanation = fresh?.explanation ?? null;
    if (explanation === null || !(state.study?.explanations.some((one) => one.id === explanation) ?? false)) return;
    stop();
    const { choices, set } = useChoices.getState();
    if (choices.explanation === chosen) set({ explanation });
  });
  client
    .run(job)
    .catch((error: unknown) => {
      const plain = toPlainError(error);
      const listed = useSession.getState().jobs.some((one) => !known.has(one.id) && one.state === 'failed');
      if (plain.tag !== 'Aborted' && !listed) useSession.getState().notify({ tone: 'error', text: notStarted, error: plain });
    })
    .finally(stop);
}
