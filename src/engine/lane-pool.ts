import { throwIfAborted } from '#/base/abort';
import { isLimpidError, LimpidError } from '#/base/errors';
import type { ComputeResult, ComputeTask } from '#/engine/compute-task';
import type { Executor, Lane } from '#/engine/executor';

/** What must be installed in a lane before tasks that name `key` run there. */
export interface Installation {
  readonly key: string;
  /** Keys that must be there first. */
  readonly after: readonly string[];
  readonly task: ComputeTask;
}

/**
 * A lane is held for dead when a task has run this long and a ping stays unanswered for `PING_MS`:
 * workers die silently (out of memory, killed by the browser), so silence is all there is to see.
 */
const TASK_MS = 10_000;
const PING_MS = 5_000;
const MAX_LOSSES = 3;

interface Slot {
  readonly index: number;
  lane: Lane | null;
  readonly installed: Map<string, ComputeResult>;
}

interface Waiting {
  readonly run: (slot: Slot) => void;
}

/**
 * Spreads tasks over an executor's lanes, first come first served; installs what a task needs where it runs; redoes the
 * task of a lane that was lost. The result of a task never depends on the lane it ran in.
 */
export class LanePool {
  readonly #executor: Executor;
  readonly #free: Slot[];
  readonly #queue: Waiting[] = [];
  readonly #installations = new Map<string, Installation>();
  readonly #onLost: (index: number) => void;

  constructor(executor: Executor, onLost: (index: number) => void = () => undefined) {
    this.#executor = executor;
    this.#onLost = onLost;
    this.#free = Array.from({ length: executor.lanes }, (_, index) => ({ index, lane: null, installed: new Map<string, ComputeResult>() }));
  }

  get lanes(): number {
    return this.#executor.lanes;
  }

  /** Tells how to install `key`; nothing is sent before a task needs it. */
  define(installation: Installation): void {
    // Keys are hashes of what they install: what lanes have agreed on for one stands.
    if (!this.#installations.has(installation.key)) this.#installations.set(installation.key, installation);
  }

  /** Installs in one lane now and gives the lane's answer. */
  async install(key: string, signal?: AbortSignal): Promise<ComputeResult> {
    return this.#withLane(signal, (slot) => this.#ensure(slot, key, signal));
  }

  /** @param needs - keys of `define` that the task names */
  async run(task: ComputeTask, needs: readonly string[], signal?: AbortSignal): Promise<ComputeResult> {
    return this.#withLane(signal, async (slot) => {
      for (const key of needs) await this.#ensure(slot, key, signal);
      return this.#perform(slot, task, signal);
    });
  }

  /** Forgets a key everywhere; lanes that hold it release it when they are next free. */
  async release(key: string): Promise<void> {
    this.#installations.delete(key);
    for (const slot of this.#free) {
      if (slot.lane !== null && slot.installed.delete(key)) await slot.lane.run({ kind: 'release', key });
    }
  }

  async dispose(): Promise<void> {
    for (const slot of this.#free) await slot.lane?.dispose();
  }

  async #withLane<T>(signal: AbortSignal | undefined, work: (slot: Slot) => Promise<T>): Promise<T> {
    for (let losses = 0; ; losses++) {
      const slot = await this.#acquire(signal);
      try {
        return await work(slot);
      } catch (error) {
        if (!isLimpidError(error, 'WorkerLost')) throw error;
        slot.lane = null;
        slot.installed.clear();
        this.#onLost(slot.index);
        if (losses >= MAX_LOSSES) throw error;
      } finally {
        this.#releaseSlot(slot);
      }
    }
  }

  async #acquire(signal: AbortSignal | undefined): Promise<Slot> {
    throwIfAborted(signal);
    const slot = this.#free.shift();
    if (slot) return slot;
    return new Promise<Slot>((resolve, reject) => {
      const leave = (): void => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        reject(new LimpidError({ tag: 'Aborted', message: 'Cancelled.' }));
      };
      const waiting: Waiting = {
        run: (free) => {
          signal?.removeEventListener('abort', leave);
          resolve(free);
        },
      };
      this.#queue.push(waiting);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #releaseSlot(slot: Slot): void {
    const next = this.#queue.shift();
    if (next) next.run(slot);
    else this.#free.push(slot);
  }

  async #ensure(slot: Slot, key: string, signal: AbortSignal | undefined): Promise<ComputeResult> {
    const known = slot.installed.get(key);
    if (known) return known;
    const installation = this.#installations.get(key);
    if (!installation) throw new LimpidError({ tag: 'Internal', message: `Nobody defined ${key}.` });
    for (const earlier of installation.after) await this.#ensure(slot, earlier, signal);
    const result = await this.#perform(slot, installation.task, signal);
    slot.installed.set(key, result);
    const agreed = agreedTask(installation.task, result);
    if (agreed !== null && this.#installations.has(key)) this.#installations.set(key, { ...installation, task: agreed });
    return result;
  }

  async #perform(slot: Slot, task: ComputeTask, signal: AbortSignal | undefined): Promise<ComputeResult> {
    slot.lane ??= await this.#executor.open(slot.index);
    return withDeadline(slot.lane, slot.lane.run(task, signal));
  }
}

/** Lanes must not compute by different means: what the first one has chosen by measurement holds for all. */
function agreedTask(task: ComputeTask, result: ComputeResult): ComputeTask | null {
  if (task.kind === 'install model' && result.kind === 'model' && result.facts.provider)
    return { ...task, provider: result.facts.provider.name };
  if (task.kind === 'install spec' && result.kind === 'spec' && result.tables) return { ...task, tables: result.tables.name };
  return null;
}

/** Rejects with `WorkerLost` when the task takes long and the lane does not answer a ping either. */
async function withDeadline<T>(lane: Lane, task: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const lost = new Promise<never>((_, reject) => {
    const check = (): void => {
      timer = setTimeout(() => {
        const silence = setTimeout(() => {
          reject(
            new LimpidError({
              tag: 'WorkerLost',
              message: 'A compute worker stopped answering; it may have run out of memory.',
              hint: 'Explain fewer rows or use fewer background rows.',
            }),
          );
        }, PING_MS);
        void lane.ping().then(() => {
          clearTimeout(silence);
          check();
        });
      }, TASK_MS);
    };
    check();
  });
  try {
    return await Promise.race([task, lost]);
  } finally {
    clearTimeout(timer);
  }
}
