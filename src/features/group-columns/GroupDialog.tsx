import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { toPlainError } from '#/base/errors';
import { Button } from '#/components/Button';
import { Dialog } from '#/components/Dialog';
import type { ExplanationSummary } from '#/domain/summary';
import type { FeatureGroup } from '#/domain/feature-map';
import { ColumnMoves } from '#/features/group-columns/ColumnMoves';
import { featureCount, firstGroups, groupsOf, problemOf } from '#/features/group-columns/group-form';
import { GroupList } from '#/features/group-columns/GroupList';
import { failedState, StateNotice } from '#/panels/StateNotice';
import { useChoices } from '#/state/choices';
import { useClient } from '#/state/client-context';
import { beginWork } from '#/state/idle';
import { useSession } from '#/state/session';
import { groupText } from '#/text/group-columns';
import styles from './group-columns.module.css';

const WIDTH = 640;

const close = () => useSession.getState().set({ grouping: null });

/** One-hot columns as the feature they came from: suggested, changed by hand, then summed into a second explanation. */
export function GroupDialog({ explanation }: { readonly explanation: string }) {
  const client = useClient();
  const study = useSession((state) => state.study);
  const one = study?.explanations.find(({ id }) => id === explanation);
  const suggested = useQuery({
    queryKey: ['suggest-groups', study?.id, explanation],
    queryFn: () => client.suggestGroups(explanation),
    enabled: one !== undefined,
    gcTime: 0,
    retry: false,
    structuralSharing: false,
  });
  if (one !== undefined && suggested.data !== undefined) return <Grouping one={one} suggested={suggested.data} />;
  return (
    <Dialog title={groupText.title} width={WIDTH} onClose={close}>
      <StateNotice
        state={
          one === undefined
            ? { kind: 'notApplicable', reason: groupText.gone }
            : suggested.isError
              ? failedState(groupText.failed, suggested.error, () => void suggested.refetch())
              : { kind: 'loading', label: groupText.loading }
        }
      />
    </Dialog>
  );
}

interface GroupingProps {
  readonly one: ExplanationSummary;
  readonly suggested: readonly FeatureGroup[];
}

function Grouping({ one, suggested }: GroupingProps) {
  const client = useClient();
  const names = one.featureNames;
  const [form, setForm] = useState(() => firstGroups(names.length, suggested));
  const problem = problemOf(form, names);
  const found = suggested.reduce((sum, { features }) => sum + features.length, 0);
  const apply = () => {
    const end = beginWork('group features');
    const before = new Set(useSession.getState().study?.explanations.map(({ id }) => id));
    client
      .apply({ kind: 'group features', id: one.id, groups: groupsOf(form) })
      .then((summary) => {
        const made = summary.explanations.find(({ id }) => !before.has(id));
        if (made !== undefined) useChoices.getState().set({ explanation: made.id });
      })
      .catch((error: unknown) => useSession.getState().notify({ tone: 'error', text: groupText.notApplied, error: toPlainError(error) }))
      .finally(end);
    close();
  };
  return (
    <Dialog
      title={groupText.open(one.name)}
      width={WIDTH}
      onClose={close}
      footer={
        <>
          <span className={styles.outcome} role="status" data-problem={problem !== null}>
            {problem ?? groupText.after(names.length, featureCount(form))}
          </span>
          <Button onClick={close}>{groupText.cancel}</Button>
          <Button look="primary" disabled={problem !== null} onClick={apply}>
            {groupText.apply}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <p className={styles.about}>
          {groupText.about} {suggested.length > 0 ? groupText.found(suggested.length, found) : groupText.noneFound}
        </p>
        <GroupList form={form} names={names} onChange={setForm} />
        <ColumnMoves form={form} names={names} onChange={setForm} />
      </div>
    </Dialog>
  );
}
