/** How strongly pairs of features act together: what the heat map of the Interactions view shows. */
import { LimpidError } from '#/base/errors';
import type { Study } from '#/domain/study';
import { orderDescending } from '#/math/ranking';
import type { Question } from './question';
import { explainedCoverage, requireExplanation } from './resolve-scope';
import type { Coverage, Scope } from './scope';
import { shownMoments, showValues, type ShownValues } from './shown-values';
import { additiveUnit } from './unit-label';

export interface InteractionsParams {
  readonly scope: Scope;
  readonly topK: number;
}

export interface PairStrength {
  readonly first: number;
  readonly second: number;
  /** Mean over the explained rows of |interaction of the pair|, both halves. */
  readonly strength: number;
  /** Signed mean: which way the pair pushes beyond its two main effects. */
  readonly mean: number;
}

export interface InteractionsAnswer {
  /** Feature positions, those with the largest total first (main effect plus all their interactions). */
  readonly features: readonly number[];
  readonly names: readonly string[];
  /** [features, features] row-major: mean |pair|, off the diagonal both halves; on it mean |main effect|. */
  readonly strengths: Float64Array;
  /** The same cells, signed means. */
  readonly means: Float64Array;
  /** Strongest pairs of all features first, at most 20. */
  readonly pairs: readonly PairStrength[];
  readonly nFeatures: number;
  readonly unit: string;
  readonly signed: boolean;
  readonly coverage: Coverage;
}

const LISTED_PAIRS = 20;

/** The interaction values of a study's explanation as the chosen output shows them; [nFeatures * nFeatures] numbers a row. */
export function showInteractions(study: Study, scope: Scope): ShownValues | null {
  const explanation = requireExplanation(study, scope);
  if (explanation.interactions === undefined) return null;
  const shown = showValues(study, explanation, scope.output, explanation.interactions);
  return shown === null ? null : { ...shown, nFeatures: explanation.features.length ** 2 };
}

export const interactionsQuestion: Question<InteractionsParams, InteractionsAnswer> = {
  id: 'interactions',
  reads: ['predictions', 'explanations'],
  answer(study, { scope, topK }) {
    const explanation = requireExplanation(study, scope);
    const shown = showInteractions(study, scope);
    if (shown === null) throw new LimpidError({ tag: 'NotFound', message: 'The explanation has no interaction values.' });
    const { meanAbs, mean } = shownMoments(study, shown);
    const n = explanation.features.length;
    // Both halves of a pair are equal: its whole interaction is twice one of them.
    const whole = (values: Float64Array, a: number, b: number): number => (a === b ? 1 : 2) * values[a * n + b]!;
    const totals = Float64Array.from({ length: n }, (_, a) => {
      let total = 0;
      for (let b = 0; b < n; b++) total += meanAbs[a * n + b]!;
      return total;
    });
    const features = [...orderDescending(totals).slice(0, Math.max(1, Math.floor(topK)))];
    const cells = (values: Float64Array): Float64Array =>
      Float64Array.from({ length: features.length ** 2 }, (_, cell) =>
        whole(values, features[Math.floor(cell / features.length)]!, features[cell % features.length]!),
      );
    const pairs: PairStrength[] = [];
    for (let first = 0; first < n; first++)
      for (let second = first + 1; second < n; second++)
        pairs.push({ first, second, strength: whole(meanAbs, first, second), mean: whole(mean, first, second) });
    pairs.sort((a, b) => b.strength - a.strength || a.first - b.first || a.second - b.second);
    return {
      features,
      names: features.map((feature) => explanation.features[feature]!.name),
      strengths: cells(meanAbs),
      means: cells(mean),
      pairs: pairs.slice(0, LISTED_PAIRS),
      nFeatures: n,
      unit: additiveUnit(explanation.space, study.outputs),
      signed: shown.signed,
      coverage: explainedCoverage(study, explanation),
    };
  },
};
