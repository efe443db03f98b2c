import type { ComputeResult, ComputeTask } from '#/engine/compute-task';

/** One worker (or the own thread) that runs one task at a time, with a runtime of its own. */
export interface Lane {
  /** @throws LimpidError of the task; a lane that is gone never settles: callers set deadlines. */
  run(task: ComputeTask, signal?: AbortSignal): Promise<ComputeResult>;
  /** Answers while the lane lives, between tasks or during one that yields. */
  ping(): Promise<void>;
  dispose(): Promise<void>;
}

/** Makes lanes: in this thread, as Web Workers, as worker_threads. */
export interface Executor {
  readonly kind: 'in process' | 'web worker' | 'worker thread';
  /** How many lanes may be open at once, at least 1. */
  readonly lanes: number;
  /** Opens lane `index` in [0, lanes), again after it was lost. */
  open(index: number): Promise<Lane>;
}
