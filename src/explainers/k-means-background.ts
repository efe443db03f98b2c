import { LimpidError } from '#/base/errors';
import { createRng } from '#/base/rng';
import type { EncodedRows } from '#/domain/model';
import type { Background } from '#/explainers/explainer';

const ROUNDS = 100;

/**
 * A background of cluster centres: k-means on the encoded rows, each coordinate of a centre moved to the nearest value that
 * the column has, weights = shares of the clusters. Missing cells count as the column's mean while clustering.
 * Semantics of shap.kmeans 0.51 with round_values=True (Lloyd's algorithm; k-means++ starts from our own seeded generator,
 * so that centres differ from scikit-learn's).
 *
 * @param rows - not modified
 * @returns at most `count` rows; fewer where fewer rows differ
 * @throws LimpidError `BadRequest` for no rows or a count below 1
 */
export function kMeansBackground(rows: EncodedRows, count: number, seed: number): Background {
  const { nRows, nFeatures, values } = rows;
  if (nRows === 0 || !Number.isInteger(count) || count < 1)
    throw new LimpidError({ tag: 'BadRequest', message: 'k-means needs rows and at least one cluster.' });
  const filled = fillMissing(rows);
  const k = Math.min(count, nRows);
  const centres = startCentres(filled, nRows, nFeatures, k, seed);
  const nearest = new Int32Array(nRows).fill(-1);
  const sizes = new Float64Array(k);
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0;
    for (let row = 0; row < nRows; row++) {
      const best = nearestCentre(filled, row, centres, nFeatures, k);
      if (best !== nearest[row]) moved++;
      nearest[row] = best;
    }
    if (moved === 0) break;
    centres.fill(0);
    sizes.fill(0);
    for (let row = 0; row < nRows; row++) {
      const centre = nearest[row]!;
      sizes[centre]! += 1;
      for (let j = 0; j < nFeatures; j++) centres[centre * nFeatures + j]! += filled[row * nFeatures + j]!;
    }
    for (let centre = 0; centre < k; centre++)
      for (let j = 0; j < nFeatures; j++) centres[centre * nFeatures + j]! /= Math.max(1, sizes[centre]!);
  }
  const kept = [...sizes.keys()].filter((centre) => sizes[centre]! > 0);
  const result = new Float64Array(kept.length * nFeatures);
  for (let j = 0; j < nFeatures; j++) {
    const seen = Float64Array.from({ length: nRows }, (_, row) => values[row * nFeatures + j]!).filter((value) => !Number.isNaN(value));
    kept.forEach((centre, at) => {
      const wanted = centres[centre * nFeatures + j]!;
      let best = NaN;
      for (const value of seen) if (!(Math.abs(value - wanted) >= Math.abs(best - wanted))) best = value;
      result[at * nFeatures + j] = best;
    });
  }
  return {
    rows: { nRows: kept.length, nFeatures, values: result },
    weights: Float64Array.from(kept, (centre) => sizes[centre]! / nRows),
  };
}

function fillMissing({ nRows, nFeatures, values }: EncodedRows): Float64Array {
  const filled = values.slice(0, nRows * nFeatures);
  for (let j = 0; j < nFeatures; j++) {
    let sum = 0;
    let n = 0;
    for (let at = j; at < filled.length; at += nFeatures) {
      if (Number.isNaN(filled[at])) continue;
      sum += filled[at]!;
      n++;
    }
    for (let at = j; at < filled.length; at += nFeatures) if (Number.isNaN(filled[at])) filled[at] = n === 0 ? 0 : sum / n;
  }
  return filled;
}

/** k-means++: each next centre is a row drawn with chances in proportion to its squared distance. */
function startCentres(filled: Float64Array, nRows: number, nFeatures: number, k: number, seed: number): Float64Array {
  const rng = createRng(seed);
  const centres = new Float64Array(k * nFeatures);
  const distance = new Float64Array(nRows).fill(Infinity);
  let chosen = rng.below(nRows);
  for (let centre = 0; centre < k; centre++) {
    centres.set(filled.subarray(chosen * nFeatures, (chosen + 1) * nFeatures), centre * nFeatures);
    let total = 0;
    for (let row = 0; row < nRows; row++) {
      distance[row] = Math.min(distance[row]!, squaredDistance(filled, row, centres, centre, nFeatures));
      total += distance[row]!;
    }
    let left = rng.next() * total;
    chosen = 0;
    while (chosen < nRows - 1 && (left -= distance[chosen]!) > 0) chosen++;
  }
  return centres;
}

function squaredDistance(filled: Float64Array, row: number, centres: Float64Array, centre: number, nFeatures: number): number {
  let sum = 0;
  for (let j = 0; j < nFeatures; j++) sum += (filled[row * nFeatures + j]! - centres[centre * nFeatures + j]!) ** 2;
  return sum;
}

function nearestCentre(filled: Float64Array, row: number, centres: Float64Array, nFeatures: number, k: number): number {
  let best = 0;
  let least = Infinity;
  for (let centre = 0; centre < k; centre++) {
    const distance = squaredDistance(filled, row, centres, centre, nFeatures);
    if (distance < least) {
      least = distance;
      best = centre;
    }
  }
  return best;
}
