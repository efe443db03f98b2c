import type { ReactNode } from 'react';
import { NativeSelect } from '#/components/NativeSelect';
import { NumberField } from '#/components/NumberField';
import type { ExplainerOffer, ExplainPlan, GlobalOffer } from '#/engine/job';
import type { AxisInfo } from '#/queries/axis';
import { explainText } from '#/text/explain';
import { rowName } from '#/text/coverage';
import { FIT_AT_LEAST, parametersOf, withParameter, type ExplainForm } from './explain-form';
import { FilterFields } from './FilterFields';
import { ParameterFields } from './ParameterFields';
import styles from './explain.module.css';

const MAX_BACKGROUND = 20_000;
const MAX_CLUSTERS = 200;
const MAX_SEED = 2 ** 31 - 1;

interface OptionsProps {
  readonly form: ExplainForm;
  readonly onChange: (form: ExplainForm) => void;
}

interface ExplainOptionsProps extends OptionsProps {
  readonly plan: ExplainPlan;
  readonly offer: ExplainerOffer;
  readonly columns: readonly AxisInfo[];
  /** The row that is open, if any. */
  readonly row: number | null;
}

export function ExplainOptions({ plan, offer, columns, row, form, onChange }: ExplainOptionsProps) {
  const change = (patch: Partial<ExplainForm>) => onChange({ ...form, ...patch });
  return (
    <>
      <RowChoice plan={plan} offer={offer} columns={columns} row={row} form={form} onChange={onChange} />
      {offer.usesBackground && <BackgroundFields columns={columns} row={row} form={form} onChange={onChange} />}
      <OptionGrid>
        <div className={styles.wide}>
          {offer.outputSpaces.length > 1 ? (
            <NativeSelect
              label={explainText.space}
              options={offer.outputSpaces.map(({ space, unit }) => ({ value: space, label: unit }))}
              value={form.outputSpace ?? offer.outputSpaces[0]?.space ?? 'raw'}
              onChange={(outputSpace) => change({ outputSpace })}
            />
          ) : (
            offer.outputSpaces[0] !== undefined && <p>{explainText.onlySpace(offer.outputSpaces[0].unit)}</p>
          )}
        </div>
        <ParameterFields
          specs={offer.parameters}
          values={parametersOf(form, offer.id, offer.parameters)}
          onChange={(id, value) => onChange(withParameter(form, offer.id, id, value))}
        />
        <Seed form={form} onChange={onChange} />
      </OptionGrid>
    </>
  );
}

function RowChoice({ plan, offer, columns, row, form, onChange }: ExplainOptionsProps) {
  const change = (patch: Partial<ExplainForm>) => onChange({ ...form, ...patch });
  const choice = (value: ExplainForm['rows'], label: string) => (
    <label className={styles.radio}>
      <input type="radio" name="rows" checked={form.rows === value} onChange={() => change({ rows: value })} />
      {label}
    </label>
  );
  return (
    <fieldset className={styles.rows}>
      <legend className={styles.legend}>{explainText.rows}</legend>
      {choice('fit', explainText.fit(offer.fitRows, plan.nRows, offer.fitRows <= FIT_AT_LEAST && offer.fitRows < plan.nRows))}
      {offer.fitRows < plan.nRows && choice('all', explainText.all(plan.nRows))}
      <div className={styles.sample}>
        {choice('sample', explainText.sample)}
        <NumberField
          label={explainText.sampleRows}
          hideLabel
          value={Math.min(form.sampleRows, plan.nRows)}
          min={1}
          max={plan.nRows}
          onChange={(sampleRows) => change({ sampleRows, rows: 'sample' })}
        />
      </div>
      {choice('where', explainText.rowsWhere)}
      {form.rows === 'where' && (
        <FilterFields
          columns={columns}
          label={explainText.rowsWhere}
          filter={form.rowFilter}
          onChange={(rowFilter) => change({ rowFilter })}
        />
      )}
      {row !== null && choice('row', explainText.onlyRow(rowName(row)))}
    </fieldset>
  );
}

interface BackgroundFieldsProps extends OptionsProps {
  readonly columns: readonly AxisInfo[];
  readonly row: number | null;
}

/** What the rows are compared with: it decides the base and every value. */
function BackgroundFields({ columns, row, form, onChange }: BackgroundFieldsProps) {
  const change = (patch: Partial<ExplainForm>) => onChange({ ...form, ...patch });
  const kinds: readonly ExplainForm['background'][] =
    row === null ? ['sample', 'all', 'k-means', 'where'] : ['sample', 'all', 'k-means', 'where', 'row'];
  return (
    <fieldset className={styles.rows}>
      <legend className={styles.legend}>{explainText.against}</legend>
      <p className={styles.hint}>{explainText.againstHint}</p>
      <div className={styles.options}>
        <NativeSelect
          label={explainText.background}
          options={kinds.map((value) => ({ value, label: value === 'row' ? rowName(row ?? 0) : explainText.backgrounds[value] }))}
          value={form.background}
          onChange={(background) => change({ background })}
        />
        {form.background === 'sample' && (
          <NumberField
            label={explainText.backgroundRows}
            value={form.backgroundRows}
            min={1}
            max={MAX_BACKGROUND}
            onChange={(backgroundRows) => change({ backgroundRows })}
          />
        )}
        {form.background === 'k-means' && (
          <NumberField
            label={explainText.clusters}
            value={form.clusters}
            min={1}
            max={MAX_CLUSTERS}
            onChange={(clusters) => change({ clusters })}
          />
        )}
      </div>
      {form.background === 'where' && (
        <FilterFields
          columns={columns}
          label={explainText.against}
          filter={form.backgroundFilter}
          onChange={(backgroundFilter) => change({ backgroundFilter })}
        />
      )}
    </fieldset>
  );
}

interface GlobalOptionsProps extends OptionsProps {
  readonly columns: readonly AxisInfo[];
  readonly offer: GlobalOffer;
}

export function GlobalOptions({ offer, columns, form, onChange }: GlobalOptionsProps) {
  if (offer.parameters.length === 0) return null;
  const change = (patch: Partial<ExplainForm>) => onChange({ ...form, ...patch });
  const choice = (where: boolean, label: string) => (
    <label className={styles.radio}>
      <input
        type="radio"
        name="rows"
        checked={(form.rows === 'where') === where}
        onChange={() => change({ rows: where ? 'where' : 'all' })}
      />
      {label}
    </label>
  );
  return (
    <>
      <fieldset className={styles.rows}>
        <legend className={styles.legend}>{explainText.rows}</legend>
        {choice(false, explainText.everyRow)}
        {choice(true, explainText.rowsWhere)}
        {form.rows === 'where' && (
          <FilterFields
            columns={columns}
            label={explainText.rowsWhere}
            filter={form.rowFilter}
            onChange={(rowFilter) => change({ rowFilter })}
          />
        )}
      </fieldset>
      <OptionGrid>
        <ParameterFields
          specs={offer.parameters}
          values={parametersOf(form, offer.id, offer.parameters)}
          onChange={(id, value) => onChange(withParameter(form, offer.id, id, value))}
        />
        <Seed form={form} onChange={onChange} />
      </OptionGrid>
    </>
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
  return <NumberField label={explainText.seed} value={form.seed} min={0} max={MAX_SEED} onChange={(seed) => onChange({ ...form, seed })} />;
}
