import type { Legend, LegendShape } from '#/charts/chart';
import styles from './ChartLegend.module.css';

/** What colours and signs mean, as text beside them. */
export function ChartLegend({ legends }: { readonly legends: readonly Legend[] }) {
  if (legends.length === 0) return null;
  return (
    <div className={styles.legends}>
      {legends.map((legend, i) => (
        <LegendRow key={i} legend={legend} />
      ))}
    </div>
  );
}

function LegendRow({ legend }: { readonly legend: Legend }) {
  if (legend.kind === 'ramp') {
    return (
      <div className={styles.legend}>
        <span className={styles.title} title={legend.title}>
          {legend.title}
        </span>
        <span className={styles.item}>
          {legend.low}
          <span className={styles.ramp} aria-hidden="true">
            {legend.colours.map((colour) => (
              <span key={colour} style={{ background: colour }} />
            ))}
          </span>
          {legend.high}
        </span>
        {legend.missing !== null && (
          <span className={styles.item}>
            <span className={styles.square} style={{ background: legend.missingColour }} aria-hidden="true" />
            {legend.missing}
          </span>
        )}
      </div>
    );
  }
  return (
    <div className={styles.legend}>
      {legend.title !== '' && (
        <span className={styles.title} title={legend.title}>
          {legend.title}
        </span>
      )}
      {legend.items.map((item, i) => (
        <span key={i} className={styles.item} title={item.label}>
          <LegendMark colour={item.colour} shape={item.shape ?? 'square'} />
          <span className={styles.label}>{item.label}</span>
        </span>
      ))}
    </div>
  );
}

function LegendMark({ colour, shape }: { readonly colour: string; readonly shape: LegendShape }) {
  return (
    <svg className={styles.mark} viewBox="0 0 14 12" aria-hidden="true">
      {shape === 'square' && <rect x="2" y="1" width="10" height="10" rx="2" fill={colour} />}
      {shape === 'line' && <path d="M0 6H14" stroke={colour} strokeWidth="2.4" fill="none" />}
      {shape === 'dashed' && <path d="M0 6H14" stroke={colour} strokeWidth="2.2" strokeDasharray="4 2.4" fill="none" />}
      {shape === 'dotted' && <path d="M0 6H14" stroke={colour} strokeWidth="2.4" strokeDasharray="2 2" fill="none" />}
      {shape === 'interval' && <path d="M0 6H14M0.6 3V9M13.4 3V9" stroke={colour} strokeWidth="1.4" fill="none" />}
      {shape === 'diamond' && <path d="M7 0.6 12 6 7 11.4 2 6Z" fill={colour} />}
      {shape === 'star' && <path d="M7 0.5 8.4 4.4 12.6 4.5 9.3 7 10.5 11 7 8.6 3.5 11 4.7 7 1.4 4.5 5.6 4.4Z" fill={colour} />}
    </svg>
  );
}
