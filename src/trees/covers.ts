import type { EncodedRows } from '#/domain/model';
import { encodeForTrees } from './apply-steps';
import { COMPARISONS, type TreeEnsemble, type TreeModel } from '#/domain/tree-model';

/** Whether a value, cut to a whole number, is in a bit set of category codes. */
export function isMember(set: Uint32Array, value: number): boolean {
  if (!(value >= 0) || value >= set.length * 32) return false;
  const code = Math.trunc(value);
  return ((set[code >>> 5]! >>> (code & 31)) & 1) === 1;
}

/** Whether a row's value goes to the `yes` child of a node. */
export function goesYes(ensemble: TreeEnsemble, node: number, value: number): boolean {
  if (Number.isNaN(value)) return ensemble.missingYes[node] === 1;
  const threshold = ensemble.threshold[node]!;
  const comparison = COMPARISONS[ensemble.comparison[node]!]!;
  switch (comparison) {
    case 'lt':
      return value < threshold;
    case 'lte':
      return value <= threshold;
    case 'gt':
      return value > threshold;
    case 'gte':
      return value >= threshold;
    case 'eq':
      return value === threshold;
    case 'neq':
      return value !== threshold;
    case 'in':
      return isMember(ensemble.categorySets[threshold]!, value);
    default:
      return comparison satisfies never;
  }
}

/**
 * Covers from a background table: the weight of the rows that reach each node. ONNX files hold no training covers, so
 * path-dependent values rest on these and are labelled "covers from background".
 * @param rows - background rows over the model's features; not modified
 * @param weights - one per row, default 1 each
 * @returns a new ensemble that shares all arrays but `cover` [nNodes]; nodes that no row reaches have 0 (see `coverShare`)
 */
export function coversFromBackground(model: TreeModel, rows: EncodedRows, weights?: Float64Array): TreeEnsemble {
  const { ensemble } = model;
  const { feature, yes, no, roots, nFeatures } = ensemble;
  const x = encodeForTrees(model, rows);
  const cover = new Float64Array(feature.length);
  for (let row = 0; row < rows.nRows; row++) {
    const weight = weights?.[row] ?? 1;
    for (let tree = 0; tree < roots.length; tree++) {
      let node = roots[tree]!;
      cover[node] = cover[node]! + weight;
      while (feature[node]! >= 0) {
        node = goesYes(ensemble, node, x[row * nFeatures + feature[node]!]!) ? yes[node]! : no[node]!;
        cover[node] = cover[node]! + weight;
      }
    }
  }
  return { ...ensemble, cover };
}

/** Share of a parent's cover that a child holds, in [0, 1]; one half where nothing reached the parent. */
export function coverShare(cover: Float64Array, parent: number, child: number): number {
  const whole = cover[parent]!;
  return whole === 0 ? 0.5 : cover[child]! / whole;
}
