import type { EncodedRows, FeatureSchema } from '#/domain/model';
import type { Column, Table } from '#/domain/table';
import { cellNumber } from '#/domain/table';

/**
 * Table rows as explainers and predictors see them. A categorical cell is its code among the feature's own labels;
 * a label that the feature does not know, a missing cell and a feature without column are NaN.
 * @param rows - table row indices, not modified; repeated rows are encoded again
 * @returns row-major [rows.length, features.length]
 */
export function encodeRows(table: Table, features: readonly FeatureSchema[], rows: Int32Array): EncodedRows {
  const nFeatures = features.length;
  const values = new Float64Array(rows.length * nFeatures).fill(NaN);
  for (const [j, feature] of features.entries()) {
    const column = feature.column === null ? undefined : table.columns[feature.column];
    if (column === undefined) continue;
    const codes = codeMap(column, feature);
    for (let i = 0; i < rows.length; i++) {
      const value = cellNumber(column, rows[i]!);
      values[i * nFeatures + j] = codes === null || Number.isNaN(value) ? value : (codes[value] ?? NaN);
    }
  }
  return { nRows: rows.length, nFeatures, values };
}

/** By column code: the feature's code, NaN where it has no such label. Null when the labels are the same. */
function codeMap(column: Column, feature: FeatureSchema): Float64Array | null {
  if (column.kind !== 'categorical' || feature.kind !== 'categorical') return null;
  if (column.labels === feature.labels) return null;
  const positions = new Map(feature.labels.map((label, code) => [label, code]));
  const map = Float64Array.from(column.labels, (label) => positions.get(label) ?? NaN);
  return map.every((code, i) => code === i) ? null : map;
}
