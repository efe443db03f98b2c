import { LimpidError, toPlainError } from '#/base/errors';
import { summariseStudy, type StudySummary } from '#/domain/summary';
import type { FeatureGroup } from '#/domain/feature-map';
import type { StudyId } from '#/domain/ids';
import type { ModelAsset } from '#/domain/model';
import type { Study } from '#/domain/study';
import { forgetWorkingCopy, listWorkingCopies, loadWorkingCopy, saveWorkingCopy, type StoredStudy } from '#/engine/autosave';
import { probeRows, sampleBackground, trainingRows } from '#/engine/background';
import type { Command } from '#/engine/command';
import type { ModelFacts } from '#/engine/compute-task';
import { hashParts } from '#/engine/content-hash';
import type { Executor } from '#/engine/executor';
import { createPoolPredictor } from '#/engine/executor-predictor';
import { explainableModel, planExplain } from '#/engine/explain-plan';
import type { InteractiveSetup } from '#/engine/interactive-host';
import type { EngineEvent, ExplainPlan, ExplainPlanParams, Job, JobOutcome } from '#/engine/job';
import { JobRunner } from '#/engine/job-runner';
import type { JobContext } from '#/engine/jobs/job-context';
import { withRawExplanations } from '#/engine/raw-explanations';
import { LanePool } from '#/engine/lane-pool';
import { StudySession } from '#/engine/study-session';
import { suggestGroups } from '#/engine/suggest-groups';
import { rawUnit } from '#/engine/raw-unit';
import { explainerById, recommend } from '#/explainers/catalogue';
import { completeDraft, makeCard } from '#/formats/import-doctor';
import type { ImportCard, ImportChoices, ImportDraft } from '#/formats/draft';
import { writeLimpid } from '#/formats/study/write-limpid';
import { questions, type AnswerOf, type ParamsOf, type QuestionId } from '#/queries/catalogue';
import type { Question } from '#/queries/question';
import type { Store } from '#/storage/store';

export interface EngineOptions {
  readonly executor: Executor;
  readonly store: Store;
  readonly onEvent?: (event: EngineEvent) => void;
  /** Told of the open model, so that a worker for single rows can be made ready; null when a study is closed. */
  readonly onInteractive?: (setup: InteractiveSetup | null) => void;
  /** Milliseconds from any start; a test's clock. */
  readonly now?: () => number;
  /** Wall clock for "saved at". */
  readonly date?: () => number;
}

const BACKGROUND_ROWS = 100;
const SEED = 0;
const AUTOSAVE_MS = 800;
/** After opening: soon, for a reload, but not before the first questions. */
const OPENED_SAVE_MS = 250;
const CHUNKS = 'chunks:';
/** Partial results reach the page at most this often. */
const PUBLISH_MS = 150;

