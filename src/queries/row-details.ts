import { encodeRows } from '#/domain/encode-rows';
import { classLabels } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { cellValue } from '#/domain/table';
import type { Question } from './question';
import { rowScores } from './resolve-axis';
import { checkRow, predictedClasses, trueClasses } from './resolve-scope';
import { rowTitle } from './row-title';
import { studyFeatures } from './table-columns';
import { predictionUnit } from './unit-label';

export interface RowDetailsParams {
  readonly row: number;
}

export interface RowCell {
  readonly column: number;
  readonly name: string;
  readonly value: string | number | boolean | null;
}

export interface RowDetailsAnswer {
  readonly row: number;
  /** The id column's value, else `Row 17`. */
  readonly title: string;
  readonly cells: readonly RowCell[];
  /** Per model feature, encoded (codes for categories, NaN missing): what what-if edits start from. Null without data. */
  readonly encoded: Float64Array | null;
  /** -1 for regression or unknown. */
  readonly predictedClass: number;
  readonly predictedLabel: string | null;
  /** Per class (probabilities or scores), or one value for regression; null unknown. */
  readonly scores: readonly number[] | null;
  readonly scoreUnit: string;
  readonly trueLabel: string | null;
  /** Regression: predicted minus true. Classifier: 0 correct, 1 wrong. Null unknown. */
  readonly error: number | null;
}

/** @throws LimpidError `BadRequest` for a row outside the table */
export const rowDetailsQuestion: Question<RowDetailsParams, RowDetailsAnswer> = {
  id: 'row-details',
  reads: ['table', 'model', 'predictions', 'explanations'],
  answer(study, { row }) {
    checkRow(study, row);
    const predictedClass = predictedClasses(study)?.[row] ?? -1;
    const scores = rowScores(study, row);
    const { predictedLabel, trueLabel, error } = compareWithTruth(study, row, predictedClass, scores?.[0] ?? NaN);
    return {
      row,
      title: rowTitle(study, row),
      cells: study.table.columns.map((column, position) => ({ column: position, name: column.name, value: cellValue(column, row) })),
      encoded: encodeRow(study, row),
      predictedClass,
      predictedLabel,
      scores: scores?.every((score) => Number.isNaN(score)) === true ? null : scores,
      scoreUnit: predictionUnit(study.predictions?.space ?? null, study.outputs),
      trueLabel,
      error,
    };
  },
};

function encodeRow(study: Study, row: number): Float64Array | null {
  const features = studyFeatures(study);
  if (study.table.columns.length === 0 || features.length === 0) return null;
  return encodeRows(study.table, features, Int32Array.of(row)).values;
}

function compareWithTruth(
  study: Study,
  row: number,
  predictedClass: number,
  predictedValue: number,
): Pick<RowDetailsAnswer, 'predictedLabel' | 'trueLabel' | 'error'> {
  const labels = classLabels(study.outputs);
  if (labels.length > 0) {
    const trueClass = trueClasses(study)?.[row] ?? -1;
    return {
      predictedLabel: labels[predictedClass] ?? null,
      trueLabel: labels[trueClass] ?? null,
      error: trueClass < 0 || predictedClass < 0 ? null : Number(trueClass !== predictedClass),
    };
  }
  const trueValue = study.target?.kind === 'value' ? (study.target.values[row] ?? NaN) : NaN;
  const error = predictedValue - trueValue;
  return { predictedLabel: numberText(predictedValue), trueLabel: numberText(trueValue), error: Number.isNaN(error) ? null : error };
}

/** Six significant digits, without the noise of float32; null when missing. */
function numberText(value: number): string | null {
  return Number.isNaN(value) ? null : String(Number(value.toPrecision(6)));
}
