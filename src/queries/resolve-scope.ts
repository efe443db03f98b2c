/** What a scope and a row number mean in a study: the explanation, the classes of rows, where a row was explained. */
import { LimpidError } from '#/base/errors';
import type { Explanation } from '#/domain/explanation';
import { classLabels, predictedClassOf, storedOutputCount } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { createMemo } from './memo';
import type { Coverage, Scope } from './scope';

/** The scope's explanation, null when none is open. @throws LimpidError `NotFound` for an unknown id */
export function findExplanation(study: Study, scope: Scope): Explanation | null {
  if (scope.explanation === null) return null;
  const found = study.explanations.find((explanation) => explanation.id === scope.explanation);
  if (found === undefined) throw new LimpidError({ tag: 'NotFound', message: `There is no explanation "${scope.explanation}".` });
  return found;
}

/** @throws LimpidError `NotFound` when no explanation is open */
export function requireExplanation(study: Study, scope: Scope): Explanation {
  const explanation = findExplanation(study, scope);
  if (explanation === null) throw new LimpidError({ tag: 'NotFound', message: 'No explanation is open.' });
  return explanation;
}

/** Rows of the study; without a table those of the predictions, else as many as explanations refer to. */
export function countRows(study: Study): number {
  if (study.table.nRows > 0) return study.table.nRows;
  const predicted = study.predictions?.values?.[0]?.length ?? study.predictions?.classes?.length;
  if (predicted !== undefined) return predicted;
  let n = 0;
  for (const { rows } of study.explanations) for (let i = 0; i < rows.length; i++) n = Math.max(n, rows[i]! + 1);
  return n;
}

/** @throws LimpidError `BadRequest` when there is no such row */
export function checkRow(study: Study, row: number): void {
  if (Number.isInteger(row) && row >= 0 && row < countRows(study)) return;
  throw new LimpidError({ tag: 'BadRequest', message: `Row ${row} is outside the table.` });
}

/** How many of the study's rows the finished part of an explanation covers. */
export function explainedCoverage(study: Study, explanation: Explanation): Coverage {
  return { used: explanation.local === null ? 0 : explanation.completed, total: countRows(study) };
}

/** Table rows of the finished part of an explanation, in block order; a view, not a copy. */
export function explainedRows(explanation: Explanation): Int32Array {
  return explanation.rows.subarray(0, explanation.completed);
}

const positions = createMemo<Int32Array>();

/** Position of a table row among the finished explained rows; -1 when it is not among them. */
export function positionOfRow(explanation: Explanation, row: number): number {
  const { rows } = explanation;
  const byRow = positions([rows], '', () => {
    let highest = -1;
    for (let i = 0; i < rows.length; i++) if (rows[i]! > highest) highest = rows[i]!;
    const inverse = new Int32Array(highest + 1).fill(-1);
    for (let i = rows.length - 1; i >= 0; i--) inverse[rows[i]!] = i;
    return inverse;
  });
  const position = byRow[row] ?? -1;
  return position < explanation.completed ? position : -1;
}

const classesByRow = createMemo<Int32Array | null>();

/** Predicted class index by row, -1 unknown; null for regression or without predictions. */
export function predictedClasses(study: Study): Int32Array | null {
  const { predictions, outputs } = study;
  if (predictions === null || classLabels(outputs).length === 0) return null;
  if (predictions.classes !== null) return predictions.classes;
  const { values, space } = predictions;
  if (values === null) return null;
  return classesByRow([predictions, outputs], '', () => {
    const stored = new Float64Array(values.length);
    return Int32Array.from({ length: values[0]?.length ?? 0 }, (_, row) => {
      for (let k = 0; k < values.length; k++) stored[k] = values[k]![row]!;
      return predictedClassOf(outputs, space, stored);
    });
  });
}

/** True class index by row, -1 unknown; null for regression or without labels. */
export function trueClasses(study: Study): Int32Array | null {
  return study.target?.kind === 'class' ? study.target.classes : null;
}

/** Stored outputs of one row, null without predictions. */
export function storedPrediction(study: Study, row: number): Float64Array | null {
  const values = study.predictions?.values ?? null;
  if (values === null) return null;
  return Float64Array.from(values, (output) => output[row] ?? NaN);
}

/** Two classes of which only one is stored: the other is its mirror, and hits and misses have names. */
export function hasMirroredClass(study: Study): boolean {
  return classLabels(study.outputs).length === 2 && storedOutputCount(study.outputs) === 1;
}
