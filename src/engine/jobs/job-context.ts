import type { Study } from '#/domain/study';
import type { EngineCommand } from '#/engine/commands/handler';
import type { ModelFacts } from '#/engine/compute-task';
import type { LanePool } from '#/engine/lane-pool';
import type { Predictor } from '#/domain/model';

/** What a running job may touch. */
export interface JobContext {
  readonly study: () => Study;
  readonly pool: LanePool;
  /** The open model, installed under `modelKey`. */
  readonly modelKey: string;
  readonly facts: ModelFacts;
  /** Over all lanes. */
  readonly predictor: Predictor;
  readonly signal: AbortSignal;
  progress(done: number, total: number): void;
  /** The explanation that shows the partial result. */
  shows(explanation: string): void;
  apply(command: EngineCommand): void;
  /** Not a step of the history. */
  replace(change: (study: Study) => Study): void;
  now(): number;
  readonly chunks: ChunkCache;
}

/** Finished chunks by content hash, so that a second run of the same job resumes. */
export interface ChunkCache {
  read(job: string, chunk: string): Promise<Uint8Array<ArrayBuffer> | null>;
  write(job: string, chunk: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The job is complete: its result is in the study. */
  forget(job: string): Promise<void>;
}
