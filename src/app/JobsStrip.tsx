import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { Button, IconButton } from '#/components/Button';
import { ErrorNotice } from '#/components/ErrorNotice';
import { Progress } from '#/components/Progress';
import type { JobStatus } from '#/engine/job';
import { useChoices } from '#/state/choices';
import { useClient } from '#/state/client-context';
import { useSession } from '#/state/session';
import { duration } from '#/text/format';
import { shellText } from '#/text/shell';
import styles from './JobsStrip.module.css';

const { jobs: text } = shellText;

/** What runs, how far it is, and how to stop it. Finished jobs leave with a notice, failed ones stay until dismissed. */
export function JobsStrip() {
  const jobs = useSession((state) => state.jobs);
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  const shown = jobs.filter((job) => (job.state === 'running' && !isBrief(job)) || (job.state === 'failed' && !dismissed.includes(job.id)));
  if (shown.length === 0) return null;
  return (
    <section className={styles.strip} aria-label={text.label}>
      <ul>
        {shown.map((job) => (
          <li key={job.id} className={styles.job}>
            {job.state === 'running' ? <Running job={job} /> : <Failed job={job} onDismiss={() => setDismissed([...dismissed, job.id])} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Running({ job }: { readonly job: JobStatus }) {
  const client = useClient();
  const chosen = useChoices((state) => state.choices.explanation);
  const { set } = useChoices.getState();
  const left = duration(job.secondsLeft);
  return (
    <>
      <span className={styles.name}>{job.label}</span>
      <span className={styles.bar}>
        <Progress label={job.label} done={job.done} total={job.total} />
      </span>
      <span className={styles.numbers}>{text.progress(job.done, job.total, job.unit)}</span>
      <span className={styles.numbers}>{left === '' ? text.starting : text.left(left)}</span>
      <span className={styles.push} />
      {job.explanation !== null && job.explanation !== chosen && (
        <Button look="quiet" onClick={() => set({ explanation: job.explanation })}>
          {text.show}
        </Button>
      )}
      <Button aria-label={text.cancel(job.label)} onClick={() => void client.cancel(job.id)}>
        {text.cancelShort}
      </Button>
    </>
  );
}

function Failed({ job, onDismiss }: { readonly job: JobStatus; readonly onDismiss: () => void }) {
  return (
    <>
      <div className={styles.error}>
        {job.error === null ? text.failed(job.label) : <ErrorNotice title={text.failed(job.label)} error={job.error} />}
      </div>
      <IconButton label={text.dismiss} onClick={onDismiss}>
        <IconX size={16} />
      </IconButton>
    </>
  );
}

/** Curves are drawn as they come; only long ones are worth a line here. */
function isBrief(job: JobStatus): boolean {
  return job.kind === 'partial dependence' && !(job.secondsLeft > 2);
}
