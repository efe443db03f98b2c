import { useState } from 'react';
import type { CardColumn } from '#/formats/draft';
import { importText } from '#/text/import-card';
import styles from './import-card.module.css';

/** With this many columns, lists of all of them in each line would be too much for the page: they fill when first used. */
const ALWAYS_FILLED = 80;

interface ColumnSelectProps {
  readonly label: string;
  readonly columns: readonly CardColumn[];
  readonly value: number | null;
  readonly onChange: (column: number | null) => void;
}

export function ColumnSelect({ label, columns, value, onChange }: ColumnSelectProps) {
  const [used, setUsed] = useState(columns.length <= ALWAYS_FILLED);
  const fill = () => setUsed(true);
  return (
    <select
      className={styles.select}
      aria-label={label}
      data-empty={value === null}
      value={value === null ? '' : String(value)}
      onFocus={fill}
      onPointerEnter={fill}
      onChange={({ currentTarget }) => onChange(currentTarget.value === '' ? null : Number(currentTarget.value))}
    >
      <option value="">{importText.noColumn}</option>
      {columns.map((column, i) =>
        used || i === value ? (
          <option key={i} value={String(i)}>
            {column.name}
          </option>
        ) : null,
      )}
    </select>
  );
}
