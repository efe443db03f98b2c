import type { Explainer } from '#/explainers/explainer';
import { estimateTrees, treeOutputSpaces, treesUnavailable } from '#/explainers/tree-offer';
import { prepareInterventional } from '#/explainers/tree-interventional/explain';

/** Measured with many rows: seconds for a leaf and row when patterns are shared between rows, and for a pair of patterns when not. */
const SECONDS_A_LEAF = 6e-8;
const SECONDS_A_PAIR = 3e-9;
/** Paths up to this long share patterns between rows. */
const SHARED_DEPTH = 12;

export const interventionalExplainer: Explainer = {
  id: 'tree-interventional',
  label: 'Tree SHAP (interventional)',
  semantics: 'definition; shap TreeExplainer, feature_perturbation="interventional"',
  sentence: 'Exact values of tree ensembles: unknown features take their values from background rows.',
  family: 'Trees',
  yields: 'local values',
  needs: 'a tree ensemble',
  source: 'Janzing et al. 2020; Lundberg et al. 2020, arXiv 1905.04610',
  usesBackground: true,
  needsTraining: false,
  parameters: () => [],
  unavailable: treesUnavailable,
  outputSpaces: treeOutputSpaces,
  estimate: (model, backgroundRows) =>
    estimateTrees(model, (leaves, depth) => leaves * (SECONDS_A_LEAF + (depth > SHARED_DEPTH ? SECONDS_A_PAIR * backgroundRows : 0))),
  prepare: prepareInterventional,
};
