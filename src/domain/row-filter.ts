import { LimpidError } from '#/base/errors';
import { cellNumber, type Table } from '#/domain/table';

/** Rows whose cell in one column passes; missing cells never pass. */
export type RowFilter =
  | { readonly kind: 'is'; readonly column: number; readonly codes: readonly number[] }
  | { readonly kind: 'between'; readonly column: number; readonly min: number; readonly max: number };

/**
 * Rows of the table that pass, ascending. Categories and truth values are compared by code, numbers and dates by value, both
 * borders included.
 * @throws LimpidError `BadRequest` for a column that does not exist or no row at all
 */
export function rowsWhere(table: Table, filter: RowFilter): Int32Array {
  const column = table.columns[filter.column];
  if (!column) throw new LimpidError({ tag: 'BadRequest', message: `The table has no column ${filter.column}.` });
  const codes = filter.kind === 'is' ? new Set(filter.codes) : null;
  const passes = (value: number): boolean =>
    filter.kind === 'between' ? value >= filter.min && value <= filter.max : (codes?.has(value) ?? false);
  const found: number[] = [];
  for (let row = 0; row < table.nRows; row++) {
    const value = cellNumber(column, row);
    if (Number.isNaN(value)) continue;
    if (passes(value)) found.push(row);
  }
  if (found.length === 0)
    throw new LimpidError({ tag: 'BadRequest', message: `No row passes the filter on ${column.name}.`, hint: 'Widen the filter.' });
  return Int32Array.from(found);
}
