import type { ReactNode } from 'react';
import { NativeSelect } from '#/components/NativeSelect';
import { NumberField } from '#/components/NumberField';
import type { ExplainerOffer, ExplainPlan } from '#/engine/job';
import type { MetricId } from '#/explainers/metrics';
import { explainText } from '#/text/explain';
import { FIT_AT_LEAST, type ExplainForm } from './explain-form';
import styles from './explain.module.css';

const MAX_BACKGROUND = 5000;
const MAX_BUDGET = 100_000;
const MAX_SEED = 2 ** 31 - 1;
const MAX_REPEATS = 50;

interface OptionsProps {
  readonly form: ExplainForm;
  readonly onChange: (patch: Partial<ExplainForm>) => void;
}

interface ExplainOptionsProps extends OptionsProps {
  readonly plan: ExplainPlan;
  readonly offer: ExplainerOffer;
}

export function ExplainOptions({ plan, offer, form, onChange }: ExplainOptionsProps) {
  const rowChoice = (value: ExplainForm['rows'], label: string) => (
    <label className={styles.radio}>
      <input type="radio" name="rows" checked={form.rows === value} onChange={() => onChange({ rows: value })} />
      {label}
    </label>
  );
  return (
    <>
      <fieldset className={styles.rows}>
        <legend className={styles.legend}>{explainText.rows}</legend>
        {rowChoice('fit', explainText.fit(offer.fitRows, plan.nRows, offer.fitRows <= FIT_AT_LEAST && offer.fitRows < plan.nRows))}
        {offer.fitRows < plan.nRows && rowChoice('all', explainText.all(plan.nRows))}
        <div className={styles.sample}>
          {rowChoice('sample', explainText.sample)}
          <NumberField
            label={explainText.sampleRows}
            hideLabel
            value={Math.min(form.sampleRows, plan.nRows)}
            min={1}
            max={plan.nRows}
            onChange={(sampleRows) => onChange({ sampleRows, rows: 'sample' })}
          />
        </div>
      </fieldset>
      <OptionGrid>
        <div className={styles.wide}>
          {offer.outputSpaces.length > 1 ? (
            <NativeSelect
              label={explainText.space}
              options={offer.outputSpaces.map(({ space, unit }) => ({ value: space, label: unit }))}
              value={form.outputSpace ?? offer.outputSpaces[0]?.space ?? 'raw'}
              onChange={(outputSpace) => onChange({ outputSpace })}
            />
          ) : (
            <p>{explainText.onlySpace(offer.outputSpaces[0]?.unit ?? '')}</p>
          )}
        </div>
        <NumberField
          label={explainText.background}
          hint={explainText.backgroundHint}
          value={form.backgroundRows}
          min={1}
          max={MAX_BACKGROUND}
          onChange={(backgroundRows) => onChange({ backgroundRows })}
        />
        {offer.id === 'kernel' && (
          <NumberField
            label={explainText.budget}
            hint={explainText.budgetHint}
            value={form.budget}
            min={0}
            max={MAX_BUDGET}
            onChange={(budget) => onChange({ budget })}
          />
        )}
        <Seed form={form} onChange={onChange} />
      </OptionGrid>
    </>
  );
}

interface PermutationOptionsProps extends OptionsProps {
  readonly metrics: readonly MetricId[];
}

export function PermutationOptions({ metrics, form, onChange }: PermutationOptionsProps) {
  return (
    <OptionGrid>
      <div className={styles.wide}>
        <NativeSelect
          label={explainText.metric}
          options={metrics.map((metric) => ({ value: metric, label: metric }))}
          value={form.metric ?? metrics[0] ?? 'accuracy'}
          onChange={(metric) => onChange({ metric })}
        />
      </div>
      <NumberField
        label={explainText.repeats}
        value={form.repeats}
        min={1}
        max={MAX_REPEATS}
        onChange={(repeats) => onChange({ repeats })}
      />
      <Seed form={form} onChange={onChange} />
    </OptionGrid>
  );
}

function OptionGrid({ children }: { readonly children: ReactNode }) {
  return (
    <fieldset>
      <legend className={styles.legend}>{explainText.options}</legend>
      <div className={styles.options}>{children}</div>
    </fieldset>
  );
}

function Seed({ form, onChange }: OptionsProps) {
  return <NumberField label={explainText.seed} value={form.seed} min={0} max={MAX_SEED} onChange={(seed) => onChange({ seed })} />;
}
