import { LimpidError, toPlainError } from '#/base/errors';
import type { Job, JobOutcome, JobStatus } from '#/engine/job';
import type { JobContext } from '#/engine/jobs/job-context';
import { runCurve } from '#/engine/jobs/curve';
import { runExplain } from '#/engine/jobs/explain';
import { runNativeImportance } from '#/engine/jobs/native-importance';
import { runPermutation } from '#/engine/jobs/permutation';
import { runPredict } from '#/engine/jobs/predict';
import { explainerById } from '#/explainers/catalogue';

const UNITS: Record<Job['kind'], string> = {
  explain: 'rows',
  predict: 'rows',
  'permutation importance': 'features',
  'partial dependence': 'rows',
  'native importance': 'importances',
};
/** Ended jobs that the page can still show. */
const KEPT = 8;

interface Running {
  status: JobStatus;
  readonly abort: AbortController;
  readonly started: number;
}

type ContextParts = Omit<JobContext, 'signal' | 'progress' | 'shows'>;

/** Runs jobs side by side on the shared lanes and keeps their status. */
export class JobRunner {
  readonly #jobs: Running[] = [];
  readonly #changed: (jobs: readonly JobStatus[]) => void;
  readonly #now: () => number;
  #count = 0;

  constructor(changed: (jobs: readonly JobStatus[]) => void, now: () => number) {
    this.#changed = changed;
    this.#now = now;
  }

  get jobs(): readonly JobStatus[] {
    return this.#jobs.map((job) => job.status);
  }

  cancel(id: string): void {
    this.#jobs.find((job) => job.status.id === id)?.abort.abort();
  }

  cancelAll(): void {
    for (const job of this.#jobs) job.abort.abort();
  }

  /** @throws what the job throws; `Aborted` when cancelled (a partial explanation then stays in the study) */
  async run(job: Job, prepare: (signal: AbortSignal) => Promise<ContextParts>, signal?: AbortSignal): Promise<JobOutcome> {
    const abort = new AbortController();
    if (signal?.aborted) abort.abort();
    signal?.addEventListener('abort', () => abort.abort(), { once: true });
    this.#count += 1;
    const running: Running = {
      abort,
      started: this.#now(),
      status: {
        id: `job-${this.#count}`,
        label: labelOf(job),
        kind: job.kind,
        state: 'running',
        done: 0,
        total: 0,
        unit: UNITS[job.kind],
        secondsLeft: NaN,
        explanation: null,
        error: null,
      },
    };
    this.#jobs.push(running);
    const update = (patch: Partial<JobStatus>): void => {
      running.status = { ...running.status, ...patch };
      this.#changed(this.jobs);
    };
    update({});
    try {
      const context: JobContext = {
        ...(await prepare(abort.signal)),
        signal: abort.signal,
        progress: (done, total) => {
          const spent = (this.#now() - running.started) / 1000;
          update({ done, total, secondsLeft: done === 0 ? NaN : (spent / done) * (total - done) });
        },
        shows: (explanation) => update({ explanation }),
      };
      const outcome = await perform(job, context);
      update({ state: 'done', secondsLeft: 0 });
      return outcome;
    } catch (error) {
      if (abort.signal.aborted) {
        update({ state: 'cancelled', secondsLeft: 0 });
        throw new LimpidError({ tag: 'Aborted', message: 'Cancelled.' }, error);
      }
      abort.abort();
      update({ state: 'failed', secondsLeft: 0, error: toPlainError(error) });
      throw error;
    } finally {
      const ended = this.#jobs.filter((other) => other.status.state !== 'running');
      for (const old of ended.slice(0, Math.max(0, ended.length - KEPT))) this.#jobs.splice(this.#jobs.indexOf(old), 1);
    }
  }
}

function labelOf(job: Job): string {
  switch (job.kind) {
    case 'explain':
      return explainerById(job.explainer).label;
    case 'predict':
      return 'Predicting';
    case 'permutation importance':
      return 'Permutation importance';
    case 'partial dependence':
      return 'Partial dependence';
    case 'native importance':
      return 'Native importance';
    default:
      return job satisfies never;
  }
}

function perform(job: Job, context: JobContext): Promise<JobOutcome> {
  switch (job.kind) {
    case 'explain':
      return runExplain(job, context);
    case 'predict':
      return runPredict(context);
    case 'permutation importance':
      return runPermutation(job, context);
    case 'native importance':
      return runNativeImportance(context);
    case 'partial dependence':
      return runCurve(job, context);
    default:
      return job satisfies never;
  }
}
