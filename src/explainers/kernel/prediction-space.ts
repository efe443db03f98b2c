import { LimpidError } from '#/base/errors';
import type { PredictionSpace } from '#/domain/outputs';
import { expit, logit, type AdditiveSpace } from '#/domain/units';
import type { ExplainSpec } from '#/explainers/explainer';

/** How predictions become the values of coalitions. */
export interface ExplainedSpace {
  readonly space: AdditiveSpace;
  /** Applied in place to predictions [n, nOutputs], before they are averaged over the background. */
  readonly transform: ((predictions: Float64Array, nOutputs: number) => void) | null;
  /** Applied to each average, and to the prediction of the row. */
  readonly link: ((value: number) => number) | null;
}

/** Averages this close to 0 or 1 are moved here before the logit: half a float32 step, as 1 has an infinite logit. */
const CLIP = 2 ** -25;

/**
 * The space of Kernel SHAP's values from what the model predicts, the asked output and the asked link.
 * `raw` of a model that predicts probabilities are those probabilities.
 * @throws LimpidError `BadRequest` for a link that does not fit
 */
export function explainedSpace(
  predicted: PredictionSpace,
  nOutputs: number,
  outputSpace: ExplainSpec['outputSpace'],
  link: string,
): ExplainedSpace {
  if (link !== 'identity' && link !== 'logit')
    throw new LimpidError({ tag: 'BadRequest', message: `Kernel SHAP knows the links identity and logit, not "${link}".` });
  const isProbability = predicted === 'probability' || (predicted === 'logit' && outputSpace === 'probability');
  const transform = predicted === 'logit' && outputSpace === 'probability' ? toProbabilities : null;
  if (link === 'logit') {
    if (!isProbability) throw new LimpidError({ tag: 'BadRequest', message: 'The logit link needs a model output that is a probability.' });
    return { space: 'log-odds', transform, link: (value) => logit(Math.min(1 - CLIP, Math.max(CLIP, value))) };
  }
  if (isProbability) return { space: 'probability', transform, link: null };
  switch (predicted) {
    case 'logit':
      return { space: nOutputs === 1 ? 'log-odds' : 'softmax margin', transform: null, link: null };
    case 'value':
      return { space: 'value', transform: null, link: null };
    case 'score':
    case 'label only':
      return { space: 'score', transform: null, link: null };
    default:
      return predicted satisfies never;
  }
}

function toProbabilities(predictions: Float64Array, nOutputs: number): void {
  if (nOutputs === 1) {
    for (let i = 0; i < predictions.length; i++) predictions[i] = expit(predictions[i]!);
    return;
  }
  for (let start = 0; start < predictions.length; start += nOutputs) {
    let largest = -Infinity;
    for (let k = 0; k < nOutputs; k++) largest = Math.max(largest, predictions[start + k]!);
    let total = 0;
    for (let k = 0; k < nOutputs; k++) total += predictions[start + k] = Math.exp(predictions[start + k]! - largest);
    for (let k = 0; k < nOutputs; k++) predictions[start + k]! /= total;
  }
}
