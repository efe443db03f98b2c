import type { EncodedRows } from '#/domain/model';
import { applySteps } from '#/domain/column-steps';
import type { LinearModel } from '#/domain/linear-model';

/**
 * Sums of a linear model in `model.sumSpace`, before the inverse link. NaN where a column is NaN after its steps.
 * @param rows - [nRows, nFeatures] over the model's features; not modified
 * @returns row-major [nRows, nOutputs]
 */
export function evaluateLinear(model: LinearModel, rows: EncodedRows): Float64Array {
  const { nOutputs, sources, coefficients, intercepts } = model;
  const nColumns = sources.length;
  const sums = new Float64Array(rows.nRows * nOutputs);
  const columns = new Float64Array(nColumns);
  for (let row = 0; row < rows.nRows; row++) {
    for (let j = 0; j < nColumns; j++) {
      const { feature, steps } = sources[j]!;
      columns[j] = applySteps(steps, rows.values[row * rows.nFeatures + feature]!);
    }
    for (let k = 0; k < nOutputs; k++) {
      let sum = intercepts[k]!;
      for (let j = 0; j < nColumns; j++) sum += coefficients[k * nColumns + j]! * columns[j]!;
      sums[row * nOutputs + k] = sum;
    }
  }
  return sums;
}
