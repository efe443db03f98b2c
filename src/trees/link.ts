import type { EncodedRows } from '#/domain/model';
import { expit } from '#/domain/units';
import { evaluateTrees } from './evaluate';
import type { ModelLink, TreeModel } from '#/domain/tree-model';

/**
 * Predictions from ensemble sums: the inverse link, row by row. `logit` works on each output by itself.
 * @param sums - row-major [nRows, nOutputs]; changed in place
 * @returns the same array
 */
export function applyInverseLink(link: ModelLink, sums: Float64Array, nOutputs: number): Float64Array {
  switch (link) {
    case 'identity':
      return sums;
    case 'logit':
      for (let i = 0; i < sums.length; i++) sums[i] = expit(sums[i]!);
      return sums;
    case 'softmax':
      for (let start = 0; start < sums.length; start += nOutputs) {
        let largest = -Infinity;
        for (let k = 0; k < nOutputs; k++) largest = Math.max(largest, sums[start + k]!);
        let total = 0;
        for (let k = 0; k < nOutputs; k++) {
          const share = Math.exp(sums[start + k]! - largest);
          sums[start + k] = share;
          total += share;
        }
        for (let k = 0; k < nOutputs; k++) sums[start + k] = sums[start + k]! / total;
      }
      return sums;
    case 'log':
      for (let i = 0; i < sums.length; i++) sums[i] = Math.exp(sums[i]!);
      return sums;
    default:
      return link satisfies never;
  }
}

/**
 * Predictions of a tree model: stored outputs as ONNX Runtime gives them, within float32 rounding.
 * @returns row-major [nRows, nOutputs]
 */
export function predictTrees(model: TreeModel, rows: EncodedRows): Float64Array {
  return applyInverseLink(model.link, evaluateTrees(model, rows), model.ensemble.nOutputs);
}
