import styles from './Progress.module.css';

/** Something runs and nobody knows how long. */
export function BusyBar() {
  return <div className={styles.bar} aria-hidden="true" />;
}

interface ProgressProps {
  readonly label: string;
  readonly done: number;
  readonly total: number;
}

export function Progress({ label, done, total }: ProgressProps) {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  return (
    <span
      className={styles.progress}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
    >
      <span className={styles.fill} style={{ width: `${share * 100}%` }} />
    </span>
  );
}
