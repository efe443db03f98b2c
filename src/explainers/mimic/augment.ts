import { createRng, hashSeed, permutation } from '#/base/rng';
import type { EncodedRows } from '#/domain/model';

/**
 * More rows for wide tables: where there are at least twice as many columns as rows, min(columns / rows - 1, `most`) shuffled copies are
 * appended, as many as interpret-community 0.32 makes. Here each column is shuffled by itself, so that every value stays
 * in its own column; interpret-community exchanges whole columns, which puts codes and units where they do not belong.
 * @returns the rows themselves when none are added
 */
export function augmentRows(rows: EncodedRows, most: number, seed: number): EncodedRows {
  const { nRows, nFeatures } = rows;
  const copies = nRows === 0 ? 0 : Math.max(0, Math.min(Math.floor(nFeatures / nRows) - 1, most));
  if (copies === 0) return rows;
  const values = new Float64Array((1 + copies) * nRows * nFeatures);
  values.set(rows.values);
  for (let copy = 1; copy <= copies; copy++) {
    for (let feature = 0; feature < nFeatures; feature++) {
      const order = permutation(nRows, createRng(hashSeed(seed, copy, feature)));
      for (let row = 0; row < nRows; row++) {
        values[(copy * nRows + row) * nFeatures + feature] = rows.values[order[row]! * nFeatures + feature]!;
      }
    }
  }
  return { nRows: (1 + copies) * nRows, nFeatures, values };
}
