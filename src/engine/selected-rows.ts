import { createRng, hashSeed, permutation, sampleIndices } from '#/base/rng';
import { rowsWhere } from '#/domain/row-filter';
import type { Table } from '#/domain/table';
import { checkedRows } from '#/engine/background';
import type { RowSelection } from '#/engine/job';

/**
 * Rows that a global method looks at: the selected ones, of more than `maxRows` a seeded sample, in the order of the selection.
 * `fit` counts as all: `maxRows` bounds the work.
 * @param among - only these count (ascending); default: all of the table
 * @throws LimpidError `BadRequest` for rows that do not exist or a filter that no row passes
 */
export function selectRows(
  table: Table,
  selection: RowSelection | undefined,
  { maxRows, seed, among }: { readonly maxRows: number; readonly seed: number; readonly among?: Int32Array },
): Int32Array {
  const all = among ?? Int32Array.from({ length: table.nRows }, (_, row) => row);
  const chosen = chosenOf(table, selection, all, seed, among);
  return sampleIndices(chosen.length, maxRows, seed).map((position) => chosen[position]!);
}

function chosenOf(
  table: Table,
  selection: RowSelection | undefined,
  all: Int32Array,
  seed: number,
  among: Int32Array | undefined,
): Int32Array {
  switch (selection?.kind) {
    case undefined:
    case 'all':
    case 'fit':
      return all;
    case 'sample':
      return permutation(all.length, createRng(hashSeed(seed, 1)))
        .slice(0, Math.max(1, selection.count))
        .map((position) => all[position]!);
    case 'where':
      return restrict(rowsWhere(table, selection.filter), among);
    case 'rows':
      return restrict(checkedRows(selection.rows, table.nRows), among);
    default:
      return selection satisfies never;
  }
}

function restrict(rows: Int32Array, among: Int32Array | undefined): Int32Array {
  if (among === undefined) return rows;
  const allowed = new Set(among);
  return rows.filter((row) => allowed.has(row));
}
