import { useEffect } from 'react';
import { BusyBar } from '#/components/Progress';
import { beginWork } from '#/state/idle';
import styles from './App.module.css';

/** A part of the page is on its way: the page is not idle while this is shown. */
export function Waiting() {
  useEffect(() => beginWork('lazy part'), []);
  return (
    <div className={styles.waiting}>
      <div className={styles.bar}>
        <BusyBar />
      </div>
    </div>
  );
}
