import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ComputeResult, ComputeTask } from '#/engine/compute-task';
import type { Executor, Lane } from '#/engine/executor';
import { LanePool } from '#/engine/lane-pool';

const RELEASED: ComputeResult = { kind: 'released' };
const task = (key: string): ComputeTask => ({ kind: 'release', key });

/** Lanes that answer at once, but for those in `dead` (by order of opening), which never answer anything. */
function fakeExecutor(lanes: number, dead: readonly number[] = []): Executor & { readonly log: string[] } {
  const log: string[] = [];
  let opened = 0;
  return {
    kind: 'in process',
    lanes,
    log,
    open: (index) => {
      const number = opened;
      opened += 1;
      log.push(`open ${index}`);
      const silent = new Promise<never>(() => undefined);
      const lane: Lane = {
        run: (given) => {
          log.push(`${number}: ${given.kind} ${'key' in given ? given.key : ''}`);
          return dead.includes(number) ? silent : Promise.resolve(RELEASED);
        },
        ping: () => (dead.includes(number) ? silent : Promise.resolve()),
        dispose: () => Promise.resolve(),
      };
      return Promise.resolve(lane);
    },
  };
}

describe('LanePool', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('opens a silent lane again and redoes its task, after installing what the task needs', async () => {
    const executor = fakeExecutor(1, [0]);
    const lost: number[] = [];
    const pool = new LanePool(executor, (index) => lost.push(index));
    pool.define({ key: 'model', after: [], task: task('install model') });
    const result = pool.run(task('rows'), ['model']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await result).toEqual(RELEASED);
    expect(lost).toEqual([0]);
    expect(executor.log).toEqual(['open 0', '0: release install model', 'open 0', '1: release install model', '1: release rows']);
  });

  it('gives up on a task that loses every lane it gets', async () => {
    const pool = new LanePool(fakeExecutor(1, [0, 1, 2, 3, 4, 5]));
    const result = pool.run(task('rows'), []).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await result).toMatchObject({ tag: 'WorkerLost' });
  });

  it('leaves a busy lane alone that still answers pings', async () => {
    let finish: (result: ComputeResult) => void = () => undefined;
    const lost: number[] = [];
    const slow: Executor = {
      kind: 'in process',
      lanes: 1,
      open: () =>
        Promise.resolve({
          run: () => new Promise<ComputeResult>((resolve) => (finish = resolve)),
          ping: () => Promise.resolve(),
          dispose: () => Promise.resolve(),
        }),
    };
    const pool = new LanePool(slow, (index) => lost.push(index));
    const result = pool.run(task('rows'), []);
    await vi.advanceTimersByTimeAsync(120_000);
    finish(RELEASED);
    expect(await result).toEqual(RELEASED);
    expect(lost).toEqual([]);
  });

  it('installs once a lane, and what comes first before it', async () => {
    const executor = fakeExecutor(1);
    const pool = new LanePool(executor);
    pool.define({ key: 'model', after: [], task: task('model') });
    pool.define({ key: 'spec', after: ['model'], task: task('spec') });
    await pool.run(task('a'), ['model', 'spec']);
    await pool.run(task('b'), ['model', 'spec']);
    expect(executor.log).toEqual(['open 0', '0: release model', '0: release spec', '0: release a', '0: release b']);
  });

  it('takes a waiting task out of the queue when it is cancelled', async () => {
    const executor = fakeExecutor(1, [0]);
    const pool = new LanePool(executor);
    void pool.run(task('stuck'), []).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1);
    const abort = new AbortController();
    const waiting = pool.run(task('waiting'), [], abort.signal).catch((error: unknown) => error);
    abort.abort();
    expect(await waiting).toMatchObject({ tag: 'Aborted' });
    expect(executor.log).not.toContain('0: release waiting');
  });
});
