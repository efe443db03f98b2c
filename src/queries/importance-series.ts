/** Other importances of the same features that a study knows, aligned by feature name. */
import type { Explanation } from '#/domain/explanation';
import { storedOutputCount, type OutputChoice } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { featureTotals, savedFor } from './feature-totals';
import { additiveUnit } from './unit-label';

/** Another importance per feature (permutation, saved in the file, native), aligned with `names`. NaN where it has none. */
export interface ImportanceSeries {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly values: Float64Array;
  /** Standard deviation over repeats, where known. */
  readonly spread: Float64Array | null;
  readonly signed: boolean;
}

/** The explanation's own saved global (beside its local values) and one series for each other explanation that shares features. */
export function listSeries(study: Study, own: Explanation, choice: OutputChoice): readonly ImportanceSeries[] {
  const series: ImportanceSeries[] = [];
  const nOutputs = storedOutputCount(study.outputs);
  for (const explanation of study.explanations) {
    const source = positionsByName(own, explanation);
    if (source === null) continue;
    if (explanation !== own && explanation.local !== null && explanation.completed > 0 && explanation.local.length >= nOutputs) {
      series.push({
        id: explanation.id,
        label: explanation.name,
        unit: additiveUnit(explanation.space, study.outputs),
        values: align(source, featureTotals(study, explanation, choice)),
        spread: null,
        signed: false,
      });
    }
    if (explanation.saved !== null && !(explanation === own && explanation.local === null)) {
      const { saved } = explanation;
      series.push({
        id: `${explanation.id}/saved`,
        label: explanation.local === null ? explanation.name : `${explanation.name} (saved)`,
        unit: saved.meaning ?? additiveUnit(explanation.space, study.outputs),
        values: align(source, savedFor(study, saved, choice)),
        spread: saved.spread === null ? null : align(source, saved.spread),
        signed: saved.signed,
      });
    }
  }
  return series;
}

/** For each of own's features its position in the other explanation, -1 when it has none; null when they share none. */
function positionsByName(own: Explanation, other: Explanation): Int32Array | null {
  const byName = new Map(other.features.map((feature, position) => [feature.name, position]));
  const source = Int32Array.from(own.features, (feature) => byName.get(feature.name) ?? -1);
  return source.some((position) => position >= 0) ? source : null;
}

function align(source: Int32Array, values: Float64Array): Float64Array {
  return Float64Array.from(source, (position) => (position < 0 ? NaN : (values[position] ?? NaN)));
}
