import type { ExplainableModel, ExplainEstimate, ExplainSpec } from '#/explainers/explainer';

/** Bytes of a stored value (float32). */
const VALUE_BYTES = 4;

/** Null for a tree ensemble, else why Tree SHAP does not apply. */
export function treesUnavailable(model: ExplainableModel): string | null {
  return 'reason' in model.trees ? model.trees.reason : null;
}

/**
 * Tree SHAP explains the sum of the trees. Where that sum is the probability itself (forests), both names mean the same
 * and only `probability` is offered; `raw` is accepted.
 */
export function treeOutputSpaces(model: ExplainableModel): readonly ExplainSpec['outputSpace'][] {
  if ('reason' in model.trees) return [];
  return model.trees.link === 'identity' && model.predictionSpace === 'probability' ? ['probability'] : ['raw'];
}

/** @param seconds - for one row, from the number of leaves and the longest path */
export function estimateTrees(model: ExplainableModel, seconds: (leaves: number, depth: number) => number): ExplainEstimate {
  const trees = 'reason' in model.trees ? { leaves: 0, depth: 0 } : model.trees;
  return {
    evaluationsPerRow: 0,
    secondsPerRow: seconds(trees.leaves, trees.depth),
    bytesPerRow: VALUE_BYTES * model.nOutputs * model.nFeatures,
    setupSeconds: 0,
    exact: true,
  };
}
