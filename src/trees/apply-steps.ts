import { applySteps } from '#/domain/column-steps';
import type { EncodedRows } from '#/domain/model';
import type { TreeModel } from '#/domain/tree-model';

/**
 * Rows as the ensemble compares them: each ensemble feature taken from its source, through its steps, and rounded to
 * float32 where the ensemble compares float32.
 * @param rows - [nRows, nFeatures] over the model's features; not modified
 * @returns row-major [nRows, ensemble.nFeatures], NaN where missing (after imputing)
 */
export function encodeForTrees(model: TreeModel, rows: EncodedRows): Float64Array {
  const { nRows, nFeatures } = rows;
  const { sources } = model;
  const { float32 } = model.ensemble;
  const width = model.ensemble.nFeatures;
  const encoded = new Float64Array(nRows * width);
  for (let column = 0; column < width; column++) {
    const { feature, steps } = sources[column]!;
    const onlyRounds = steps.every((step) => step.kind === 'to float32');
    const rounds = float32 || (onlyRounds && steps.length > 0);
    for (let row = 0, from = feature, to = column; row < nRows; row++, from += nFeatures, to += width) {
      const value = rows.values[from]!;
      const stepped = onlyRounds ? value : applySteps(steps, value);
      encoded[to] = rounds ? Math.fround(stepped) : stepped;
    }
  }
  return encoded;
}
