/**
 * Types of everything that crosses a worker border. The page knows only this and `client.ts`.
 *
 *   page ── StudyApi ──> study worker (engine, store, jobs)
 *   page ── InteractiveApi ──> interactive worker (own session, a few rows, never behind a long question)
 *   page ── ParseApi ──> parse worker, which hands its draft to the study worker over `port`
 *   study worker ── ComputeApi over MessagePort ──> compute workers
 */
import type { AnchorRule } from '#/domain/anchor-rule';
import type { FeatureGroup } from '#/domain/feature-map';
import type { PlainError } from '#/base/errors';
import type { Command } from '#/engine/command';
import type { EngineEvent, ExplainPlan, ExplainPlanParams, Job, JobOutcome } from '#/engine/job';
import type { ImportCard, ImportChoices, ImportDraft } from '#/formats/draft';
import type { StudySummary } from '#/domain/summary';
import type { AnswerOf, ParamsOf, QuestionId } from '#/queries/catalogue';
import type { DecisionPath } from '#/domain/decision-path';
import type { ComputeTask, ComputeResult } from '#/engine/compute-task';

/** Where the open study came from: a link names it, and asks for the file when it is not on this site. */
export type StudySource =
  | { readonly kind: 'sample'; readonly id: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly name: string; readonly hash: string }
  | { readonly kind: 'stored'; readonly id: string };

export type OpenOutcome =
  | { readonly kind: 'opened'; readonly summary: StudySummary; readonly source: StudySource; readonly card: ImportCard | null }
  /** Choices are needed (model and table), or nothing in the drop opens: show the card. */
  | { readonly kind: 'card'; readonly draft: string; readonly card: ImportCard; readonly source: StudySource };

export interface RecentStudy {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
  readonly nRows: number;
  readonly explanations: number;
}

export interface StudyApi {
  /**
   * Once, at start. `openLane` makes (or makes again) a compute worker and gives one end of a channel to it:
   * lanes are opened when first needed. `interactive` leads to the interactive worker.
   */
  connect(lanes: number, openLane: (index: number) => Promise<MessagePort>, interactive: MessagePort): Promise<void>;
  subscribe(listener: (event: EngineEvent) => void): Promise<void>;
  /** A parse worker will post one `ImportDraft` on this port. Resolves when it has arrived and was taken over. */
  receive(port: MessagePort, source: StudySource): Promise<OpenOutcome>;
  reviseCard(draft: string, choices: ImportChoices): Promise<ImportCard>;
  acceptCard(draft: string, choices: ImportChoices): Promise<OpenOutcome>;
  discardCard(draft: string): Promise<void>;
  openStored(id: string): Promise<OpenOutcome>;
  recent(): Promise<readonly RecentStudy[]>;
  forget(id: string): Promise<void>;
  close(): Promise<void>;
  ask<Q extends QuestionId>(question: Q, params: ParamsOf<Q>, signal?: AbortSignal): Promise<AnswerOf<Q>>;
  apply(command: Command): Promise<StudySummary>;
  undo(): Promise<StudySummary>;
  redo(): Promise<StudySummary>;
  explainPlan(params: ExplainPlanParams): Promise<ExplainPlan>;
  /** One-hot families among the features of an explanation, to start grouping from. */
  suggestGroups(explanation: string): Promise<readonly FeatureGroup[]>;
  /** Resolves when the job has finished or was cancelled; progress comes as `jobs` and `study` events. */
  run(job: Job, signal?: AbortSignal): Promise<JobOutcome>;
  cancel(jobId: string): Promise<void>;
  /** The study as a `.limpid` file. */
  save(): Promise<Uint8Array<ArrayBuffer>>;
}

export interface ParseApi {
  /** Files keep their folder paths. The draft goes to `port`. */
  parse(
    files: readonly { readonly path: string; readonly file: Blob }[],
    port: MessagePort,
    onProgress: (done: number, total: number) => void,
  ): Promise<{ readonly hash: string }>;
  /** Fetches from this site only. */
  fetch(url: string, port: MessagePort, onProgress: (done: number, total: number) => void): Promise<void>;
}

export type DraftMessage =
  { readonly kind: 'draft'; readonly draft: ImportDraft } | { readonly kind: 'failed'; readonly error: PlainError };

/** Values per model feature, encoded: codes for categories, NaN for missing. */
export interface InteractiveApi {
  connect(study: MessagePort): Promise<void>;
  /** @param values - row-major [nRows, nFeatures] @returns stored outputs [nRows, nOutputs] in prediction space */
  predict(values: Float64Array): Promise<Float64Array>;
  /** One row over a grid of one feature: [grid, nOutputs]. */
  curve(row: Float64Array, feature: number, grid: Float64Array): Promise<Float64Array>;
  /** Two features: [gridA, gridB, nOutputs]. */
  surface(row: Float64Array, featureA: number, gridA: Float64Array, featureB: number, gridB: Float64Array): Promise<Float64Array>;
  /** Local values of an edited row by the recommended exact explainer (or sampled Kernel SHAP). */
  explain(row: Float64Array): Promise<InteractiveExplanation>;
  /** The row's way through one tree of the model. @throws LimpidError `BadRequest` when the model is no tree ensemble */
  treePath(row: Float64Array, tree: number): Promise<DecisionPath>;
  /** A rule that keeps the row's class. @throws LimpidError `BadRequest` for models without classes */
  anchor(row: Float64Array, threshold: number): Promise<AnchorRule>;
}

export interface InteractiveExplanation {
  /** `Tree SHAP (interventional)`, `Kernel SHAP`. */
  readonly explainer: string;
  readonly unit: string;
  /** [nOutputs][nFeatures] */
  readonly values: readonly Float64Array[];
  readonly standardErrors: readonly Float64Array[] | null;
  readonly baseValues: Float64Array;
  /** Stored outputs in prediction space. */
  readonly prediction: Float64Array;
  readonly seconds: number;
}

export interface ComputeApi {
  run(task: ComputeTask, signal?: AbortSignal): Promise<ComputeResult>;
  ping(): Promise<number>;
}
