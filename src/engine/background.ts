import { LimpidError } from '#/base/errors';
import { sampleIndices } from '#/base/rng';
import { encodeRows } from '#/domain/encode-rows';
import type { EncodedRows, ModelAsset } from '#/domain/model';
import { rowsWhere } from '#/domain/row-filter';
import type { Table } from '#/domain/table';
import type { BackgroundChoice } from '#/domain/background-choice';
import type { Background } from '#/explainers/explainer';
import { kMeansBackground } from '#/explainers/k-means-background';

/** Rows that k-means looks at, at most: beyond that a seeded sample. */
const CLUSTERED_ROWS = 20_000;

/** A seeded sample of the table's rows, equally weighted. */
export function sampleBackground(table: Table, model: ModelAsset, count: number, seed: number): Background {
  return equallyWeighted(encodeRows(table, model.features, sampleIndices(table.nRows, Math.max(1, count), seed)));
}

/**
 * The rows that a job explains against.
 * @throws LimpidError `BadRequest` when the choice names no row, or rows that the table does not have
 */
export function resolveBackground(table: Table, model: ModelAsset, choice: BackgroundChoice, seed: number): Background {
  switch (choice.kind) {
    case 'all':
      return sampleBackground(table, model, table.nRows, seed);
    case 'sample':
      return sampleBackground(table, model, choice.count, seed);
    case 'k-means': {
      const rows = encodeRows(table, model.features, sampleIndices(table.nRows, CLUSTERED_ROWS, seed));
      return kMeansBackground(rows, choice.count, seed);
    }
    case 'where':
      return equallyWeighted(encodeRows(table, model.features, rowsWhere(table, choice.filter)));
    case 'rows':
      return equallyWeighted(encodeRows(table, model.features, checkedRows(choice.rows, table.nRows)));
    case 'given':
      return equallyWeighted(choice.rows);
    default:
      return choice satisfies never;
  }
}

/** Rows that a surrogate, anchors or LIME learn from, at most; fewer where rows are wide. */
const TRAINING_ROWS = 20_000;
const TRAINING_CELLS = 4_000_000;

/** A seeded sample of the table for methods that learn from rows. */
export function trainingRows(table: Table, model: ModelAsset, seed: number): EncodedRows {
  const fitting = Math.floor(TRAINING_CELLS / Math.max(1, model.features.length));
  const count = Math.max(1, Math.min(TRAINING_ROWS, fitting));
  return encodeRows(table, model.features, sampleIndices(table.nRows, count, seed));
}

/** How many rows a choice has, for estimates. */
export function backgroundSize(table: Table, choice: BackgroundChoice): number {
  switch (choice.kind) {
    case 'all':
      return table.nRows;
    case 'sample':
    case 'k-means':
      return Math.min(choice.count, table.nRows);
    case 'where':
      return rowsWhere(table, choice.filter).length;
    case 'rows':
      return choice.rows.length;
    case 'given':
      return choice.rows.nRows;
    default:
      return choice satisfies never;
  }
}

/** @throws LimpidError `BadRequest` for none, or for one that the table does not have */
export function checkedRows(rows: readonly number[], nRows: number): Int32Array {
  if (rows.length === 0) throw new LimpidError({ tag: 'BadRequest', message: 'No rows are chosen.' });
  const wrong = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= nRows);
  if (wrong === undefined) return Int32Array.from(rows);
  throw new LimpidError({ tag: 'BadRequest', message: `The table has no row ${wrong}.`, hint: `Rows count from 0 to ${nRows - 1}.` });
}

/** Some rows to measure the model's speed on and to see what it answers. */
export function probeRows(table: Table, model: ModelAsset): EncodedRows {
  return encodeRows(table, model.features, sampleIndices(table.nRows, 256, 0));
}

function equallyWeighted(rows: EncodedRows): Background {
  return { rows, weights: new Float64Array(rows.nRows).fill(1 / rows.nRows) };
}
