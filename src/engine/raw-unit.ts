import { isClassifier } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import type { ExplainableModel, Explainer } from '#/explainers/explainer';
import { targetUnit } from '#/queries/unit-label';

/** The unit that values will have when explained in an output space, for the dialog. */
export function rawUnit(study: Study, model: ExplainableModel, space: 'raw' | 'probability', explainer?: Explainer): string {
  if (!isClassifier(study.outputs)) return targetUnit(study.outputs);
  // A surrogate of a classifier works in its own margin.
  if (explainer?.id === 'mimic') return model.nClasses > 2 ? 'softmax margin' : 'log-odds';
  if (space === 'probability') return 'probability';
  if (model.predictionSpace === 'logit') return 'log-odds';
  return 'reason' in model.trees || model.trees.link === 'identity' ? 'probability' : 'log-odds';
}
