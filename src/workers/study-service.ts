import { fromPlainError, LimpidError } from '#/base/errors';
import { withRawExplanations } from '#/engine/raw-explanations';
import { Engine } from '#/engine/engine';
import type { Executor } from '#/engine/executor';
import type { EngineEvent } from '#/engine/job';
import type { ImportDraft } from '#/formats/draft';
import type { Store } from '#/storage/store';
import type { DraftMessage, OpenOutcome, StudyApi, StudySource } from '#/workers/contract';
import { createPortLane } from '#/workers/port-lane';

interface PendingDraft {
  readonly draft: ImportDraft;
  readonly source: StudySource;
}

/** Lanes that are Web Workers, reached over ports that the page makes. */
function createWebExecutor(lanes: number, openLane: (index: number) => Promise<MessagePort>): Executor {
  return { kind: 'web worker', lanes, open: async (index) => createPortLane(await openLane(index)) };
}

/** The engine behind the study worker's port: drafts that wait for choices, and one engine. */
export function createStudyService(openStore: () => Promise<Store>): StudyApi {
  let engine: Engine | null = null;
  let listener: (event: EngineEvent) => void = () => undefined;
  const drafts = new Map<string, PendingDraft>();
  let count = 0;
  const need = (): Engine => {
    if (engine === null) throw new LimpidError({ tag: 'Internal', message: 'The study worker is not connected yet.' });
    return engine;
  };
  const openDraft = async (draft: ImportDraft, source: StudySource): Promise<OpenOutcome> => {
    const card = need().card(draft);
    if (!card.needsChoices && draft.study !== null && card.blocked === null) {
      const summary = await need().open(withRawExplanations(draft.study, draft.featureMap), source.kind !== 'sample');
      return { kind: 'opened', summary, source, card };
    }
    count += 1;
    const id = `draft-${count}`;
    drafts.set(id, { draft, source });
    return { kind: 'card', draft: id, card, source };
  };
  const pending = (id: string): PendingDraft => {
    const found = drafts.get(id);
    if (!found) throw new LimpidError({ tag: 'NotFound', message: 'This drop is no longer there.', hint: 'Drop the files again.' });
    return found;
  };

  return {
    async connect(lanes, openLane, interactive) {
      const store = await openStore();
      engine = new Engine({
        executor: createWebExecutor(lanes, openLane),
        store,
        onEvent: (event) => listener(event),
        onInteractive: (setup) => interactive.postMessage(setup),
      });
      if (!store.persistent)
        listener({
          kind: 'notice',
          code: 'not-kept',
          message: 'This browser gives the page no storage: studies are not kept on this device. Save them as files.',
        });
    },
    subscribe(next) {
      listener = next;
      return Promise.resolve();
    },
    receive: (port, source) =>
      new Promise<ImportDraft>((resolve, reject) => {
        port.onmessage = (event: MessageEvent<DraftMessage>) => {
          if (event.data.kind === 'draft') resolve(event.data.draft);
          else reject(fromPlainError(event.data.error));
          port.close();
        };
      }).then((draft) => openDraft(draft, source)),
    reviseCard: (id, choices) => Promise.resolve(need().card(pending(id).draft, choices)),
    async acceptCard(id, choices) {
      const { draft, source } = pending(id);
      const summary = await need().accept(draft, choices);
      drafts.delete(id);
      return { kind: 'opened', summary, source, card: need().card(draft, choices) };
    },
    discardCard(id) {
      drafts.delete(id);
      return Promise.resolve();
    },
    async openStored(id) {
      const summary = await need().openStored(id);
      return { kind: 'opened', summary, source: { kind: 'stored', id }, card: null };
    },
    recent: () => need().recent(),
    forget: (id) => need().forget(id),
    close: () => need().close(),
    ask: (question, params) => Promise.resolve(need().ask(question, params)),
    apply: (command) => Promise.resolve(need().apply(command)),
    undo: () => Promise.resolve(need().undo()),
    redo: () => Promise.resolve(need().redo()),
    explainPlan: (params) => need().explainPlan(params),
    suggestGroups: (explanation) => Promise.resolve(need().suggestGroups(explanation)),
    run: (job, signal) => need().run(job, signal),
    cancel(jobId) {
      need().cancel(jobId);
      return Promise.resolve();
    },
    save: () => need().save(),
  };
}
