import type { Rng } from '#/base/rng';
import { COMPARISONS, type TreeEnsemble, type TreeModel } from '#/domain/tree-model';

export interface RandomTrees {
  readonly nTrees: number;
  readonly depth: number;
  /** Ensemble columns. */
  readonly nColumns: number;
  readonly nOutputs: number;
  /** Every node is split down to `depth`; otherwise branches stop at random. */
  readonly full: boolean;
  /** Tests on equality beside the orders, and missing values that go to `yes`. */
  readonly mixed: boolean;
  /** Model feature of each column; default: column j is feature j. */
  readonly sources?: readonly number[];
}

/** A random tree model without link on features in [0, 1), with random covers. For tests. */
export function randomTreeModel(shape: RandomTrees, rng: Rng): TreeModel {
  const feature: number[] = [];
  const threshold: number[] = [];
  const comparison: number[] = [];
  const yes: number[] = [];
  const no: number[] = [];
  const missingYes: number[] = [];
  const leaf: number[] = [];
  const cover: number[] = [];
  const leafValues: number[] = [];
  const categorySets: Uint32Array[] = [];
  let nLeaves = 0;
  const grow = (level: number, covered: number): number => {
    const node = feature.length;
    const splits = level < shape.depth && (shape.full || level === 0 || rng.next() < 0.75);
    feature.push(splits ? rng.below(shape.nColumns) : -1);
    const test = splits && shape.mixed ? rng.below(COMPARISONS.length) : 1;
    comparison.push(test);
    if (COMPARISONS[test] === 'in') threshold.push(categorySets.push(Uint32Array.of(rng.below(2 ** 32 - 1))) - 1);
    else threshold.push(splits ? rng.below(8) / 8 : 0);
    missingYes.push(shape.mixed ? rng.below(2) : 0);
    leaf.push(splits ? -1 : nLeaves++);
    cover.push(covered);
    yes.push(-1);
    no.push(-1);
    if (!splits) for (let output = 0; output < shape.nOutputs; output++) leafValues.push(rng.next() * 2 - 1);
    else {
      const share = rng.below(5) / 4;
      yes[node] = grow(level + 1, covered * share);
      no[node] = grow(level + 1, covered * (1 - share));
    }
    return node;
  };
  const roots = Int32Array.from({ length: shape.nTrees }, () => grow(0, 1000));
  const ensemble: TreeEnsemble = {
    roots,
    feature: Int32Array.from(feature),
    threshold: Float64Array.from(threshold),
    comparison: Uint8Array.from(comparison),
    yes: Int32Array.from(yes),
    no: Int32Array.from(no),
    missingYes: Uint8Array.from(missingYes),
    leaf: Int32Array.from(leaf),
    leafValues: Float64Array.from(leafValues),
    base: Float64Array.from({ length: shape.nOutputs }, () => rng.next()),
    nOutputs: shape.nOutputs,
    nFeatures: shape.nColumns,
    cover: Float64Array.from(cover),
    categorySets,
    float32: false,
  };
  const sources = Array.from({ length: shape.nColumns }, (_, column) => ({ feature: shape.sources?.[column] ?? column, steps: [] }));
  return { ensemble, sources, link: 'identity', sumSpace: 'value' };
}
