import { useId, useState } from 'react';
import styles from './TextField.module.css';

interface NumberFieldProps {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly hint?: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Whole numbers unless given. */
  readonly step?: number;
  readonly onChange: (value: number) => void;
}

/** Keeps what is being typed; only numbers within the range go out, and leaving the field shows the one in force. */
export function NumberField({ label, hideLabel = false, hint, value, min, max, step = 1, onChange }: NumberFieldProps) {
  const id = useId();
  const [text, setText] = useState<string | null>(null);
  const type = (typed: string) => {
    setText(typed);
    const number = Number(typed);
    if (typed.trim() !== '' && number >= min && number <= max && (step !== 1 || Number.isInteger(number))) onChange(number);
  };
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : styles.label}>
        {label}
      </label>
      <input
        id={id}
        type="number"
        className={styles.input}
        min={min}
        max={max}
        step={step}
        value={text ?? String(value)}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => type(event.currentTarget.value)}
        onBlur={() => setText(null)}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}
