import { isClassifier } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import type { ExplainableModel } from '#/explainers/explainer';

/** The unit that values will have when explained in an output space, for the dialog. */
export function rawUnit(study: Study, model: ExplainableModel, space: 'raw' | 'probability'): string {
  if (!isClassifier(study.outputs))
    return 'unit' in study.outputs ? (study.outputs.unit ?? study.outputs.targetName) : study.outputs.targetName;
  if (space === 'probability') return 'probability';
  if (model.predictionSpace === 'logit') return 'log-odds';
  return 'reason' in model.trees || model.trees.link === 'identity' ? 'probability' : 'log-odds';
}
