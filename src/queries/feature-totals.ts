/** One importance per feature for the chosen output: what charts are ordered by. Recomputed with the choice. */
import type { Explanation, GlobalValues } from '#/domain/explanation';
import { storedOutputForRow, type OutputChoice } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { orderDescending } from '#/math/ranking';
import { shownMoments, showValues } from './shown-values';

/** Saved global values for a choice: those of the class where the file has them, else the overall ones. */
export function savedFor(study: Study, saved: GlobalValues, choice: OutputChoice): Float64Array {
  if (choice.kind !== 'class' || saved.perOutput === null) return saved.overall;
  return saved.perOutput[storedOutputForRow(study.outputs, choice, -1).output] ?? saved.overall;
}

/**
 * A drop in a metric below zero means unimportant; a negative coefficient or gain matters as much as a positive one.
 * @returns what saved values are sorted by
 */
export function savedKeys(explanation: Explanation, values: Float64Array): Float64Array {
  return explanation.method === 'permutation-importance' ? values : values.map(Math.abs);
}

/**
 * Mean |shown value| per feature, else the saved global; NaN where unknown. Each row's own predicted class is ranked by the mean
 * over classes, as Global Importance draws it: the first feature is the same one in every view.
 */
export function featureTotals(study: Study, explanation: Explanation, choice: OutputChoice): Float64Array {
  const ranked: OutputChoice = choice.kind === 'predicted' ? { kind: 'mean-abs' } : choice;
  const shown = showValues(study, explanation, ranked);
  if (shown !== null) return shownMoments(study, shown).meanAbs;
  const { saved } = explanation;
  if (saved === null) return new Float64Array(explanation.features.length).fill(NaN);
  return savedKeys(explanation, savedFor(study, saved, choice));
}

/** Feature positions, most important first; ties by position, unknown last. */
export function featureOrder(study: Study, explanation: Explanation, choice: OutputChoice): Int32Array {
  return orderDescending(featureTotals(study, explanation, choice));
}
