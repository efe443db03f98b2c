import { LimpidError } from '#/base/errors';
import type { ModelLink, SumSpace } from '#/domain/tree-model';

/** A loss with its first and second derivatives by the raw score, as LightGBM 4 states them (float32 gradients). */
export interface BoostingObjective {
  readonly nOutputs: number;
  readonly link: ModelLink;
  readonly sumSpace: SumSpace;
  /** The second derivative is 1 everywhere: no hessians are written. */
  readonly unitHessian: boolean;
  /** [nOutputs] scores to start from (`boost_from_average`). */
  readonly start: Float64Array;
  /** @param scores - [nOutputs][nRows]; `gradients` and `hessians` alike */
  derive(scores: readonly Float64Array[], gradients: readonly Float32Array[], hessians: readonly Float32Array[]): void;
}

export type BoostingLoss = 'squared' | 'logistic' | 'softmax';

const EPSILON = 1e-15;

/**
 * @param labels - values, 0 and 1, or class numbers below `nClasses`
 * @throws LimpidError `BadRequest` for labels that do not fit the loss
 */
export function boostingObjective(loss: BoostingLoss, labels: Float64Array, nClasses: number): BoostingObjective {
  switch (loss) {
    case 'squared':
      return squared(labels);
    case 'logistic':
      checkClasses(labels, 2);
      return logistic(labels);
    case 'softmax':
      checkClasses(labels, nClasses);
      return softmax(labels, nClasses);
    default:
      return loss satisfies never;
  }
}

export function checkClasses(labels: Float64Array, nClasses: number): void {
  for (const label of labels) {
    if (!Number.isInteger(label) || label < 0 || label >= nClasses)
      throw new LimpidError({ tag: 'BadRequest', message: `A label is ${label}; classes are numbered from 0 to ${nClasses - 1}.` });
  }
}

function squared(labels: Float64Array): BoostingObjective {
  const target = Float32Array.from(labels);
  let sum = 0;
  for (const label of target) sum += label;
  return {
    nOutputs: 1,
    link: 'identity',
    sumSpace: 'value',
    unitHessian: true,
    start: Float64Array.of(sum / target.length),
    derive([scores], [gradients]) {
      for (let row = 0; row < target.length; row++) gradients![row] = scores![row]! - target[row]!;
    },
  };
}

function logistic(labels: Float64Array): BoostingObjective {
  let positive = 0;
  for (const label of labels) positive += label;
  const share = Math.min(1 - EPSILON, Math.max(EPSILON, positive / labels.length));
  return {
    nOutputs: 1,
    link: 'logit',
    sumSpace: 'log-odds',
    unitHessian: false,
    start: Float64Array.of(Math.log(share / (1 - share))),
    derive([scores], [gradients], [hessians]) {
      for (let row = 0; row < labels.length; row++) {
        const sign = labels[row] === 1 ? 1 : -1;
        const response = -sign / (1 + Math.exp(sign * scores![row]!));
        const size = Math.abs(response);
        gradients![row] = response;
        hessians![row] = size * (1 - size);
      }
    },
  };
}

function softmax(labels: Float64Array, nClasses: number): BoostingObjective {
  const start = new Float64Array(nClasses);
  for (const label of labels) start[label]! += 1 / labels.length;
  for (let k = 0; k < nClasses; k++) start[k] = Math.log(Math.max(EPSILON, start[k]!));
  const factor = nClasses / (nClasses - 1);
  const shares = new Float64Array(nClasses);
  return {
    nOutputs: nClasses,
    link: 'softmax',
    sumSpace: 'softmax margin',
    unitHessian: false,
    start,
    derive(scores, gradients, hessians) {
      for (let row = 0; row < labels.length; row++) {
        let largest = -Infinity;
        for (let k = 0; k < nClasses; k++) largest = Math.max(largest, scores[k]![row]!);
        let total = 0;
        for (let k = 0; k < nClasses; k++) total += shares[k] = Math.exp(scores[k]![row]! - largest);
        for (let k = 0; k < nClasses; k++) {
          const p = shares[k]! / total;
          gradients[k]![row] = labels[row] === k ? p - 1 : p;
          hessians[k]![row] = factor * p * (1 - p);
        }
      }
    },
  };
}
