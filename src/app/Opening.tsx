import { Mark } from '#/components/Mark';
import { BusyBar, Progress } from '#/components/Progress';
import type { OpenPhase } from '#/state/session';
import { openingText } from '#/text/opening';
import styles from './App.module.css';

export function Opening({ phase }: { readonly phase: Extract<OpenPhase, { readonly kind: 'opening' }> }) {
  return (
    <main className={styles.waiting} role="status">
      <Mark size={32} />
      <h1>{openingText.opening(phase.label)}</h1>
      <div className={styles.bar}>
        {phase.total > 0 ? <Progress label={openingText.reading} done={phase.done} total={phase.total} /> : <BusyBar />}
      </div>
    </main>
  );
}
