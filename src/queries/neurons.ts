/** Values of a hidden layer's neurons over the explained rows: mean, mean size and spread, as the Layers view draws them. */
import { LimpidError } from '#/base/errors';
import type { Study } from '#/domain/study';
import { countEqualBins, equalEdges } from '#/math/histogram';
import type { Question } from './question';
import { explainedCoverage, requireExplanation } from './resolve-scope';
import type { Coverage, Scope } from './scope';
import { shownColumn, shownMoments, showValues } from './shown-values';
import { additiveUnit } from './unit-label';

export interface NeuronsParams {
  readonly scope: Scope;
  /** Neuron whose distribution is wanted; null: none. */
  readonly neuron: number | null;
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
  readonly distribution: { readonly edges: Float64Array; readonly counts: Uint32Array } | null;
}

const BINS = 40;

export const neuronsQuestion: Question<NeuronsParams, NeuronsAnswer> = {
  id: 'neurons',
  reads: ['predictions', 'explanations'],
  answer(study: Study, { scope, neuron }) {
    const explanation = requireExplanation(study, scope);
    const shown = showValues(study, explanation, scope.output);
    if (explanation.featureSpace !== 'layer' || shown === null)
      throw new LimpidError({ tag: 'NotFound', message: 'The explanation is not about a hidden layer.' });
    const { mean, meanAbs, min, max } = shownMoments(study, shown);
    const values = neuron === null || neuron < 0 || neuron >= shown.nFeatures ? null : shownColumn(shown, neuron);
    return {
      names: explanation.features.map(({ name }) => name),
      means: mean,
      meanSizes: meanAbs,
      lowest: min,
      highest: max,
      unit: additiveUnit(explanation.space, study.outputs),
      coverage: explainedCoverage(study, explanation),
      distribution: values === null ? null : spreadOf(values, min[neuron!]!, max[neuron!]!),
    };
  },
};

function spreadOf(values: Float64Array, low: number, high: number): NeuronsAnswer['distribution'] {
  const edges = equalEdges(low, high, BINS);
  return { edges, counts: countEqualBins(values, edges[0]!, edges.at(-1)!, edges.length - 1) };
}
