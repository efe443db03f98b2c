import type { StudySummary } from '#/domain/summary';
import type { FeatureGroup } from '#/domain/feature-map';
import type { Command } from '#/engine/command';
import type { EngineEvent, ExplainPlan, ExplainPlanParams, Job, JobOutcome } from '#/engine/job';
import type { ImportCard, ImportChoices } from '#/formats/draft';
import type { AnswerOf, ParamsOf, QuestionId } from '#/queries/catalogue';
import type { InteractiveApi, OpenOutcome, RecentStudy, StudySource } from '#/workers/contract';

/**
 * What the page may do with workers: the four verbs (ask, apply, run, interactive) and opening.
 * `app/spawn.ts` makes the only instance; components get it from state/client-context.
 */
export interface LimpidClient {
  ask<Q extends QuestionId>(question: Q, params: ParamsOf<Q>, signal?: AbortSignal): Promise<AnswerOf<Q>>;
  apply(command: Command): Promise<StudySummary>;
  undo(): Promise<StudySummary>;
  redo(): Promise<StudySummary>;
  run(job: Job, signal?: AbortSignal): Promise<JobOutcome>;
  cancel(jobId: string): Promise<void>;
  explainPlan(params: ExplainPlanParams): Promise<ExplainPlan>;
  /** One-hot families among the features of an explanation, to start grouping from. */
  suggestGroups(explanation: string): Promise<readonly FeatureGroup[]>;
  readonly interactive: Omit<InteractiveApi, 'connect'>;
  /** @returns null-free outcome; broken files are items of the card, the rest opens. */
  openFiles(
    files: readonly { readonly path: string; readonly file: Blob }[],
    onProgress?: (done: number, total: number) => void,
  ): Promise<OpenOutcome>;
  /** A study or explanation on this site (gallery, `?open=`). `source` is what a link will name. */
  openUrl(url: string, source: StudySource, onProgress?: (done: number, total: number) => void): Promise<OpenOutcome>;
  openStored(id: string): Promise<OpenOutcome>;
  recent(): Promise<readonly RecentStudy[]>;
  forget(id: string): Promise<void>;
  reviseCard(draft: string, choices: ImportChoices): Promise<ImportCard>;
  acceptCard(draft: string, choices: ImportChoices): Promise<OpenOutcome>;
  discardCard(draft: string): Promise<void>;
  close(): Promise<void>;
  save(): Promise<Uint8Array<ArrayBuffer>>;
  /** @returns unsubscribe */
  subscribe(listener: (event: EngineEvent) => void): () => void;
}
