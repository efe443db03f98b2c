import { EllipsisText } from '#/components/EllipsisText';
import type { OverviewAnswer } from '#/queries/overview';
import { overviewText } from '#/text/overview';
import { Section } from './Section';
import styles from './overview.module.css';

type ColumnFacts = OverviewAnswer['columns'][number];

/** Every column of the table with its gaps; what a pipeline made of them stands apart. */
export function ColumnList({ answer }: { readonly answer: OverviewAnswer }) {
  const { nRows } = answer;
  const own = answer.columns.filter((column) => column.role !== 'engineered');
  const engineered = answer.columns.filter((column) => column.role === 'engineered');
  const missing = own.reduce((sum, column) => sum + column.missing, 0);
  return (
    <Section title={overviewText.data} note={overviewText.dataFacts(own.length, missing, Math.max(1, nRows * own.length))}>
      <ColumnTable label={overviewText.data} columns={own} nRows={nRows} />
      {engineered.length > 0 && (
        <details className={styles.more}>
          <summary>{overviewText.engineered(engineered.length)}</summary>
          <ColumnTable label={overviewText.engineered(engineered.length)} columns={engineered} nRows={nRows} />
        </details>
      )}
    </Section>
  );
}

interface ColumnTableProps {
  readonly label: string;
  readonly columns: readonly ColumnFacts[];
  readonly nRows: number;
}

function ColumnTable({ label, columns, nRows }: ColumnTableProps) {
  return (
    <div className={styles.scroll} tabIndex={0} role="group" aria-label={label}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{overviewText.column}</th>
            <th scope="col">{overviewText.role}</th>
            <th scope="col">{overviewText.kind}</th>
            <th scope="col" className={styles.number}>
              {overviewText.missing}
            </th>
            <th scope="col" className={styles.number}>
              {overviewText.unique}
            </th>
            <th scope="col">{overviewText.values}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr key={column.column}>
              <th scope="row">
                <EllipsisText text={column.name} />
              </th>
              <td className={styles.quiet}>{column.role}</td>
              <td className={styles.quiet}>{column.kind}</td>
              <td className={styles.number} data-some={column.missing > 0}>
                {overviewText.missingOf(column.missing, nRows)}
              </td>
              <td className={styles.number}>{overviewText.count(column.nUnique)}</td>
              <td className={styles.values} title={column.summary}>
                {column.summary}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
