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
  // Rankings and rules have no local values: they stand beside the open explanation, they do not replace it.
  const shows = job.kind === 'explain' && job.explainer !== 'anchors';
  let wanted: string | null = null;
  const look = (): void => {
    const { jobs, study } = useSession.getState();
    wanted ??= jobs.find((one) => !known.has(one.id) && one.kind === job.kind)?.explanation ?? null;
    if (!(study?.explanations.some((one) => one.id === wanted) ?? false)) return;
    stop();
    const { choices, set } = useChoices.getState();
    if (choices.explanation === chosen) set({ explanation: wanted });
  };
  const stop = shows ? useSession.subscribe(look) : () => undefined;
  client
    .run(job)
    .then((outcome) => {
      // A short job may be over before the page has heard of it: the study with its result follows.
      if (!shows || outcome.kind !== 'explanation') return;
      wanted = outcome.id;
      look();
    })
    .catch((error: unknown) => {
      stop();
      const plain = toPlainError(error);
      const listed = useSession.getState().jobs.some((one) => !known.has(one.id) && one.state === 'failed');
      if (plain.tag !== 'Aborted' && !listed) useSession.getState().notify({ tone: 'error', text: notStarted, error: plain });
    });
}
