import type { Explainer } from '#/explainers/explainer';
import { estimateTrees, treeOutputSpaces, treesUnavailable } from '#/explainers/tree-offer';
import { preparePathDependent } from '#/explainers/tree-path-dependent/explain';

/** Measured with many rows: seconds for a leaf and row when patterns are shared between rows, and for a factor of a product when not. */
const SECONDS_A_LEAF = 6e-8;
const SECONDS_A_FACTOR = 2.2e-9;
/** Paths up to this long share patterns between rows. */
const SHARED_DEPTH = 12;

export const pathDependentExplainer: Explainer = {
  id: 'tree-path-dependent',
  label: 'Tree SHAP (path-dependent)',
  semantics: 'shap TreeExplainer, feature_perturbation="tree_path_dependent"',
  sentence:
    'Exact values of tree ensembles: unknown features follow both branches, weighted by how many rows took each (covers from the background where the model has none).',
  family: 'Trees',
  yields: 'local values',
  needs: 'a tree ensemble',
  source: 'Lundberg et al. 2018, arXiv 1802.03888; Quadrature-TreeSHAP, arXiv 2605.04497',
  usesBackground: false,
  needsTraining: false,
  parameters: () => [],
  unavailable: treesUnavailable,
  outputSpaces: treeOutputSpaces,
  estimate: (model) =>
    estimateTrees(
      model,
      (leaves, depth) => leaves * (SECONDS_A_LEAF + (depth > SHARED_DEPTH ? (SECONDS_A_FACTOR * depth * depth) / 2 : 0)),
    ),
  prepare: (spec, environment, signal) => Promise.resolve().then(() => preparePathDependent(spec, environment, signal)),
};
