import { applySteps } from '#/domain/column-steps';
import type { LinearModel } from '#/domain/linear-model';
import type { EncodedRows } from '#/domain/model';
import { applyInverseLink } from '#/trees/link';

/** Predictions of a linear model from its definition: [nRows, nOutputs]. */
export function predictLinear(model: LinearModel, rows: EncodedRows): Float64Array {
  const width = model.sources.length;
  const sums = new Float64Array(rows.nRows * model.nOutputs);
  for (let row = 0; row < rows.nRows; row++) {
    const columns = model.sources.map(({ feature, steps }) => applySteps(steps, rows.values[row * rows.nFeatures + feature]!));
    for (let k = 0; k < model.nOutputs; k++) {
      sums[row * model.nOutputs + k] = columns.reduce((sum, x, j) => sum + model.coefficients[k * width + j]! * x, model.intercepts[k]!);
    }
  }
  return applyInverseLink(model.link, sums, model.nOutputs);
}
