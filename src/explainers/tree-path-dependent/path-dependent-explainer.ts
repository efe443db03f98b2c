import type { Explainer } from '#/explainers/explainer';
import { asExplained, engineeredParameter, prepareByFeatures, treeColumns } from '#/explainers/feature-map/engineered-parameter';
import { kernelSeconds, sumOutputSpaces, treeCounts, treeEstimate, treesUnavailable } from '#/explainers/tree-offer';
import { INTERACTIONS, VALUES } from '#/explainers/tree-parameters';
import { COVERS } from '#/explainers/tree-path-dependent/path-costs';

export const pathDependentExplainer: Explainer = {
  id: 'tree-path-dependent',
  label: 'Tree SHAP (path-dependent)',
  semantics: 'shap TreeExplainer, feature_perturbation="tree_path_dependent"; covers from background where the model has none',
  sentence:
    'Exact values of tree ensembles: unknown features follow both branches, weighted by how many rows took each (covers from the background where the model has none).',
  family: 'Trees',
  yields: 'local values',
  needs: 'a tree ensemble',
  source: 'Lundberg et al. 2018, arXiv 1802.03888; Quadrature-TreeSHAP, arXiv 2605.04497; Woodelf, arXiv 2511.09376; shap 0.54',
  usesBackground: false,
  needsTraining: false,
  parameters: (model) => [
    VALUES,
    INTERACTIONS,
    ...engineeredParameter(treeColumns(model), model.nFeatures),
    ...('reason' in model.trees || !model.trees.hasCovers ? [] : [COVERS]),
  ],
  unavailable: treesUnavailable,
  outputSpaces: sumOutputSpaces,
  estimate(described, _backgroundRows, parameters, nRows) {
    const model = asExplained(described, treeColumns(described), parameters);
    const counts = treeCounts(model, parameters);
    return treeEstimate(model, counts, kernelSeconds(counts, nRows, false));
  },
  prepare: prepareByFeatures(async (spec, environment, signal) =>
    (await import('#/explainers/tree-path-dependent/explain')).preparePathDependent(spec, environment, signal),
  ),
};
