import { coverage } from '#/text/format';

/** `from 1,000 of 5,000 rows`, `from all 891 rows`. */
export function fromRows(used: number, total: number): string {
  return used === total ? `from ${coverage(used, total)}` : coverage(used, total);
}

/** `Row 17`: rows are numbered from 0, as in the file's index. */
export function rowName(row: number): string {
  return `Row ${row}`;
}

/** `age (years)`; the unit is left out where there is none. */
export function withUnit(label: string, unit: string | null): string {
  return unit === null || unit === '' ? label : `${label} (${unit})`;
}
