import type { ReactNode } from 'react';
import { EllipsisText } from '#/components/EllipsisText';
import type { NeighboursAnswer } from '#/queries/neighbours';
import { useChoices } from '#/state/choices';
import { localText } from '#/text/local-importance';
import { formatNumber } from '#/text/numbers';
import styles from './SimilarRows.module.css';

interface SimilarRowsProps {
  readonly rows: NeighboursAnswer['rows'];
  /** Beside each row, e.g. a button to compare it. */
  readonly aside?: (row: { readonly row: number; readonly title: string }) => ReactNode;
}

/** Rows nearest to some values; a click opens one. */
export function SimilarRows({ rows, aside }: SimilarRowsProps) {
  const selectRow = useChoices((state) => state.selectRow);
  return (
    <ul className={styles.rows}>
      {rows.map((one) => (
        <li key={one.row} className={styles.row}>
          <button type="button" className={styles.title} onClick={() => selectRow(one.row)}>
            <EllipsisText text={one.title} />
          </button>
          <span className={styles.fact}>
            {one.predicted !== null && (
              <EllipsisText text={typeof one.predicted === 'number' ? formatNumber(one.predicted) : one.predicted} />
            )}
          </span>
          <span className={styles.number} title={localText.distance}>
            {formatNumber(one.distance)}
          </span>
          {aside?.(one)}
        </li>
      ))}
    </ul>
  );
}
