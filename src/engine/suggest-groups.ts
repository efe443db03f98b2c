import { LimpidError } from '#/base/errors';
import type { FeatureGroup } from '#/domain/feature-map';
import type { FeatureSchema } from '#/domain/model';
import type { Study } from '#/domain/study';
import { cellNumber, type Column, type Table } from '#/domain/table';
import { groupFamilies } from '#/explainers/feature-map/group-families';

/** Rows that are looked at to tell columns of 0 and 1. */
const LOOKED_AT = 10_000;

/**
 * One-hot families among the features of an explanation, by their names, by what their columns hold, and by the names of the table's
 * other columns.
 * @throws LimpidError `NotFound` for an explanation that does not exist
 */
export function suggestGroups(study: Study, id: string): readonly FeatureGroup[] {
  const explanation = study.explanations.find((one) => one.id === id);
  if (explanation === undefined) throw new LimpidError({ tag: 'NotFound', message: `There is no explanation ${id}.` });
  const { features } = explanation;
  const own = new Set(features.map(({ name }) => name));
  const others = [...study.table.columns.map(({ name }) => name), ...(study.model?.features ?? []).map(({ name }) => name)];
  const indicators = indicatorsOf(study.table, features);
  return groupFamilies(
    features.map(({ name }) => name),
    { rawNames: [...new Set(others)].filter((name) => !own.has(name)), ...(indicators === null ? {} : { indicators }) },
  );
}

/** Which features hold nothing but 0 and 1; null where a feature has no column to look at. */
function indicatorsOf(table: Table, features: readonly FeatureSchema[]): readonly boolean[] | null {
  const columns = features.map(({ column }) => (column === null ? undefined : table.columns[column]));
  if (columns.length === 0 || columns.includes(undefined)) return null;
  return (columns as readonly Column[]).map((column) => isIndicator(column, table.nRows));
}

function isIndicator(column: Column, nRows: number): boolean {
  if (column.kind === 'boolean') return true;
  if (column.kind !== 'numeric') return false;
  for (let row = 0; row < Math.min(nRows, LOOKED_AT); row++) {
    const value = cellNumber(column, row);
    if (value !== 0 && value !== 1 && !Number.isNaN(value)) return false;
  }
  return true;
}
