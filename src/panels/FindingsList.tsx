import type { Finding } from '#/domain/study';
import { findingsText } from '#/text/findings';
import styles from './FindingsList.module.css';

const ORDER = { error: 0, warning: 1, info: 2 } as const;

/** What the import doctor inferred, repaired or warns of, with what to do about it; the serious ones first. */
export function FindingsList({ findings }: { readonly findings: readonly Finding[] }) {
  if (findings.length === 0) return <p>{findingsText.none}</p>;
  const sorted = [...findings].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
  return (
    <ul className={styles.list}>
      {sorted.map((finding, i) => (
        <li key={`${finding.code} ${i}`} className={styles.finding} data-severity={finding.severity}>
          <span className={styles.severity}>{findingsText.severity[finding.severity]}</span>
          <div className={styles.words}>
            <p>{finding.message}</p>
            {finding.fix !== undefined && <p className={styles.fix}>{finding.fix}</p>}
            {finding.place !== undefined && (
              <p className={styles.place}>{[finding.place.file, finding.place.at].filter((part) => part !== undefined).join(', ')}</p>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
