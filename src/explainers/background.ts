import { LimpidError } from '#/base/errors';
import type { Background } from '#/explainers/explainer';

/**
 * The background as explainers use it: rows of weight 0 left out, weights scaled to sum to 1.
 *
 * @param background - not modified; weights finite and not negative, one a row
 * @param nFeatures - features of the model that is explained
 * @throws LimpidError `BadRequest` when it is empty or its shape or weights do not fit
 */
export function effectiveBackground(background: Background, nFeatures: number): Background {
  const { rows, weights } = background;
  if (rows.nFeatures !== nFeatures) {
    throw new LimpidError({ tag: 'BadRequest', message: `The background has ${rows.nFeatures} features, the model ${nFeatures}.` });
  }
  if (weights.length !== rows.nRows || rows.values.length !== rows.nRows * nFeatures) {
    throw new LimpidError({ tag: 'BadRequest', message: `The background has ${rows.nRows} rows but ${weights.length} weights.` });
  }
  let sum = 0;
  let kept = 0;
  for (const weight of weights) {
    if (!(weight >= 0 && weight < Infinity)) {
      throw new LimpidError({ tag: 'BadRequest', message: 'A background weight is negative or not a number.' });
    }
    sum += weight;
    if (weight > 0) kept++;
  }
  if (kept === 0) {
    throw new LimpidError({ tag: 'BadRequest', message: 'The background is empty.', hint: 'Choose at least one background row.' });
  }
  const values = new Float64Array(kept * nFeatures);
  const scaled = new Float64Array(kept);
  let at = 0;
  for (let row = 0; row < rows.nRows; row++) {
    if (!(weights[row]! > 0)) continue;
    values.set(rows.values.subarray(row * nFeatures, (row + 1) * nFeatures), at * nFeatures);
    scaled[at] = weights[row]! / sum;
    at++;
  }
  return { rows: { nRows: kept, nFeatures, values }, weights: scaled };
}
