import type { ReactNode } from 'react';
import type { PlainError } from '#/base/errors';
import { componentsText } from '#/text/components';
import { CodeBlock } from '#/components/CodeBlock';
import styles from './ErrorNotice.module.css';

interface ErrorNoticeProps {
  readonly error: PlainError;
  /** What was being done: `census.csv could not be opened`. */
  readonly title?: string | undefined;
  readonly actions?: ReactNode;
  /** `calm`: nothing went wrong, something is only not possible. */
  readonly tone?: 'error' | 'calm';
}

/** What happened, where, and what to do. */
export function ErrorNotice({ error, title, actions, tone = 'error' }: ErrorNoticeProps) {
  const place = [error.place?.file, error.place?.at].filter((part) => part !== undefined).join(', ');
  return (
    <div className={styles.notice} role={tone === 'error' ? 'alert' : undefined} data-tag={error.tag} data-tone={tone}>
      {title !== undefined && <p className={styles.title}>{title}</p>}
      <p className={styles.message}>{error.tag === 'Internal' ? componentsText.bug(error.message) : error.message}</p>
      {place !== '' && <p className={styles.place}>{componentsText.where(place)}</p>}
      {error.hint !== undefined && <p className={styles.hint}>{error.hint}</p>}
      {error.code !== undefined && <CodeBlock code={error.code} />}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
