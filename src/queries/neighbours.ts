import { LimpidError } from '#/base/errors';
import { classLabels } from '#/domain/outputs';
import { distancesTo, gowerSpace, usualNearestDistance } from './gower';
import type { Question } from './question';
import { predictedClasses } from './resolve-scope';
import { rowTitle } from './row-title';
import { studyFeatures } from './table-columns';

/**
 * Rows most like the given encoded values: Gower distance (numeric: |difference| / range, categorical: 0 or 1,
 * missing against present: 1), averaged over the model's features.
 */
export interface NeighboursParams {
  /** Encoded per model feature. */
  readonly values: Float64Array;
  readonly count: number;
  /** Left out of the result (the row itself); -1 keeps all. */
  readonly exceptRow: number;
}

export interface NeighboursAnswer {
  readonly rows: readonly {
    readonly row: number;
    readonly title: string;
    readonly distance: number;
    readonly predicted: string | number | null;
  }[];
  /** 95th percentile of nearest-neighbour distances among (a sample of) the data: beyond it the values are unlike the data. */
  readonly usualDistance: number;
  readonly unlike: boolean;
}

/**
 * Nearest first, ties in table order. `unlike` compares the nearest row with what is usual among the data.
 * @throws LimpidError `BadRequest` when `values` does not hold one number a feature
 */
export const neighboursQuestion: Question<NeighboursParams, NeighboursAnswer> = {
  id: 'neighbours',
  reads: ['table', 'model', 'predictions', 'explanations'],
  answer(study, { values, count, exceptRow }) {
    const features = studyFeatures(study);
    if (values.length !== features.length) {
      throw new LimpidError({ tag: 'BadRequest', message: `Expected ${features.length} values, got ${values.length}.` });
    }
    const space = gowerSpace(study.table, features);
    if (space.features.length === 0) return { rows: [], usualDistance: NaN, unlike: false };
    const distances = distancesTo(space, values);
    const classes = predictedClasses(study);
    const labels = classLabels(study.outputs);
    const rows = nearestRows(distances, Math.max(1, count), exceptRow).map((row) => ({
      row,
      title: rowTitle(study, row),
      distance: distances[row]!,
      predicted: labels.length > 0 ? (labels[classes?.[row] ?? -1] ?? null) : (study.predictions?.values?.[0]?.[row] ?? null),
    }));
    const usualDistance = usualNearestDistance(space);
    return { rows: rows.slice(0, Math.max(0, count)), usualDistance, unlike: rows.length > 0 && rows[0]!.distance > usualDistance };
  },
};

/** The `count` smallest distances in ascending order by insertion: count is small. */
function nearestRows(distances: Float64Array, count: number, exceptRow: number): number[] {
  const nearest: number[] = [];
  for (let row = 0; row < distances.length; row++) {
    const distance = distances[row]!;
    if (row === exceptRow || (nearest.length === count && !(distance < distances[nearest[count - 1]!]!))) continue;
    if (nearest.length === count) nearest.pop();
    let at = nearest.length;
    while (at > 0 && distances[nearest[at - 1]!]! > distance) at--;
    nearest.splice(at, 0, row);
  }
  return nearest;
}
