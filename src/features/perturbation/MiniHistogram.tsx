import styles from './Perturbation.module.css';

interface MiniHistogramProps {
  readonly counts: Uint32Array;
  /** Where the value is, 0 to 1; NaN: nowhere. */
  readonly position: number;
}

/** The data behind a slider: equal bins, and where the value stands. */
export function MiniHistogram({ counts, position }: MiniHistogramProps) {
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  return (
    <svg className={styles.histogram} viewBox={`0 0 ${String(counts.length)} 10`} preserveAspectRatio="none" aria-hidden="true">
      {Array.from(counts, (count, i) => {
        const height = count === 0 ? 0 : Math.max(0.6, (10 * count) / most);
        return <rect key={i} x={i + 0.06} y={10 - height} width={0.88} height={height} />;
      })}
      {position >= 0 && position <= 1 && (
        <line x1={position * counts.length} x2={position * counts.length} y1="0" y2="10" vectorEffect="non-scaling-stroke" />
      )}
    </svg>
  );
}
