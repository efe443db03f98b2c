import { IconTrash } from '@tabler/icons-react';
import { IconButton } from '#/components/Button';
import { EllipsisText } from '#/components/EllipsisText';
import type { StudySummary } from '#/domain/summary';
import { useApply } from '#/state/use-apply';
import { rowName } from '#/text/coverage';
import { overviewText } from '#/text/overview';
import { Section } from './Section';
import styles from './overview.module.css';

/** Rows that the person made in Perturbation Exploration. */
export function PointList({ points }: { readonly points: StudySummary['points'] }) {
  const apply = useApply(overviewText.changeFailed);
  return (
    <Section title={overviewText.points}>
      <ul className={styles.items}>
        {points.map((point) => (
          <li key={point.id} className={styles.item}>
            <div className={styles.itemWords}>
              <strong>
                <EllipsisText text={point.name} />
              </strong>
              <p className={styles.quiet}>{overviewText.pointFrom(rowName(point.baseRow))}</p>
            </div>
            <IconButton label={overviewText.remove(point.name)} onClick={() => apply({ kind: 'remove point', id: point.id })}>
              <IconTrash size={16} />
            </IconButton>
          </li>
        ))}
      </ul>
    </Section>
  );
}
