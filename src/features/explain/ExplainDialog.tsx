import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '#/components/Button';
import { Dialog } from '#/components/Dialog';
import type { StudySummary } from '#/domain/summary';
import type { ExplainPlan } from '#/engine/job';
import { failedState, StateNotice } from '#/panels/StateNotice';
import { useClient } from '#/state/client-context';
import { startJob } from '#/state/run-job';
import { useSession } from '#/state/session';
import { explainText } from '#/text/explain';
import { CostLine } from './CostLine';
import { costOf, explainJobOf, FIRST_FORM, MAX_BYTES, metricsOf, parametersOf, permutationJobOf, type ExplainForm } from './explain-form';
import { ExplainOptions, PermutationOptions } from './ExplainOptions';
import { MethodList } from './MethodList';
import styles from './explain.module.css';

/** Choose a method and its cost before it runs; the recommended one is one click away. */
export function ExplainDialog() {
  const client = useClient();
  const study = useSession((state) => state.study);
  const [form, setForm] = useState<ExplainForm>(FIRST_FORM);
  const { backgroundRows } = form;
  const method = form.method === 'permutation' ? null : form.method;
  const parameters = parametersOf(form, form.method ?? 'kernel');
  const plan = useQuery({
    queryKey: ['explain-plan', study?.id, study?.revisions.model, study?.revisions.table, backgroundRows, method, parameters],
    queryFn: () => client.explainPlan({ backgroundRows, method, parameters }),
    placeholderData: keepPreviousData,
    structuralSharing: false,
  });
  const close = () => useSession.getState().set({ explainOpen: false });
  if (study === null) return null;
  if (plan.data === undefined) {
    return (
      <Dialog title={explainText.title} width={640} onClose={close}>
        <StateNotice
          state={
            plan.isError
              ? failedState(explainText.title, plan.error, () => void plan.refetch())
              : { kind: 'loading', label: explainText.loading }
          }
        />
      </Dialog>
    );
  }
  return <PlannedDialog plan={plan.data} form={form} study={study} onForm={setForm} onClose={close} />;
}

interface PlannedDialogProps {
  readonly plan: ExplainPlan;
  readonly form: ExplainForm;
  readonly study: StudySummary;
  readonly onForm: (form: ExplainForm) => void;
  readonly onClose: () => void;
}

function PlannedDialog({ plan, form, study, onForm, onClose }: PlannedDialogProps) {
  const client = useClient();
  const { hasTarget } = study;
  const method = form.method ?? plan.recommended;
  const offer = plan.offers.find(({ id }) => id === method) ?? null;
  const cost = offer === null ? null : costOf(form, offer, plan);
  const change = (patch: Partial<ExplainForm>) => onForm({ ...form, ...patch });
  const possible = method === 'permutation' ? hasTarget : offer?.unavailable === null && (cost === null || cost.bytes <= MAX_BYTES);
  const start = () => {
    startJob(client, offer === null ? permutationJobOf(form) : explainJobOf(form, offer), explainText.notStarted);
    onClose();
  };
  return (
    <Dialog
      title={explainText.title}
      width={640}
      onClose={onClose}
      footer={
        <>
          <CostLine cost={cost} />
          <Button onClick={onClose}>{explainText.cancel}</Button>
          <Button look="primary" disabled={!possible} onClick={start}>
            {explainText.start}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <MethodList plan={plan} method={method} hasTarget={hasTarget} onChange={(next) => change({ method: next, outputSpace: null })} />
        {offer === null ? (
          <PermutationOptions metrics={metricsOf(study)} form={form} onChange={change} />
        ) : (
          <ExplainOptions plan={plan} offer={offer} form={form} onChange={change} />
        )}
      </div>
    </Dialog>
  );
}
