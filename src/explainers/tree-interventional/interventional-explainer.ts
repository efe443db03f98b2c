import type { Explainer } from '#/explainers/explainer';
import { asExplained, engineeredParameter, prepareByFeatures, treeColumns } from '#/explainers/feature-map/engineered-parameter';
import { kernelSeconds, sumAndPredictionSpaces, treeCounts, treeEstimate, treesUnavailable } from '#/explainers/tree-offer';
import { INTERACTIONS, VALUES } from '#/explainers/tree-parameters';
import { plainInterventionalSeconds } from '#/explainers/tree-interventional/plain-costs';
import { PROBABILITY } from '#/explainers/tree-interventional/probability-parameter';

export const interventionalExplainer: Explainer = {
  id: 'tree-interventional',
  label: 'Tree SHAP (interventional)',
  semantics: 'definition; shap TreeExplainer, feature_perturbation="interventional"',
  sentence: 'Exact values of tree ensembles: unknown features take their values from background rows.',
  family: 'Trees',
  yields: 'local values',
  needs: 'a tree ensemble',
  source: 'Janzing et al. 2020; Lundberg et al. 2020, arXiv 1905.04610; Woodelf, arXiv 2511.09376; shap 0.54',
  usesBackground: true,
  needsTraining: false,
  parameters: (model) => [
    VALUES,
    INTERACTIONS,
    ...engineeredParameter(treeColumns(model), model.nFeatures),
    ...('reason' in model.trees || model.trees.link === 'identity' ? [] : [PROBABILITY]),
  ],
  unavailable: treesUnavailable,
  outputSpaces: sumAndPredictionSpaces,
  estimate(described, backgroundRows, parameters, nRows) {
    const model = asExplained(described, treeColumns(described), parameters);
    const counts = treeCounts(model, parameters);
    const rows = Math.max(1, nRows);
    const kernels = kernelSeconds(counts, rows, true);
    const plain = plainInterventionalSeconds(counts.leaves, counts.slots, backgroundRows, rows, counts.pairs) / rows;
    const setupSeconds = backgroundRows * kernels.secondsPerRow;
    return kernels.setupSeconds + rows * kernels.secondsPerRow < rows * plain
      ? treeEstimate(model, counts, { ...kernels, setupSeconds: kernels.setupSeconds + setupSeconds })
      : treeEstimate(model, counts, { setupSeconds, secondsPerRow: plain });
  },
  prepare: prepareByFeatures(async (spec, environment, signal) =>
    (await import('#/explainers/tree-interventional/explain')).prepareInterventional(spec, environment, signal),
  ),
};
