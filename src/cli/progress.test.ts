import { describe, expect, it } from 'vitest';
import { createProgress, describeJob } from '#/cli/progress';
import type { Console } from '#/cli/console';
import type { JobStatus } from '#/engine/job';

const job = (change: Partial<JobStatus>): JobStatus => ({
  id: 'job-1',
  label: 'Kernel SHAP',
  kind: 'explain',
  state: 'running',
  done: 3,
  total: 10,
  unit: 'rows',
  secondsLeft: 61.2,
  explanation: null,
  error: null,
  ...change,
});

function watched(errIsTerminal: boolean): {
  readonly text: string[];
  readonly tell: (at: number, change?: Partial<JobStatus>) => void;
  end: () => void;
} {
  const text: string[] = [];
  let time = 0;
  const io: Console = { out: () => undefined, err: (part) => text.push(part), errIsTerminal, threadEntry: new URL('file:///none') };
  const progress = createProgress(io, () => time);
  return {
    text,
    tell: (at, change = {}) => {
      time = at;
      progress.onEvent({ kind: 'jobs', jobs: [job(change)] });
    },
    end: progress.end,
  };
}

describe('progress', () => {
  it('says what is left in the largest unit that fits', () => {
    expect(describeJob(job({}))).toBe('Kernel SHAP: 3 of 10 rows, 1 min 2 s left');
    expect(describeJob(job({ secondsLeft: 12.1 }))).toBe('Kernel SHAP: 3 of 10 rows, 13 s left');
    expect(describeJob(job({ secondsLeft: 7260 }))).toBe('Kernel SHAP: 3 of 10 rows, 2 h 1 min left');
    expect(describeJob(job({ secondsLeft: NaN }))).toBe('Kernel SHAP: 3 of 10 rows');
  });

  it('writes a line every few seconds into a log', () => {
    const { text, tell, end } = watched(false);
    for (let at = 0; at <= 7000; at += 500) tell(at, { secondsLeft: NaN });
    end();
    expect(text).toEqual(['Kernel SHAP: 3 of 10 rows\n', 'Kernel SHAP: 3 of 10 rows\n']);
  });

  it('draws one line over on a terminal and removes it', () => {
    const { text, tell, end } = watched(true);
    tell(0);
    tell(50);
    tell(150, { done: 10, secondsLeft: 0 });
    end();
    const first = 'Kernel SHAP: 3 of 10 rows, 1 min 2 s left';
    expect(text).toEqual([`\r${first}`, `\r${'Kernel SHAP: 10 of 10 rows'.padEnd(first.length)}`, `\r${' '.repeat(first.length)}\r`]);
  });

  it('shows notices at once, and jobs that ended not at all', () => {
    const { text, tell } = watched(true);
    tell(0, { state: 'done' });
    expect(text).toEqual([]);
  });
});
