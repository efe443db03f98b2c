import { throwIfAborted } from '#/base/abort';
import { LimpidError } from '#/base/errors';
import type { EncodedRows } from '#/domain/model';
import { isClassifier, predictedClassOf } from '#/domain/outputs';
import { logit } from '#/domain/units';
import type { ExplainerEnvironment } from '#/explainers/explainer';
import { predictInBatches } from '#/explainers/predict-batches';

/** The model that a surrogate imitates. */
export type Teacher = Pick<ExplainerEnvironment, 'predictor' | 'outputs'>;

/** Log-odds of confident answers are cut here, as interpret-community does. */
const LARGEST_LOG_ODDS = 5;

/** What a surrogate learns from: rows and what the teacher says about them. */
export interface Lesson {
  readonly rows: EncodedRows;
  /** [nRows] values, log-odds of class 1, or class numbers. */
  readonly labels: Float64Array;
  /** 0: the labels are numbers to regress on; else the number of classes. */
  readonly nClasses: number;
  /** The space of sums that regress on the labels. */
  readonly space: 'value' | 'log-odds' | 'score';
}

/**
 * Asks the teacher about the rows. Regression: its values. Two classes: log-odds of class 1, cut to [-5, 5] (scores without link as
 * they are). More classes: the class with the largest output; a class that no row has gets a copy of the row that comes
 * nearest to it, so that every surrogate knows all classes (interpret-community 0.32, model_distill.py). Rows that the teacher cannot judge (NaN) are left out.
 * @throws LimpidError `BadRequest` when no row is left; `ModelFailed` | `Aborted`
 */
export async function askTeacher(rows: EncodedRows, teacher: Teacher, signal?: AbortSignal): Promise<Lesson> {
  throwIfAborted(signal);
  const { predictor, outputs } = teacher;
  const { nOutputs, info } = predictor;
  const predictions = await predictInBatches(predictor, rows, signal);
  const judged: number[] = [];
  for (let row = 0; row < rows.nRows; row++) {
    if (predictions.subarray(row * nOutputs, (row + 1) * nOutputs).every((value) => !Number.isNaN(value))) judged.push(row);
  }
  if (judged.length === 0) {
    throw new LimpidError({ tag: 'BadRequest', message: 'The model predicts no number for any row that the surrogate could learn from.' });
  }
  if (!isClassifier(outputs)) {
    return { rows: pick(rows, judged), labels: Float64Array.from(judged, (row) => predictions[row]!), nClasses: 0, space: 'value' };
  }
  if (nOutputs === 1) {
    const space = info.space === 'score' ? 'score' : 'log-odds';
    const labels = Float64Array.from(judged, (row) => {
      const value = predictions[row]!;
      if (space === 'score') return value;
      const odds = info.space === 'logit' ? value : logit(Math.min(1, Math.max(0, value)));
      return Math.min(LARGEST_LOG_ODDS, Math.max(-LARGEST_LOG_ODDS, odds));
    });
    return { rows: pick(rows, judged), labels, nClasses: 0, space };
  }
  const ofRow = (row: number): Float64Array => predictions.subarray(row * nOutputs, (row + 1) * nOutputs);
  const labels = judged.map((row) => predictedClassOf(outputs, info.space, ofRow(row)));
  const known = new Set(labels);
  const nJudged = judged.length;
  for (let k = 0; k < nOutputs; k++) {
    if (known.has(k)) continue;
    let nearest = judged[0]!;
    for (let i = 1; i < nJudged; i++) if (ofRow(judged[i]!)[k]! > ofRow(nearest)[k]!) nearest = judged[i]!;
    judged.push(nearest);
    labels.push(k);
  }
  return { rows: pick(rows, judged), labels: Float64Array.from(labels), nClasses: nOutputs, space: 'log-odds' };
}

function pick(rows: EncodedRows, chosen: readonly number[]): EncodedRows {
  const { nFeatures } = rows;
  if (chosen.length === rows.nRows && chosen.every((row, i) => row === i)) return rows;
  const values = new Float64Array(chosen.length * nFeatures);
  chosen.forEach((row, i) => values.set(rows.values.subarray(row * nFeatures, (row + 1) * nFeatures), i * nFeatures));
  return { nRows: chosen.length, nFeatures, values };
}
