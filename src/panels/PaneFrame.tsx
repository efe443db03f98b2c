import type { ReactNode } from 'react';
import styles from './PaneFrame.module.css';

interface PaneFrameProps {
  readonly sentence?: ReactNode;
  readonly actions?: ReactNode;
  readonly controls?: ReactNode;
  readonly children: ReactNode;
}

/** A view of the selected row: sentence, chart, controls, in the width of the pane. */
export function PaneFrame({ sentence, actions, controls, children }: PaneFrameProps) {
  return (
    <div className={styles.frame}>
      {(sentence !== undefined || actions !== undefined) && (
        <div className={styles.head}>
          <p className={styles.sentence}>{sentence}</p>
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </div>
      )}
      {children}
      {controls !== undefined && <div className={styles.controls}>{controls}</div>}
    </div>
  );
}
