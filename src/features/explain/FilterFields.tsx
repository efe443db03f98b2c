import { NativeSelect } from '#/components/NativeSelect';
import { NumberField } from '#/components/NumberField';
import type { AxisInfo } from '#/queries/axis';
import { explainText } from '#/text/explain';
import type { FilterForm } from './explain-form';
import styles from './explain.module.css';

interface FilterFieldsProps {
  /** Columns of the table. */
  readonly columns: readonly AxisInfo[];
  /** Names the group for those who hear it. */
  readonly label: string;
  readonly filter: FilterForm;
  readonly onChange: (filter: FilterForm) => void;
}

const MAX_LABELS = 60;

/** Rows by one column: some of its categories, or a range. */
export function FilterFields({ columns, label, filter, onChange }: FilterFieldsProps) {
  const usable = columns.filter((info) => info.ref.kind === 'column' && (info.kind !== 'categorical' || info.labels.length <= MAX_LABELS));
  const chosen = usable.find((info) => columnOf(info) === filter.column);
  const pick = (text: string) => {
    const info = usable.find((one) => String(columnOf(one)) === text);
    onChange({ column: info === undefined ? null : columnOf(info), codes: [], min: info?.min ?? NaN, max: info?.max ?? NaN });
  };
  const toggle = (code: number) =>
    onChange({ ...filter, codes: filter.codes.includes(code) ? filter.codes.filter((other) => other !== code) : [...filter.codes, code] });
  return (
    <div role="group" aria-label={label} className={styles.filter}>
      <NativeSelect
        label={explainText.whereColumn}
        options={[
          { value: '', label: explainText.chooseColumn },
          ...usable.map((info) => ({ value: String(columnOf(info)), label: info.label })),
        ]}
        value={filter.column === null ? '' : String(filter.column)}
        onChange={pick}
      />
      {chosen?.kind === 'categorical' && (
        <div className={styles.codes}>
          {chosen.labels.map((text, code) => (
            <label key={code} className={styles.radio}>
              <input type="checkbox" checked={filter.codes.includes(code)} onChange={() => toggle(code)} />
              {text}
            </label>
          ))}
        </div>
      )}
      {chosen !== undefined && chosen.kind !== 'categorical' && (
        <>
          <NumberField
            label={explainText.from}
            value={filter.min}
            min={chosen.min}
            max={chosen.max}
            step={chosen.integer ? 1 : (chosen.max - chosen.min) / 1000}
            onChange={(min) => onChange({ ...filter, min })}
          />
          <NumberField
            label={explainText.to}
            value={filter.max}
            min={chosen.min}
            max={chosen.max}
            step={chosen.integer ? 1 : (chosen.max - chosen.min) / 1000}
            onChange={(max) => onChange({ ...filter, max })}
          />
        </>
      )}
    </div>
  );
}

function columnOf(info: AxisInfo): number {
  return info.ref.kind === 'column' ? info.ref.column : -1;
}
