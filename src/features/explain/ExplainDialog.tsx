import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '#/components/Button';
import { Dialog } from '#/components/Dialog';
import type { ExplainPlan } from '#/engine/job';
import { failedState, StateNotice } from '#/panels/StateNotice';
import type { AxisInfo } from '#/queries/axis';
import { useChoices } from '#/state/choices';
import { useClient } from '#/state/client-context';
import { startJob } from '#/state/run-job';
import { useSession } from '#/state/session';
import { useAsk } from '#/state/use-ask';
import { useScope } from '#/state/use-scope';
import { explainText } from '#/text/explain';
import { CostLine } from './CostLine';
import {
  backgroundCount,
  costOf,
  explainJobOf,
  firstForm,
  globalJobOf,
  isComplete,
  MAX_BYTES,
  type ExplainForm,
  type MethodId,
} from './explain-form';
import { ExplainOptions, GlobalOptions } from './ExplainOptions';
import { MethodList } from './MethodList';
import styles from './explain.module.css';

const WIDTH = 720;

/** Choose a method, what to explain against, and see the cost before it runs; the recommended method is one click away. */
export function ExplainDialog() {
  const client = useClient();
  const active = useScope();
  const study = active?.study ?? null;
  const [form, setForm] = useState<ExplainForm>(() => firstForm(useSession.getState().explainPreset));
  const axes = useAsk('axes', ['table', 'model', 'predictions', 'explanations', 'meta'], active === null ? null : { scope: active.scope });
  const backgroundRows = backgroundCount(form, study?.nRows ?? 1);
  const settings = form.method === null ? {} : (form.settings[form.method] ?? {});
  const plan = useQuery({
    queryKey: ['explain-plan', study?.id, study?.revisions.model, study?.revisions.table, backgroundRows, form.method, settings],
    queryFn: () => client.explainPlan({ backgroundRows, method: form.method, parameters: settings }),
    placeholderData: keepPreviousData,
    structuralSharing: false,
  });
  const close = () => useSession.getState().set({ explainOpen: false, explainPreset: null });
  if (study === null) return null;
  if (plan.data === undefined) {
    return (
      <Dialog title={explainText.title} width={WIDTH} onClose={close}>
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
  return <PlannedDialog plan={plan.data} form={form} columns={axes.data?.axes ?? []} onForm={setForm} onClose={close} />;
}

interface PlannedDialogProps {
  readonly plan: ExplainPlan;
  readonly form: ExplainForm;
  readonly columns: readonly AxisInfo[];
  readonly onForm: (form: ExplainForm) => void;
  readonly onClose: () => void;
}

function PlannedDialog({ plan, form, columns, onForm, onClose }: PlannedDialogProps) {
  const client = useClient();
  const row = useChoices((state) => state.choices.row);
  const method: MethodId = form.method ?? plan.recommended;
  const offer = plan.offers.find(({ id }) => id === method) ?? null;
  const global = plan.globals.find(({ id }) => id === method) ?? null;
  const cost = offer === null ? null : costOf(form, offer, plan);
  const possible =
    offer === null
      ? global?.unavailable === null && isComplete(form, false)
      : offer.unavailable === null && isComplete(form, offer.usesBackground) && (cost === null || cost.bytes <= MAX_BYTES);
  const start = () => {
    const job = offer !== null ? explainJobOf(form, offer, row) : global !== null ? globalJobOf(form, global) : null;
    if (job !== null) startJob(client, job, explainText.notStarted);
    onClose();
  };
  return (
    <Dialog
      title={explainText.title}
      width={WIDTH}
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
        <MethodList plan={plan} method={method} onChange={(next) => onForm({ ...form, method: next, outputSpace: null })} />
        {offer !== null && <ExplainOptions plan={plan} offer={offer} columns={columns} row={row} form={form} onChange={onForm} />}
        {global !== null && <GlobalOptions offer={global} columns={columns} form={form} onChange={onForm} />}
      </div>
    </Dialog>
  );
}
