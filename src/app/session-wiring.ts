import type { EngineEvent, JobStatus } from '#/engine/job';
import { DEFAULT_CHOICES, useChoices, type Choices } from '#/state/choices';
import type { StudyOpener } from '#/state/open-study';
import { useSession } from '#/state/session';
import { readHash, writeHash } from '#/state/url';
import { shellText } from '#/text/shell';
import type { LimpidClient } from '#/workers/client';
import type { StudySource } from '#/workers/contract';

/** Browsers refuse more than some hundred history changes in half a minute (a slider makes more). */
const WRITE_AFTER_MS = 250;

/** Keeps session, choices and address in step. Once, at start. */
export function wireSession(client: LimpidClient, opener: StudyOpener): void {
  client.subscribe(receive);
  writeAddress();
  window.addEventListener('hashchange', () => followAddress(opener));
  openAtStart(opener);
}

function receive(event: EngineEvent): void {
  const { study, set, notify } = useSession.getState();
  switch (event.kind) {
    case 'study':
      // A study that is just being opened arrives with its outcome, together with its source.
      if (study !== null && study.id === event.summary.id) set({ study: event.summary, history: event.history });
      return;
    case 'jobs':
      tellFinished(useSession.getState().jobs, event.jobs);
      set({ jobs: event.jobs });
      return;
    case 'notice':
      notify({ tone: 'info', text: event.message, error: null });
      return;
    default:
      event satisfies never;
  }
}

/** A notice for each explanation that was running and is done now. */
function tellFinished(before: readonly JobStatus[], now: readonly JobStatus[]): void {
  const running = new Set(before.filter((job) => job.state === 'running').map((job) => job.id));
  for (const job of now) {
    if (job.state !== 'done' || job.kind === 'partial dependence' || !running.has(job.id)) continue;
    useSession.getState().notify({ tone: 'info', text: shellText.jobs.done(job.label), error: null });
  }
}

function openAtStart(opener: StudyOpener): void {
  const { source, choices } = readHash(location.hash);
  const wanted = new URLSearchParams(location.search).get('open');
  if (source !== null) void opener.source(source, choices);
  else if (wanted !== null) void opener.source({ kind: 'url', url: wanted }, choices);
}

/** A link within the page, back and forward, or an edited address. */
function followAddress(opener: StudyOpener): void {
  const { source, choices } = readHash(location.hash);
  const session = useSession.getState();
  if (source === null) {
    session.set({ atLanding: true, awaited: null });
  } else if (session.study !== null && sameSource(source, session.source)) {
    useChoices.getState().replace(choices);
    session.set({ atLanding: false });
  } else {
    void opener.source(source, choices);
  }
}

function writeAddress(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown = useChoices.getState().choices;
  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    const { study, source, atLanding } = useSession.getState();
    if (study === null || atLanding || source === null) return;
    const { choices } = useChoices.getState();
    const step = isStep(shown, choices);
    shown = choices;
    const hash = writeHash(source, choices);
    if (hash === location.hash) return;
    const path = `${location.pathname}${hash}`;
    if (step) history.pushState(null, '', path);
    else history.replaceState(null, '', path);
  };
  useChoices.subscribe((state) => {
    if (isStep(shown, state.choices)) write();
    else timer ??= setTimeout(write, WRITE_AFTER_MS);
  });
  useSession.subscribe((state, before) => {
    if (state.source === before.source && state.study?.id === before.study?.id && state.atLanding === before.atLanding) return;
    if (state.study === null && before.study !== null) history.pushState(null, '', location.pathname);
    else if (state.study !== null && !state.atLanding) {
      shown = { ...DEFAULT_CHOICES, view: '' };
      write();
    }
  });
}

/** What "back" should undo: another view, a row opened. */
function isStep(before: Choices, after: Choices): boolean {
  return before.view !== after.view || (before.row === null && after.row !== null);
}

function sameSource(a: StudySource, b: StudySource | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
