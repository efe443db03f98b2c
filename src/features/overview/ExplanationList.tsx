import { IconStack2, IconTrash } from '@tabler/icons-react';
import { Button, IconButton } from '#/components/Button';
import { EllipsisText } from '#/components/EllipsisText';
import { canGroupFeatures, type ExplanationSummary } from '#/domain/summary';
import { useChoices } from '#/state/choices';
import { useSession } from '#/state/session';
import { useApply } from '#/state/use-apply';
import type { ActiveScope } from '#/state/use-scope';
import { coverage } from '#/text/format';
import { groupText } from '#/text/group-columns';
import { overviewText } from '#/text/overview';
import { shellText } from '#/text/shell';
import { badgeText, explanationName, unitLabel } from '#/text/units';
import { Section } from './Section';
import styles from './overview.module.css';

export function ExplanationList({ active }: { readonly active: ActiveScope }) {
  const { study, explanation } = active;
  return (
    <Section title={overviewText.explanations}>
      {study.explanations.length === 0 && <p className={styles.quiet}>{overviewText.noExplanations}</p>}
      <ul className={styles.items}>
        {study.explanations.map((one) => (
          <li key={one.id} className={styles.item}>
            <ExplanationFacts one={one} nRows={study.nRows} unit={unitLabel(one.space, study.outputs)} />
            <ExplanationActions one={one} shown={one.id === explanation?.id} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

interface ExplanationFactsProps {
  readonly one: ExplanationSummary;
  readonly nRows: number;
  readonly unit: string;
}

function ExplanationFacts({ one, nRows, unit }: ExplanationFactsProps) {
  const badge = badgeText(one.badge, one.hasLocal);
  const facts = [
    shellText.featureSpaces[one.featureSpace],
    unit,
    one.hasLocal ? coverage(one.completed, nRows) : null,
    overviewText.state[one.state],
  ];
  return (
    <div className={styles.itemWords}>
      <strong>
        <EllipsisText text={explanationName(one)} />
      </strong>
      <p className={styles.quiet}>{facts.filter((fact) => fact !== null && fact !== '').join(' · ')}</p>
      <p className={styles.badge} data-tone={badge.tone}>
        {badge.long}
      </p>
    </div>
  );
}

function ExplanationActions({ one, shown }: { readonly one: ExplanationSummary; readonly shown: boolean }) {
  const set = useChoices((state) => state.set);
  const apply = useApply(overviewText.changeFailed);
  return (
    <div className={styles.itemActions}>
      {shown ? (
        <span className={styles.inUse}>{overviewText.inUse}</span>
      ) : (
        <Button look="quiet" onClick={() => set({ explanation: one.id })}>
          {overviewText.show}
        </Button>
      )}
      {canGroupFeatures(one) && (
        <IconButton label={groupText.open(one.name)} onClick={() => useSession.getState().set({ grouping: one.id })}>
          <IconStack2 size={16} />
        </IconButton>
      )}
      {one.state !== 'running' && (
        <IconButton label={overviewText.remove(one.name)} onClick={() => apply({ kind: 'remove explanation', id: one.id })}>
          <IconTrash size={16} />
        </IconButton>
      )}
    </div>
  );
}
