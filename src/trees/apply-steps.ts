import type { EncodedRows } from '#/domain/model';
import type { ColumnStep, TreeModel } from '#/domain/tree-model';

/** One cell through a column's steps, in their order. NaN passes through all but `impute` of NaN. */
export function applySteps(steps: readonly ColumnStep[], value: number): number {
  let x = value;
  for (const step of steps) {
    switch (step.kind) {
      case 'to float32':
        x = Math.fround(x);
        break;
      case 'scale':
        x = Math.fround(Math.fround(Math.fround(x) - step.offset) * step.scale);
        break;
      case 'impute':
        if (Object.is(step.replaced, NaN) ? Number.isNaN(x) : x === step.replaced) x = step.value;
        break;
      case 'lookup':
        x = step.values[x] ?? step.other;
        break;
      default:
        return step satisfies never;
    }
  }
  return x;
}

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
