/** Which other feature moves the importance of a feature most (shap's approximate_interactions rule). */
import type { Study } from '#/domain/study';
import { windowedCorrelation } from '#/math/correlation';
import { orderAscending } from '#/math/ranking';
import { createMemo } from './memo';
import { featureColumn } from './table-columns';
import { memoKeys, shownColumn, type ShownValues } from './shown-values';
import { encodeRows } from '#/domain/encode-rows';

const SAMPLE_ROWS = 2000;

const partners = createMemo<number>();

/**
 * Rows (an even sample of at most 2,000) are sorted by the feature's own value and cut into short windows; the partner is
 * the feature whose values, or whose being missing, correlate most with the importance within the windows.
 * @returns feature position; -1 when no other feature has data or varies
 */
export function interactionPartner(study: Study, shown: ShownValues, feature: number): number {
  return partners([...memoKeys(study, shown), study.table], `${shown.key.replace(':-1', ':1')}/${feature}`, () =>
    findPartner(study, shown, feature),
  );
}

function findPartner(study: Study, shown: ShownValues, feature: number): number {
  const { explanation } = shown;
  const { features } = explanation;
  if (featureColumn(study.table, features[feature]!) === null) return -1;
  const importance = shownColumn(shown, feature);
  const { rows } = explanation;
  const n = Math.min(SAMPLE_ROWS, shown.nRows);
  const sample: number[] = [];
  for (let i = 0; i < n; i++) {
    const position = Math.floor((i * shown.nRows) / n);
    if (!Number.isNaN(importance[position]!)) sample.push(position);
  }
  const encoded = encodeRows(
    study.table,
    features,
    Int32Array.from(sample, (position) => rows[position]!),
  ).values;
  const ofFeature = (f: number, order: Int32Array): Float64Array => Float64Array.from(order, (i) => encoded[i * features.length + f]!);
  const sorted = orderAscending(
    ofFeature(
      feature,
      Int32Array.from(sample, (_, i) => i),
    ),
  );
  const positions = Int32Array.from(sorted, (i) => sample[i]!);
  const values = Float64Array.from(positions, (position) => importance[position]!);
  let best = -1;
  let strongest = 0;
  for (const [f, schema] of explanation.features.entries()) {
    if (f === feature || featureColumn(study.table, schema) === null) continue;
    const other = ofFeature(f, sorted);
    const absent = other.map((value) => (Number.isNaN(value) ? 1 : 0));
    const strength = Math.max(windowedCorrelation(values, other), windowedCorrelation(values, absent));
    if (strength > strongest) {
      strongest = strength;
      best = f;
    }
  }
  return best;
}
