/** Values of a hidden layer's neurons over the explained rows: mean, mean size and spread, as the Layers view draws them. */
import { LimpidError } from '#/base/errors';
import type { Study } from '#/domain/study';
import type { Question } from './question';
import { explainedCoverage, requireExplanation } from './resolve-scope';
import type { Coverage, Scope } from './scope';
import { shownMoments, showValues } from './shown-values';
import { additiveUnit } from './unit-label';

export interface NeuronsParams {
  readonly scope: Scope;
}

export interface NeuronsAnswer {
  readonly names: readonly string[];
  /** [neurons] over the explained rows; NaN where a neuron has no value. */
  readonly means: Float64Array;
  readonly meanSizes: Float64Array;
  readonly lowest: Float64Array;
  readonly highest: Float64Array;
  readonly unit: string;
  readonly coverage: Coverage;
}

export const neuronsQuestion: Question<NeuronsParams, NeuronsAnswer> = {
  id: 'neurons',
  reads: ['predictions', 'explanations'],
  answer(study: Study, { scope }) {
    const explanation = requireExplanation(study, scope);
    const shown = showValues(study, explanation, scope.output);
    if (explanation.featureSpace !== 'layer' || shown === null)
      throw new LimpidError({ tag: 'NotFound', message: 'The explanation is not about a hidden layer.' });
    const { mean, meanAbs, min, max } = shownMoments(study, shown);
    return {
      names: explanation.features.map(({ name }) => name),
      means: mean,
      meanSizes: meanAbs,
      lowest: min,
      highest: max,
      unit: additiveUnit(explanation.space, study.outputs),
      coverage: explainedCoverage(study, explanation),
    };
  },
};
