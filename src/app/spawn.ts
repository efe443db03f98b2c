import { proxy, transfer, wrap, type Remote } from 'comlink';
import type { EngineEvent, JobOutcome } from '#/engine/job';
import type { AnswerOf, ParamsOf, QuestionId } from '#/queries/catalogue';
import { withCallSignal } from '#/workers/call-signal';
import type { LimpidClient } from '#/workers/client';
import type { InteractiveApi, OpenOutcome, ParseApi, StudyApi, StudySource } from '#/workers/contract';
import { installTransferHandlers } from '#/workers/transfer';

/**
 * The only place that makes workers. The study worker starts at once; compute lanes start when the study worker first
 * needs them, the interactive worker with the first study, a parse worker with each drop (and ends with it).
 */
export function spawnClient(): LimpidClient {
  installTransferHandlers();
  const listeners = new Set<(event: EngineEvent) => void>();
  const study = wrap<StudyApi>(new Worker(new URL('../workers/study.worker.ts', import.meta.url), { type: 'module', name: 'study' }));
  const toInteractive = new MessageChannel();
  let interactiveWorker: Remote<InteractiveApi> | null = null;
  /** Made with the first study: the landing page needs no runtime. What the study worker posts before waits in the port. */
  const interactive = (): Remote<InteractiveApi> => {
    if (interactiveWorker === null) {
      interactiveWorker = wrap<InteractiveApi>(
        new Worker(new URL('../workers/interactive.worker.ts', import.meta.url), { type: 'module', name: 'interactive' }),
      );
      void interactiveWorker.connect(transfer(toInteractive.port1, [toInteractive.port1]));
    }
    return interactiveWorker;
  };
  // comlink's Remote loses the link between a question and its answer.
  const ask = study.ask as unknown as (question: QuestionId, params: unknown) => Promise<unknown>;
  const lanes = Math.max(1, Math.min(8, navigator.hardwareConcurrency - 1));
  const workers: (Worker | undefined)[] = [];
  const openLane = (index: number): MessagePort => {
    workers[index]?.terminate();
    const worker = new Worker(new URL('../workers/compute.worker.ts', import.meta.url), { type: 'module', name: `compute ${index + 1}` });
    workers[index] = worker;
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(port1, [port1]);
    return transfer(port2, [port2]);
  };
  const ready = (async () => {
    await study.subscribe(proxy((event: EngineEvent) => listeners.forEach((listener) => listener(event))));
    const { port2 } = toInteractive;
    await study.connect(lanes, proxy(openLane) as unknown as (index: number) => Promise<MessagePort>, transfer(port2, [port2]));
  })();
  const after = async <T>(call: () => Promise<T>): Promise<T> => {
    await ready;
    return call();
  };

  /** One drop: a parse worker of its own, ended whatever happens; its draft goes straight to the study worker. */
  const parseThenOpen = async (
    source: StudySource,
    parse: (api: Remote<ParseApi>, port: MessagePort) => Promise<{ readonly hash: string } | undefined>,
  ): Promise<OpenOutcome> => {
    await ready;
    const worker = new Worker(new URL('../workers/parse.worker.ts', import.meta.url), { type: 'module', name: 'parse' });
    try {
      const { port1, port2 } = new MessageChannel();
      const received = study.receive(transfer(port2, [port2]), source);
      // Both fail when parsing fails; the first error is the one to show, the other must not be unhandled.
      received.catch(() => undefined);
      const parsed = await parse(wrap<ParseApi>(worker), transfer(port1, [port1]));
      const outcome: OpenOutcome = await received;
      interactive();
      return parsed !== undefined && source.kind === 'file' ? { ...outcome, source: { ...source, hash: parsed.hash } } : outcome;
    } finally {
      worker.terminate();
    }
  };

  return {
    ask: <Q extends QuestionId>(question: Q, params: ParamsOf<Q>) => after(() => ask(question, params) as Promise<AnswerOf<Q>>),
    apply: (command) => after(() => study.apply(command)),
    undo: () => after(() => study.undo()),
    redo: () => after(() => study.redo()),
    run: (job, signal) =>
      after<JobOutcome>(async () =>
        signal === undefined ? await study.run(job) : await withCallSignal(signal, (own) => study.run(job, own) as Promise<JobOutcome>),
      ),
    cancel: (jobId) => after(() => study.cancel(jobId)),
    explainPlan: (params) => after(() => study.explainPlan(params)),
    suggestGroups: (explanation) => after(() => study.suggestGroups(explanation)),
    interactive: {
      predict: (values) => interactive().predict(values),
      curve: (row, feature, grid) => interactive().curve(row, feature, grid),
      surface: (row, featureA, gridA, featureB, gridB) => interactive().surface(row, featureA, gridA, featureB, gridB),
      explain: (row) => interactive().explain(row),
      treePath: (row, tree) => interactive().treePath(row, tree),
      anchor: (row, threshold) => interactive().anchor(row, threshold),
    },
    openFiles: (files, onProgress) => {
      const name = files.length === 1 ? (files[0]?.path ?? '') : `${files.length} files`;
      return parseThenOpen({ kind: 'file', name, hash: '' }, (api, port) =>
        api.parse([...files], port, proxy(onProgress ?? (() => undefined))),
      );
    },
    openUrl: (url, source, onProgress) =>
      parseThenOpen(source, async (api, port) => {
        await api.fetch(new URL(url, document.baseURI).href, port, proxy(onProgress ?? (() => undefined)));
        return undefined;
      }),
    openStored: (id) =>
      after<OpenOutcome>(async () => {
        const outcome: OpenOutcome = await study.openStored(id);
        interactive();
        return outcome;
      }),
    recent: () => after(() => study.recent()),
    forget: (id) => after(() => study.forget(id)),
    reviseCard: (draft, choices) => after(() => study.reviseCard(draft, choices)),
    acceptCard: (draft, choices) => after<OpenOutcome>(async () => await study.acceptCard(draft, choices)),
    discardCard: (draft) => after(() => study.discardCard(draft)),
    close: () => after(() => study.close()),
    save: () => after(() => study.save()),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
