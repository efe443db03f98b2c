import { isLimpidError } from '#/base/errors';
import type { ExplainableModel, Explainer } from '#/explainers/explainer';
import { automaticBudget, planCoalitions, referencePlan, type CoalitionPlan } from '#/explainers/kernel/budget';
import { BUDGET, ERROR, GROUPS, L1, MODE } from '#/explainers/kernel/kernel-parameters';
import { readPlayers } from '#/explainers/kernel/player-groups';
import { choiceParameter, numberParameter, type Parameters } from '#/explainers/parameters';

/** Seconds for each cubed pair of a sampled design: its regression is factored once. */
const FACTOR_SECONDS = 1e-9;

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

/** Output spaces of methods that only need predictions. */
export function predictedSpaces(model: ExplainableModel): readonly ('raw' | 'probability')[] {
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
}

/** Players of the groups as typed; the features where they cannot be read (`prepare` says why). */
export function plannedPlayers(model: ExplainableModel, parameters: Parameters): number {
  try {
    return readPlayers(choiceParameter(parameters, GROUPS), model.features, model.nFeatures).count;
  } catch (error) {
    if (!isLimpidError(error)) throw error;
    return model.nFeatures;
  }
}

export const kernelExplainer: Explainer = {
  id: 'kernel',
  label: 'Kernel SHAP',
  semantics: 'shap KernelExplainer without l1; sampled: paired, all odd orders',
  sentence: 'Works for any model by predicting rows mixed with background rows; exact for few features, else sampled with error bars.',
  family: 'Any model',
  yields: 'local values',
  needs: 'predictions only',
  source: 'Lundberg and Lee 2017; LeverageSHAP, arXiv 2410.01917; OddSHAP, arXiv 2602.01399; shap 0.51 KernelExplainer',
  usesBackground: true,
  needsTraining: false,
  parameters: () => [BUDGET, ERROR, GROUPS, MODE, L1],
  unavailable: () => null,
  outputSpaces: predictedSpaces,
  estimate(model, backgroundRows, parameters) {
    const nPlayers = plannedPlayers(model, parameters);
    const budget = numberParameter(parameters, BUDGET);
    const isReference = choiceParameter(parameters, MODE) === 'reference';
    const plan = isReference ? referencePlan(nPlayers, budget) : plannedCoalitions(nPlayers, backgroundRows, budget);
    const evaluationsPerRow = plan.coalitions * backgroundRows + 1;
    const exact = plan.kind === 'exact';
    return {
      evaluationsPerRow,
      secondsPerRow: evaluationsPerRow * model.secondsPerRow,
      bytesPerRow: VALUE_BYTES * model.nOutputs * nPlayers * (exact || isReference ? 1 : 2),
      setupSeconds: exact || isReference ? 0 : FACTOR_SECONDS * (plan.coalitions / 2) * Math.min(1024, plan.coalitions / 2) ** 2,
      exact,
    };
  },
  prepare: async (spec, environment, signal) => (await import('#/explainers/kernel/explain')).prepareKernel(spec, environment, signal),
};
