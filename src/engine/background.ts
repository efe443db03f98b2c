import { sampleIndices } from '#/base/rng';
import { encodeRows } from '#/domain/encode-rows';
import type { EncodedRows, ModelAsset } from '#/domain/model';
import type { Table } from '#/domain/table';
import type { Background } from '#/explainers/explainer';

/** A seeded sample of the table's rows, equally weighted. */
export function sampleBackground(table: Table, model: ModelAsset, count: number, seed: number): Background {
  const rows = encodeRows(table, model.features, sampleIndices(table.nRows, Math.max(1, count), seed));
  return { rows, weights: new Float64Array(rows.nRows).fill(1 / rows.nRows) };
}

/** Some rows to measure the model's speed on and to see what it answers. */
export function probeRows(table: Table, model: ModelAsset): EncodedRows {
  return encodeRows(table, model.features, sampleIndices(table.nRows, 256, 0));
}
