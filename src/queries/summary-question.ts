import { LimpidError } from '#/base/errors';
import { orderDescending } from '#/math/ranking';
import { openRange } from '#/math/raster';
import { featureTotals } from './feature-totals';
import type { Question } from './question';
import { explainedCoverage, requireExplanation } from './resolve-scope';
import { chooseColours, groupRows } from './row-groups';
import { shownMoments, showValues, type Moments } from './shown-values';
import { drawBars, drawBoxes, drawViolins } from './summary-groups';
import type { SummaryImportanceAnswer, SummaryImportanceParams } from './summary-importance';
import { drawSwarm } from './summary-swarm';
import { additiveUnit, outputLabel } from './unit-label';

/**
 * The distribution of shown local values by feature, most important first (mean |shown value| of the chosen output).
 * @throws LimpidError `NotFound` without local values; `BadRequest` for topK below 1
 */
export const summaryImportanceQuestion: Question<SummaryImportanceParams, SummaryImportanceAnswer> = {
  id: 'summary-importance',
  reads: ['table', 'predictions', 'explanations'],
  answer(study, { scope, topK, chart, colour, group }) {
    const explanation = requireExplanation(study, scope);
    const shown = showValues(study, explanation, scope.output);
    if (shown === null) throw new LimpidError({ tag: 'NotFound', message: 'The explanation has no local values.' });
    if (!(topK >= 1)) throw new LimpidError({ tag: 'BadRequest', message: `Cannot draw the ${topK} most important features.` });
    const moments = shownMoments(study, shown);
    const totals = featureTotals(study, explanation, scope.output);
    const features = Array.from(orderDescending(totals).subarray(0, Math.floor(topK)));
    const range = rangeOfFeatures(moments, features, shown.signed);
    const base = {
      features: features.map((f) => ({ feature: f, name: explanation.features[f]!.name, meanAbs: totals[f]! })),
      nFeatures: explanation.features.length,
      unit: additiveUnit(explanation.space, study.outputs),
      outputLabel: outputLabel(study.outputs, scope.output),
      coverage: explainedCoverage(study, explanation),
      signed: shown.signed,
    };
    switch (chart) {
      case 'swarm':
        return { ...base, ...drawSwarm(shown, features, range, chooseColours(study, explanation, colour)) };
      case 'box':
        return { ...base, ...drawBoxes(shown, features, groupRows(study, group)) };
      case 'violin':
        return { ...base, ...drawViolins(shown, features, groupRows(study, group), range) };
      case 'bar':
        return { ...base, ...drawBars(shown, features, groupRows(study, group)) };
      default:
        return chart satisfies never;
    }
  },
};

/** Common range of the lanes; it holds 0. */
function rangeOfFeatures({ min, max }: Moments, features: readonly number[], signed: boolean): readonly [number, number] {
  let low = 0;
  let high = 0;
  for (const f of features) {
    if (min[f]! < low) low = min[f]!;
    if (max[f]! > high) high = max[f]!;
  }
  return signed || high > low ? openRange(low, high, false) : [0, 1];
}
