import { useId } from 'react';
import styles from './NativeSelect.module.css';

export interface SelectOption<V extends string> {
  readonly value: V;
  readonly label: string;
}

interface NativeSelectProps<V extends string> {
  readonly label: string;
  /** The label is read aloud but not shown (a table's head says it). */
  readonly hideLabel?: boolean;
  readonly options: readonly SelectOption<V>[];
  readonly value: V;
  readonly onChange: (value: V) => void;
}

/** The browser's own list: for short lists, tables of many lists, and inside dialogs. */
export function NativeSelect<V extends string>({ label, hideLabel = false, options, value, onChange }: NativeSelectProps<V>) {
  const id = useId();
  const pick = (text: string) => {
    const option = options.find((one) => one.value === text);
    if (option !== undefined) onChange(option.value);
  };
  return (
    <span className={styles.field}>
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : styles.label}>
        {label}
      </label>
      <select id={id} className={styles.select} value={value} onChange={(event) => pick(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </span>
  );
}