/**
 * Owns the open study. Four verbs: `ask` a question, `apply` a command, `run` a job, and what opens and saves.
 * The same class runs in the study worker, in the command line and in tests.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #pool: LanePool;
  readonly #runner: JobRunner;
  readonly #now: () => number;
  #session: StudySession | null = null;
  #facts: { readonly key: string; readonly promise: Promise<ModelFacts> } | null = null;
  #saveTimer: ReturnType<typeof setTimeout> | null = null;
  #saving: Promise<void> = Promise.resolve();
  #publishTimer: ReturnType<typeof setTimeout> | null = null;
  #summary: { readonly study: Study; readonly summary: StudySummary } | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#pool = new LanePool(options.executor, (lane) =>
      this.#emit({
        kind: 'notice',
        code: 'lane-lost',
        message: `Compute worker ${lane + 1} was lost and is started again; its rows are computed once more.`,
      }),
    );
    this.#runner = new JobRunner((jobs) => this.#emit({ kind: 'jobs', jobs }), this.#now);
  }

  get study(): Study {
    if (this.#session === null) throw new LimpidError({ tag: 'NotFound', message: 'No study is open.' });
    return this.#session.study;
  }

  get summary(): StudySummary {
    const { study } = this;
    if (this.#summary?.study !== study) this.#summary = { study, summary: summariseStudy(study) };
    return this.#summary.summary;
  }

  /**
   * Makes a study the open one. `keep` false: not stored on this device before it is changed (samples). Files that were opened
   * before get a working copy of their own: what was changed in the first stays.
   */
  async open(study: Study, keep = true): Promise<StudySummary> {
    return this.#openAs({ ...study, id: await this.#freeId(study.id) }, keep);
  }

  async #freeId(wanted: StudyId): Promise<StudyId> {
    const taken = new Set((await this.recent()).map(({ id }) => id));
    for (let copy = 2, id: string = wanted; ; copy++) {
      if (!taken.has(id)) return id as StudyId;
      id = `${wanted}-${copy}`;
    }
  }

  async #openAs(study: Study, keep: boolean): Promise<StudySummary> {
    // A model that the runtime refuses must be known before what is open is closed.
    if (study.model !== null && study.predictions === null) await this.#tryModel(study, study.model);
    await this.close();
    this.#session = new StudySession(study);
    if (keep) this.#scheduleSave(OPENED_SAVE_MS);
    this.#publishNow();
    const { model } = study;
    if (model !== null) {
      if (study.predictions === null) {
        await this.run({ kind: 'predict' });
      }
      void this.#prepareInteractive();
    }
    return this.summary;
  }

  card(draft: ImportDraft, choices?: ImportChoices): ImportCard {
    return makeCard(draft, choices);
  }

  /** @throws LimpidError `InconsistentData` when the card is blocked; what was open stays open */
  async accept(draft: ImportDraft, choices: ImportChoices): Promise<StudySummary> {
    return this.open(withRawExplanations(completeDraft(draft, choices), draft.featureMap));
  }

  ask<Q extends QuestionId>(question: Q, params: ParamsOf<Q>): AnswerOf<Q> {
    const asked = questions[question] as unknown as Question<ParamsOf<Q>, AnswerOf<Q>> | undefined;
    if (!asked) throw new LimpidError({ tag: 'NotFound', message: `There is no question "${question}".` });
    return asked.answer(this.study, params);
  }

  apply(command: Command): StudySummary {
    this.#need().apply(command);
    return this.#changed();
  }

  undo(): StudySummary {
    this.#need().undo();
    return this.#changed();
  }

  redo(): StudySummary {
    this.#need().redo();
    return this.#changed();
  }

  async explainPlan(params: ExplainPlanParams): Promise<ExplainPlan> {
    const { study } = this;
    if (study.model === null) throw noModel();
    const { facts } = await this.#modelFacts();
    return planExplain(study, study.model, facts, this.#pool.lanes, params);
  }

  /** One-hot families among an explanation's features. @throws LimpidError `NotFound` */
  suggestGroups(explanation: string): readonly FeatureGroup[] {
    return suggestGroups(this.study, explanation);
  }

  async run(job: Job, signal?: AbortSignal): Promise<JobOutcome> {
    const session = this.#need();
    return this.#runner.run(job, (jobSignal) => this.#jobContext(session, jobSignal), signal);
  }

  cancel(jobId: string): void {
    this.#runner.cancel(jobId);
  }

  async save(): Promise<Uint8Array<ArrayBuffer>> {
    return writeLimpid(this.study);
  }

  async openStored(id: string): Promise<StudySummary> {
    return this.#openAs(await loadWorkingCopy(this.#options.store, id), true);
  }

  recent(): Promise<readonly StoredStudy[]> {
    return listWorkingCopies(this.#options.store);
  }

  forget(id: string): Promise<void> {
    return forgetWorkingCopy(this.#options.store, id);
  }

  /** Waits until everything changed so far is stored. */
  async settle(): Promise<void> {
    if (this.#saveTimer !== null) this.#startSave();
    await this.#saving;
  }

  async close(): Promise<void> {
    this.#runner.cancelAll();
    if (this.#session === null) return;
    await this.settle();
    this.#session = null;
    this.#options.onInteractive?.(null);
    const key = this.#facts?.key;
    this.#facts = null;
    if (key !== undefined) await this.#pool.release(key);
  }

  async dispose(): Promise<void> {
    await this.close();
    await this.#pool.dispose();
  }

  #need(): StudySession {
    if (this.#session === null) throw new LimpidError({ tag: 'NotFound', message: 'No study is open.' });
    return this.#session;
  }

  #changed(): StudySummary {
    this.#scheduleSave();
    this.#publishNow();
    return this.summary;
  }

  async #tryModel(study: Study, model: ModelAsset): Promise<void> {
    const key = await defineModel(this.#pool, study, model);
    try {
      await this.#pool.install(key);
    } catch (error) {
      if (key !== this.#facts?.key) await this.#pool.release(key);
      throw error;
    }
  }

  async #modelFacts(signal?: AbortSignal): Promise<{ readonly key: string; readonly facts: ModelFacts }> {
    const { study } = this;
    if (study.model === null) throw noModel();
    if (this.#facts === null) {
      const key = await defineModel(this.#pool, study, study.model);
      const promise = this.#pool.install(key, signal).then((result) => {
        if (result.kind !== 'model') throw new LimpidError({ tag: 'Internal', message: `A lane answered ${result.kind} to a model.` });
        return result.facts;
      });
      this.#facts = { key, promise };
      promise.catch(() => (this.#facts = null));
    }
    const { key, promise } = this.#facts;
    return { key, facts: await promise };
  }

  async #jobContext(session: StudySession, signal: AbortSignal): Promise<Omit<JobContext, 'signal' | 'progress' | 'shows'>> {
    const { key, facts } = await this.#modelFacts(signal);
    const nFeatures = session.study.model?.features.length ?? 0;
    const { store } = this.#options;
    return {
      study: () => session.study,
      pool: this.#pool,
      modelKey: key,
      facts,
      predictor: createPoolPredictor(this.#pool, key, nFeatures, facts),
      apply: (command) => {
        session.apply(command);
        this.#changed();
      },
      replace: (change) => {
        session.replace(change);
        if (session !== this.#session) return;
        this.#scheduleSave();
        this.#publishSoon();
      },
      now: this.#now,
      chunks: {
        read: (job, chunk) => store.read(CHUNKS + job, chunk),
        // A full disk must not end a job: resuming is a convenience.
        write: (job, chunk, bytes) => store.write(CHUNKS + job, chunk, bytes).catch(() => undefined),
        forget: (job) => store.removeFolder(CHUNKS + job),
      },
    };
  }

  async #prepareInteractive(): Promise<void> {
    const session = this.#session;
    try {
      const { facts } = await this.#modelFacts();
      const model = session?.study.model;
      if (session === null || session !== this.#session || !model) return;
      const described = explainableModel(model, facts);
      const { explainer } = recommend(described);
      const offer = explainerById(explainer);
      const outputSpace = offer.outputSpaces(described)[0] ?? 'raw';
      this.#options.onInteractive?.({
        asset: model,
        training: trainingRows(session.study.table, model, SEED),
        explainerLabel: offer.label,
        unit: rawUnit(session.study, described, outputSpace),
        spec: {
          explainer,
          background: sampleBackground(session.study.table, model, BACKGROUND_ROWS, SEED),
          outputSpace,
          seed: SEED,
          parameters: {},
          training: null,
          nRows: 1,
          fitted: null,
        },
      });
    } catch (error) {
      const plain = toPlainError(error);
      this.#emit({ kind: 'notice', code: 'model-failed', message: plain.message });
    }
  }

  #scheduleSave(delay = AUTOSAVE_MS): void {
    if (this.#saveTimer !== null) return;
    this.#saveTimer = setTimeout(() => this.#startSave(), delay);
  }

  #startSave(): void {
    if (this.#saveTimer !== null) clearTimeout(this.#saveTimer);
    this.#saveTimer = null;
    const study = this.#session?.study;
    if (!study) return;
    this.#saving = this.#saving.then(async () => {
      try {
        await saveWorkingCopy(this.#options.store, study, (this.#options.date ?? Date.now)());
      } catch (error) {
        const plain = toPlainError(error);
        this.#emit({ kind: 'notice', code: 'not-kept', message: `${plain.message} ${plain.hint ?? ''}`.trim() });
      }
    });
  }

  #publishSoon(): void {
    this.#publishTimer ??= setTimeout(() => this.#publishNow(), PUBLISH_MS);
  }

  #publishNow(): void {
    if (this.#publishTimer !== null) clearTimeout(this.#publishTimer);
    this.#publishTimer = null;
    if (this.#session !== null) this.#emit({ kind: 'study', summary: this.summary, history: this.#session.history });
  }

  #emit(event: EngineEvent): void {
    this.#options.onEvent?.(event);
  }
}

/** Models are never changed: the bytes of each are hashed once. */
const modelKeys = new WeakMap<ModelAsset, Promise<string>>();

/** Tells the lanes how to install a study's model. @returns its key, a hash of all that decides its predictions */
async function defineModel(pool: LanePool, study: Study, model: ModelAsset): Promise<string> {
  const hashing = modelKeys.get(model) ?? hashParts([model.bytes, JSON.stringify([model.features, model.bindings, model.outputs])]);
  modelKeys.set(model, hashing);
  const key = `model-${await hashing}`;
  pool.define({ key, after: [], task: { kind: 'install model', key, asset: model, probe: probeRows(study.table, model) } });
  return key;
}

function noModel(): LimpidError {
  return new LimpidError({
    tag: 'BadRequest',
    message: 'This study has no model.',
    hint: 'Open an ONNX model together with its table to compute explanations.',
  });
}
