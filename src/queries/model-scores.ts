/** How well predictions agree with the truth. Every score is a number for any data: undefined parts count as scikit-learn counts them. */
import { averageRanks } from '#/math/ranking';

export interface ConfusionCounts {
  readonly nRows: number;
  /** Row-major [true][predicted]. */
  readonly counts: Uint32Array;
  readonly nClasses: number;
}

/** Rows whose true and predicted classes are both known (>= 0). */
export function confusion(truth: Int32Array, predicted: Int32Array, nClasses: number): ConfusionCounts {
  const counts = new Uint32Array(nClasses * nClasses);
  let nRows = 0;
  for (let row = 0; row < truth.length; row++) {
    const t = truth[row]!;
    const p = predicted[row]!;
    if (t < 0 || p < 0 || t >= nClasses || p >= nClasses) continue;
    counts[t * nClasses + p]!++;
    nRows++;
  }
  return { nRows, counts, nClasses };
}

/** Share of correct rows; 0 without rows. */
export function accuracy({ nRows, counts, nClasses }: ConfusionCounts): number {
  let correct = 0;
  for (let k = 0; k < nClasses; k++) correct += counts[k * nClasses + k]!;
  return nRows === 0 ? 0 : correct / nRows;
}

/** Mean of the F1 of each class that occurs among true or predicted labels; a class without true positives counts 0. */
export function macroF1({ counts, nClasses }: ConfusionCounts): number {
  let sum = 0;
  let nPresent = 0;
  for (let k = 0; k < nClasses; k++) {
    let isTrue = 0;
    let isPredicted = 0;
    for (let j = 0; j < nClasses; j++) {
      isTrue += counts[k * nClasses + j]!;
      isPredicted += counts[j * nClasses + k]!;
    }
    if (isTrue + isPredicted === 0) continue;
    nPresent++;
    sum += (2 * counts[k * nClasses + k]!) / (isTrue + isPredicted);
  }
  return nPresent === 0 ? 0 : sum / nPresent;
}

/**
 * Area under the ROC curve of two classes; tied scores count one half.
 * @param scores - of class 1, NaN unknown
 * @returns null when one of the classes does not occur
 */
export function rocAuc(truth: Int32Array, scores: Float64Array): { readonly value: number; readonly nRows: number } | null {
  const rows: number[] = [];
  for (let row = 0; row < truth.length; row++) if (truth[row]! >= 0 && !Number.isNaN(scores[row]!)) rows.push(row);
  const ranks = averageRanks(Float64Array.from(rows, (row) => scores[row]!));
  let positives = 0;
  let rankSum = 0;
  rows.forEach((row, i) => {
    if (truth[row] !== 1) return;
    positives++;
    rankSum += ranks[i]!;
  });
  const negatives = rows.length - positives;
  if (positives === 0 || negatives === 0) return null;
  return { value: (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives), nRows: rows.length };
}

export interface ValueScores {
  readonly nRows: number;
  /** 1 - RSS / TSS; for a constant truth 1 when all errors are 0, else 0. */
  readonly r2: number;
  readonly mae: number;
  readonly rmse: number;
}

/** @returns null when no row has both values */
export function valueScores(truth: Float64Array, predicted: Float64Array): ValueScores | null {
  let nRows = 0;
  let mean = 0;
  for (let row = 0; row < truth.length; row++) {
    if (Number.isNaN(truth[row]! - predicted[row]!)) continue;
    nRows++;
    mean += truth[row]!;
  }
  if (nRows === 0) return null;
  mean /= nRows;
  let rss = 0;
  let tss = 0;
  let absolute = 0;
  for (let row = 0; row < truth.length; row++) {
    const error = predicted[row]! - truth[row]!;
    if (Number.isNaN(error)) continue;
    rss += error * error;
    absolute += Math.abs(error);
    tss += (truth[row]! - mean) ** 2;
  }
  const r2 = tss > 0 ? 1 - rss / tss : rss === 0 ? 1 : 0;
  return { nRows, r2, mae: absolute / nRows, rmse: Math.sqrt(rss / nRows) };
}
