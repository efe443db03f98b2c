import type { ReactNode } from 'react';
import { toPlainError, type PlainError } from '#/base/errors';
import { Button } from '#/components/Button';
import { ErrorNotice } from '#/components/ErrorNotice';
import { BusyBar } from '#/components/Progress';
import type { Coverage } from '#/queries/scope';
import { panelsText } from '#/text/panels';
import styles from './StateNotice.module.css';

/** The states of a view that are not "here is the chart". */
export type ViewState =
  | { readonly kind: 'empty'; readonly message: string; readonly action?: ReactNode }
  | { readonly kind: 'loading'; readonly label?: string }
  | { readonly kind: 'partial'; readonly coverage: Coverage }
  | { readonly kind: 'failed'; readonly view: string; readonly error: PlainError; readonly retry?: () => void }
  | { readonly kind: 'notApplicable'; readonly reason: string; readonly action?: ReactNode };

export function StateNotice({ state }: { readonly state: ViewState }) {
  switch (state.kind) {
    case 'empty':
      return (
        <div className={styles.state}>
          <p>{state.message}</p>
          {state.action}
        </div>
      );
    case 'loading':
      return (
        <div className={styles.state} role="status">
          <p>{state.label ?? panelsText.loading}</p>
          <div className={styles.bar}>
            <BusyBar />
          </div>
        </div>
      );
    case 'partial':
      return (
        <p className={styles.partial} role="status">
          {panelsText.partial(state.coverage.used, state.coverage.total)}
        </p>
      );
    case 'failed':
      return (
        <div className={styles.failed}>
          <ErrorNotice
            title={panelsText.failed(state.view)}
            error={state.error}
            actions={state.retry === undefined ? undefined : <Button onClick={state.retry}>{panelsText.retry}</Button>}
          />
        </div>
      );
    case 'notApplicable':
      return (
        <div className={styles.state}>
          <p className={styles.title}>{panelsText.notApplicable}</p>
          <p>{state.reason}</p>
          {state.action}
        </div>
      );
    default:
      return state satisfies never;
  }
}

/** A failed query as a view state. */
export function failedState(view: string, error: unknown, retry?: () => void): ViewState {
  return { kind: 'failed', view, error: toPlainError(error), ...(retry === undefined ? {} : { retry }) };
}
