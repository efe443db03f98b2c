import type { TreeEnsemble } from '#/domain/tree-model';

export interface EnsembleFacts {
  readonly nTrees: number;
  readonly leaves: number;
  /** Splits on the longest path from a root to a leaf; 0 when all trees are single leaves. */
  readonly depth: number;
  /** Ensemble features that any node tests. */
  readonly usedFeatures: number;
}

/** Counts of an ensemble, for the catalogue and for estimates. O(nodes). */
export function ensembleFacts(ensemble: TreeEnsemble): EnsembleFacts {
  const { roots, feature, yes, no } = ensemble;
  const used = new Set<number>();
  let leaves = 0;
  let deepest = 0;
  const stack: [number, number][] = Array.from(roots, (root) => [root, 0]);
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [node, depth] = top;
    if (feature[node]! < 0) {
      leaves++;
      deepest = Math.max(deepest, depth);
      continue;
    }
    used.add(feature[node]!);
    stack.push([yes[node]!, depth + 1], [no[node]!, depth + 1]);
  }
  return { nTrees: roots.length, leaves, depth: deepest, usedFeatures: used.size };
}
