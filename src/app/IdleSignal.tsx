import { useIsFetching, useIsMutating } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useIdle } from '#/state/idle';
import { useSession } from '#/state/session';

/** Between one answer and the question it leads to, the page is idle for a moment that does not count. */
const QUIET_MS = 80;
const QUIET_MARK = 'limpid:quiet';
/** What a person does may start work a little later. */
const ACTIONS = ['click', 'input', 'change', 'keydown', 'drop', 'hashchange', 'popstate'] as const;

/** `<html data-idle data-jobs>`: what tests (and screen recorders) wait for instead of sleeping. */
export function IdleSignal() {
  const fetching = useIsFetching();
  const mutating = useIsMutating();
  const working = useIdle((state) => state.working.length);
  const opening = useSession((state) => state.opening.kind === 'opening');
  const jobs = useSession((state) => state.jobs.filter((job) => job.state === 'running').length);
  const busy = fetching > 0 || mutating > 0 || working > 0 || opening;
  useEffect(() => {
    const { dataset } = document.documentElement;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settle = () => {
      dataset.idle = 'false';
      clearTimeout(timer);
      if (!busy) timer = setTimeout(() => (dataset.idle = 'true'), QUIET_MS);
    };
    if (!busy) {
      // When the last work ended, without the quiet time: what the bench measures.
      performance.clearMarks(QUIET_MARK);
      performance.mark(QUIET_MARK);
    }
    settle();
    for (const action of ACTIONS) window.addEventListener(action, settle, { capture: true });
    return () => {
      clearTimeout(timer);
      for (const action of ACTIONS) window.removeEventListener(action, settle, { capture: true });
    };
  }, [busy]);
  useEffect(() => {
    document.documentElement.dataset.jobs = String(jobs);
  }, [jobs]);
  return null;
}
