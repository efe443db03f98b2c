import type { Console } from '#/cli/console';
import type { EngineEvent, JobStatus } from '#/engine/job';

/** A log grows by one line in this time at most; a terminal's line is drawn anew each tenth of a second. */
const LOG_MS = 3000;
const DRAW_MS = 100;

export interface Progress {
  /** Told of the engine's events. */
  readonly onEvent: (event: EngineEvent) => void;
  /** Removes the updating line. */
  readonly end: () => void;
}

/** How far the running jobs are, on stderr: one line that is drawn over on a terminal, else a new line every few seconds. */
export function createProgress(io: Console, now: () => number = () => performance.now()): Progress {
  let last = io.errIsTerminal ? -Infinity : now();
  let width = 0;
  const clear = (): void => {
    if (width > 0) io.err(`\r${' '.repeat(width)}\r`);
    width = 0;
  };
  return {
    onEvent: (event) => {
      if (event.kind === 'notice') {
        clear();
        io.err(`${event.message}\n`);
      }
      if (event.kind !== 'jobs') return;
      const running = event.jobs.filter((job) => job.state === 'running' && job.total > 0);
      if (running.length === 0 || now() - last < (io.errIsTerminal ? DRAW_MS : LOG_MS)) return;
      last = now();
      const line = running.map(describeJob).join('; ');
      if (!io.errIsTerminal) {
        io.err(`${line}\n`);
        return;
      }
      io.err(`\r${line.padEnd(width)}`);
      width = Math.max(width, line.length);
    },
    end: clear,
  };
}

export function describeJob({ label, done, total, unit, secondsLeft }: JobStatus): string {
  const left = Number.isFinite(secondsLeft) && done < total ? `, ${duration(secondsLeft)} left` : '';
  return `${label}: ${done} of ${total} ${unit}${left}`;
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
