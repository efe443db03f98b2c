import { useId, useState } from 'react';
import { formatDate } from '#/text/numbers';
import styles from './Ice.module.css';

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly kind: string;
  readonly onChange: (value: number) => void;
}

/** A number (or a date) that takes effect when it is complete: on Enter or when the field is left. */
export function NumberField({ label, value, kind, onChange }: NumberFieldProps) {
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const date = kind === 'datetime';
  const commit = () => {
    if (draft === null) return;
    const number = date ? Date.parse(draft) : Number(draft);
    if (draft.trim() !== '' && Number.isFinite(number)) onChange(number);
    setDraft(null);
  };
  return (
    <span className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={styles.input}
        inputMode={date ? 'text' : 'decimal'}
        autoComplete="off"
        value={draft ?? (date ? formatDate(value) : Number.isNaN(value) ? '' : String(Number(value.toPrecision(8))))}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
        }}
      />
    </span>
  );
}
