import type { ReactNode } from 'react';
import { BusyBar } from '#/components/Progress';
import { CoverageNote } from '#/panels/CoverageNote';
import type { Coverage } from '#/queries/scope';
import styles from './ViewFrame.module.css';

interface ViewFrameProps {
  /** The view's name: the page's only h1. */
  readonly title: string;
  /** Computed from the data: what the chart says, in words. */
  readonly sentence?: ReactNode;
  /** Options, table, download. */
  readonly actions?: ReactNode;
  /** Row below the chart. */
  readonly controls?: ReactNode;
  readonly status?: 'loading' | 'ready' | 'partial';
  readonly coverage?: Coverage;
  readonly children: ReactNode;
}

/** Heading, sentence, chart, controls: the order in which every view is read. */
export function ViewFrame({ title, sentence, actions, controls, status = 'ready', coverage, children }: ViewFrameProps) {
  return (
    <section className={styles.frame} aria-labelledby="view-title" aria-busy={status === 'loading'}>
      <div className={styles.busy}>{status === 'loading' && <BusyBar />}</div>
      <header className={styles.head}>
        <div className={styles.words}>
          <h1 id="view-title" className={styles.title} tabIndex={-1}>
            {title}
          </h1>
          {(sentence !== undefined || coverage !== undefined) && (
            <p className={styles.sentence}>
              {sentence} {coverage !== undefined && <CoverageNote coverage={coverage} partial={status === 'partial'} />}
            </p>
          )}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      <div className={styles.body}>{children}</div>
      {controls !== undefined && <div className={styles.controls}>{controls}</div>}
    </section>
  );
}
