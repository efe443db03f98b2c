import { isClassifier } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import type { ExplainableModel } from '#/explainers/explainer';
import { targetUnit } from '#/queries/unit-label';

/** The unit that values will have when explained in an output space, for the dialog. */
export function rawUnit(study: Study, model: ExplainableModel, space: 'raw' | 'probability'): string {
  if (!isClassifier(study.outputs)) return targetUnit(study.outputs);
  if (space === 'probability') return 'probability';
  if (model.predictionSpace === 'logit') return 'log-odds';
  return 'reason' in model.trees || model.trees.link === 'identity' ? 'probability' : 'log-odds';
}
