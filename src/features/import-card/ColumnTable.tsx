import { EllipsisText } from '#/components/EllipsisText';
import { NativeSelect } from '#/components/NativeSelect';
import type { ColumnRole } from '#/domain/table';
import type { CardColumn, ImportChoices } from '#/formats/draft';
import { importText } from '#/text/import-card';
import styles from './import-card.module.css';

const OFFERED: readonly ColumnRole[] = ['feature', 'target', 'id', 'ignored'];

interface ColumnTableProps {
  readonly columns: readonly CardColumn[];
  readonly choices: ImportChoices;
  readonly onChange: (patch: Partial<ImportChoices>) => void;
}

export function ColumnTable({ columns, choices, onChange }: ColumnTableProps) {
  // Target and roles say the same thing twice: keep them together.
  const setRole = (column: number, role: ColumnRole) => {
    const target = role === 'target' ? column : choices.target === column ? null : choices.target;
    onChange({ target, roles: columns.map((one, i) => (i === column ? role : (choices.roles[i] ?? one.role))) });
  };
  return (
    <div className={styles.scroll} tabIndex={0} role="group" aria-label={importText.columns}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{importText.column}</th>
            <th scope="col">{importText.role}</th>
            <th scope="col">{importText.kind}</th>
            <th scope="col" className={styles.number}>
              {importText.missing}
            </th>
            <th scope="col" className={styles.number}>
              {importText.unique}
            </th>
            <th scope="col">{importText.examples}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column, i) => (
            <tr key={i}>
              <th scope="row">
                <EllipsisText text={column.name} />
              </th>
              <td>
                <NativeSelect
                  label={importText.roleOf(column.name)}
                  hideLabel
                  options={rolesFor(column.role)}
                  value={choices.target === i ? 'target' : (choices.roles[i] ?? column.role)}
                  onChange={(role) => setRole(i, role)}
                />
              </td>
              <td>{column.kind}</td>
              <td className={styles.number}>{importText.count(column.missing)}</td>
              <td className={styles.number}>{importText.count(column.nUnique)}</td>
              <td className={styles.examples}>{column.examples.join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function rolesFor(current: ColumnRole): readonly { readonly value: ColumnRole; readonly label: string }[] {
  const roles = OFFERED.includes(current) ? OFFERED : [...OFFERED, current];
  return roles.map((value) => ({ value, label: importText.roles[value] }));
}
