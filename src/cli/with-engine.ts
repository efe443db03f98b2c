import { availableParallelism } from 'node:os';
import type { Call } from '#/cli/command';
import type { Console } from '#/cli/console';
import { createProgress } from '#/cli/progress';
import { createThreadExecutor } from '#/cli/thread-executor';
import { Engine } from '#/engine/engine';
import { createMemoryStore } from '#/storage/memory-store';

/** Lanes of `--lanes`: one less than the processor has without. */
export function lanesOf(call: Call): number {
  return call.count('lanes', Math.max(1, availableParallelism() - 1), 1);
}

/** Runs work on an engine over threads, with progress on stderr; the threads end whatever happens. */
export async function withEngine(call: Call, io: Console, work: (engine: Engine) => Promise<number>): Promise<number> {
  const progress = createProgress(io);
  const engine = new Engine({
    executor: createThreadExecutor(lanesOf(call), io.threadEntry, call.text('precision') === 'float64'),
    store: createMemoryStore(),
    onEvent: progress.onEvent,
  });
  try {
    return await work(engine);
  } finally {
    progress.end();
    await engine.dispose();
  }
}
