import type { Explainer } from '#/explainers/explainer';
import { isLimpidError } from '#/base/errors';
import { automaticBudget, planCoalitions, type CoalitionPlan } from '#/explainers/kernel/budget';
import { prepareKernel } from '#/explainers/kernel/explain';

/** Bytes of a stored value (float32). */
const VALUE_BYTES = 4;

/** The plan of a dialog: a budget that is too small is shown as if it were automatic, `prepare` refuses it. */
function plannedCoalitions(nFeatures: number, backgroundRows: number, budget: number): CoalitionPlan {
  try {
    return planCoalitions(nFeatures, backgroundRows, budget);
  } catch (error) {
    if (!isLimpidError(error)) throw error;
    return { kind: 'sampled', coalitions: automaticBudget(nFeatures) };
  }
}

const BUDGET = {
  kind: 'number',
  id: 'budget',
  label: 'Coalitions a row',
  hint: '0 chooses: exact where that is affordable',
  default: 0,
  min: 0,
  max: 100_000,
  integer: true,
} as const;

export const kernelExplainer: Explainer = {
  id: 'kernel',
  label: 'Kernel SHAP',
  semantics: 'shap KernelExplainer without l1; sampled: LeverageSHAP',
  sentence: 'Works for any model by predicting rows mixed with background rows; exact for few features, else sampled with error bars.',
  family: 'Any model',
  yields: 'local values',
  needs: 'predictions only',
  source: 'Lundberg and Lee 2017; LeverageSHAP, arXiv 2410.01917; shap 0.51 KernelExplainer',
  usesBackground: true,
  needsTraining: false,
  parameters: () => [BUDGET],
  unavailable: () => null,
  outputSpaces: (model) => {
    switch (model.predictionSpace) {
      case 'probability':
        return ['probability'];
      case 'logit':
        return ['raw', 'probability'];
      case 'score':
      case 'value':
      case 'label only':
        return ['raw'];
      default:
        return model.predictionSpace satisfies never;
    }
  },
  estimate(model, backgroundRows, parameters) {
    const plan = plannedCoalitions(model.nFeatures, backgroundRows, Number(parameters.budget ?? 0));
    const evaluationsPerRow = plan.coalitions * backgroundRows + 1;
    const exact = plan.kind === 'exact';
    return {
      evaluationsPerRow,
      secondsPerRow: evaluationsPerRow * model.secondsPerRow,
      bytesPerRow: VALUE_BYTES * model.nOutputs * model.nFeatures * (exact ? 1 : 2),
      setupSeconds: 0,
      exact,
    };
  },
  prepare: prepareKernel,
};
