import { EllipsisText } from '#/components/EllipsisText';
import type { OverviewAnswer } from '#/queries/overview';
import { overviewText } from '#/text/overview';
import { Section } from './Section';
import styles from './overview.module.css';

/** How often each class is true and is predicted. */
export function ClassCounts({ counts }: { readonly counts: OverviewAnswer['classCounts'] }) {
  const most = Math.max(1, ...counts.flatMap((one) => [one.trueCount ?? 0, one.predictedCount ?? 0]));
  return (
    <Section title={overviewText.classes}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{overviewText.class}</th>
            <th scope="col">{overviewText.trueCount}</th>
            <th scope="col">{overviewText.predictedCount}</th>
          </tr>
        </thead>
        <tbody>
          {counts.map((one, i) => (
            <tr key={i}>
              <th scope="row">
                <EllipsisText text={one.label} />
              </th>
              <CountCell count={one.trueCount} most={most} />
              <CountCell count={one.predictedCount} most={most} />
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function CountCell({ count, most }: { readonly count: number | null; readonly most: number }) {
  return (
    <td>
      <span className={styles.countCell}>
        <span className={styles.count}>{overviewText.count(count)}</span>
        <span className={styles.countBar} style={{ width: `${((count ?? 0) / most) * 50}%` }} aria-hidden="true" />
      </span>
    </td>
  );
}
