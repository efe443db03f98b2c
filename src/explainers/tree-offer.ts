import type { ExplainableModel, ExplainEstimate, ExplainSpec } from '#/explainers/explainer';
import { flagParameter, type Parameters } from '#/explainers/parameters';
import { INTERACTIONS } from '#/explainers/tree-parameters';

/** Bytes of a stored value (float32). */
const VALUE_BYTES = 4;

/** Null for a tree ensemble, else why Tree SHAP does not apply. */
export function treesUnavailable(model: ExplainableModel): string | null {
  return 'reason' in model.trees ? model.trees.reason : null;
}

/**
 * The space of the trees' sum. Where that sum is the probability itself (forests), both names mean the same
 * and only `probability` is offered; `raw` is accepted.
 */
export function sumOutputSpaces(model: ExplainableModel): readonly ExplainSpec['outputSpace'][] {
  if ('reason' in model.trees) return [];
  return model.trees.link === 'identity' && model.predictionSpace === 'probability' ? ['probability'] : ['raw'];
}

/** The space of the sum first, then the prediction where a link lies between. */
export function sumAndPredictionSpaces(model: ExplainableModel): readonly ExplainSpec['outputSpace'][] {
  return 'reason' in model.trees || model.trees.link === 'identity' ? sumOutputSpaces(model) : ['raw', 'probability'];
}

/** What is known of the trees before a run: paths hold at most as many players as they are long. */
export interface TreeCounts {
  readonly leaves: number;
  readonly nTrees: number;
  readonly slots: number;
  readonly pairs: boolean;
}

// Seconds, measured on 100 trees of depth 8 (bench/kernels.ts), one thread of a 2-core server.
const WALKED_EDGE = 1.9e-9;
const WALKED_EDGE_ALONE = 1e-8;
const TABLE_A_LEAF = 8e-7;
const TABLE_LEAF_ROW = 4e-10;

/** The cheaper of walks and tables for a job of nRows, as kernels/kernel-plan chooses with the trees at hand. */
export function kernelSeconds(counts: TreeCounts, nRows: number, background: boolean): { setupSeconds: number; secondsPerRow: number } {
  const { leaves, slots, pairs } = counts;
  const rows = Math.max(1, nRows);
  const perLeaf = 2 ** Math.max(0, Math.min(slots, 13) - 8) * (pairs ? 3 : 1) * (background ? 1.5 : 1);
  const tables = { setupSeconds: leaves * TABLE_A_LEAF * perLeaf, secondsPerRow: leaves * TABLE_LEAF_ROW * perLeaf * (pairs ? 2 : 1) };
  if (background || pairs) return tables;
  const walks = { setupSeconds: 0, secondsPerRow: 2 * leaves * Math.ceil(slots / 8) * (rows > 2 ? WALKED_EDGE : WALKED_EDGE_ALONE) };
  return rows * walks.secondsPerRow < tables.setupSeconds + rows * tables.secondsPerRow ? walks : tables;
}

export function treeCounts(model: ExplainableModel, parameters: Parameters): TreeCounts {
  const trees = 'reason' in model.trees ? { leaves: 0, depth: 0, nTrees: 0 } : model.trees;
  return {
    leaves: trees.leaves,
    nTrees: trees.nTrees,
    slots: Math.max(1, Math.min(trees.depth, model.nFeatures)),
    pairs: flagParameter(parameters, INTERACTIONS),
  };
}

export function treeEstimate(
  model: ExplainableModel,
  counts: TreeCounts,
  seconds: { readonly setupSeconds: number; readonly secondsPerRow: number },
  evaluationsPerRow = 0,
): ExplainEstimate {
  return {
    evaluationsPerRow,
    ...seconds,
    bytesPerRow: VALUE_BYTES * model.nOutputs * model.nFeatures * (counts.pairs ? model.nFeatures + 1 : 1),
    exact: true,
  };
}
