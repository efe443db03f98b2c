import type { Explainer } from '#/explainers/explainer';
import { plannedPlayers, predictedSpaces } from '#/explainers/kernel/kernel-explainer';
import { GROUPS } from '#/explainers/kernel/kernel-parameters';
import { numberParameter } from '#/explainers/parameters';
import { MAX_EVALS, ordersFor } from '#/explainers/permutation-shap/orders';

export const permutationShapExplainer: Explainer = {
  id: 'permutation-shap',
  label: 'Permutation SHAP',
  family: 'Any model',
  yields: 'local values',
  semantics: 'shap PermutationExplainer',
  sentence: 'Works for any model: features join in random orders, there and back; with error bars, and sums hold for any budget.',
  needs: 'predictions only',
  source: 'Strumbelj and Kononenko 2014; shap 0.51 PermutationExplainer',
  usesBackground: true,
  needsTraining: false,
  parameters: () => [MAX_EVALS, GROUPS],
  unavailable: () => null,
  outputSpaces: predictedSpaces,
  estimate(model, backgroundRows, parameters) {
    const nPlayers = plannedPlayers(model, parameters);
    const orders = Math.max(1, ordersFor(numberParameter(parameters, MAX_EVALS), nPlayers));
    const evaluationsPerRow = orders * 2 * Math.max(0, nPlayers - 1) * backgroundRows + 1;
    return {
      evaluationsPerRow,
      secondsPerRow: evaluationsPerRow * model.secondsPerRow,
      bytesPerRow: 8 * model.nOutputs * nPlayers,
      setupSeconds: 0,
      exact: false,
    };
  },
  prepare: async (spec, environment, signal) =>
    (await import('#/explainers/permutation-shap/explain')).preparePermutationShap(spec, environment, signal),
};
