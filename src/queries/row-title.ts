import type { Study } from '#/domain/study';
import { cellValue, columnsWithRole, type Column } from '#/domain/table';

/** The first id column, null when the table has none. */
export function idColumn(study: Study): Column | null {
  const position = columnsWithRole(study.table, 'id')[0];
  return position === undefined ? null : (study.table.columns[position] ?? null);
}

/** The id of a row, else `Row 17`. */
export function rowTitle(study: Study, row: number): string {
  const column = idColumn(study);
  const id = column === null ? null : cellValue(column, row);
  return id === null || id === '' ? `Row ${row}` : String(id);
}
