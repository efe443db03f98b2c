/** Small facts about a column for the import card. */
import type { Column } from '#/domain/table';
import { cellNumber, columnLabel, columnLength } from '#/domain/table';
import type { CardColumn } from '#/formats/draft';

/** Counting distinct numbers stops here; the card says "at least". */
const MAX_COUNTED = 50_000;

export function countMissing(column: Column): number {
  let missing = 0;
  for (let i = 0, n = columnLength(column); i < n; i++) if (Number.isNaN(cellNumber(column, i))) missing++;
  return missing;
}

/** Distinct present cell numbers in order of appearance, at most `limit`. */
export function distinctNumbers(column: Column, limit: number): readonly number[] {
  const seen = new Set<number>();
  for (let i = 0, n = columnLength(column); i < n && seen.size < limit; i++) {
    const value = cellNumber(column, i);
    if (!Number.isNaN(value)) seen.add(value);
  }
  return [...seen];
}

export function describeColumn(column: Column, role: CardColumn['role']): CardColumn {
  const distinct = distinctNumbers(column, MAX_COUNTED);
  return {
    name: column.name,
    kind: column.kind,
    role,
    missing: countMissing(column),
    nUnique: distinct.length,
    examples: distinct.slice(0, 4).map((value) => String(columnLabel(column, value))),
  };
}

export function numberText(column: Column, value: number): string {
  if (column.kind === 'boolean') return value === 1 ? 'True' : 'False';
  return String(columnLabel(column, value));
}
