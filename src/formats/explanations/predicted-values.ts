/** Predictions and true values of a file in the study's terms. */
import type { Outputs } from '#/domain/outputs';
import { predictedClassOf } from '#/domain/outputs';
import type { Finding, Predictions, Target } from '#/domain/study';
import { toClassIndices } from '#/formats/explanations/class-labels';
import type { RawExplanation } from '#/formats/explanations/raw-explanation';
import { finding } from '#/formats/explanations/raw-explanation';
import { toNumber } from '#/formats/json-shape';

/** Null when the file has none that fit. */
export function settlePredictions(raw: RawExplanation, outputs: Outputs, nRows: number, findings: Finding[]): Predictions | null {
  const labels = raw.predictedY?.length === nRows && nRows > 0 ? raw.predictedY : null;
  if (outputs.task === 'regression') {
    if (labels === null) return null;
    return { space: 'value', values: [Float64Array.from(labels, (value) => toNumber(value) ?? NaN)], classes: null, source: 'file' };
  }
  const nClasses = outputs.classLabels.length;
  const probabilities = splitProbabilities(raw, nRows, nClasses);
  if (probabilities === null && labels === null) return null;
  const space = probabilities === null ? 'label only' : areProbabilities(probabilities, nRows) ? 'probability' : 'score';
  if (space === 'score')
    findings.push(
      finding(
        'warning',
        'not-probabilities',
        'The predicted probabilities do not lie between zero and one and sum to one, so they are shown as scores.',
      ),
    );
  const values = probabilities === null ? null : nClasses === 2 ? [probabilities.at(-1)!] : probabilities;
  const strongest = values === null ? null : strongestClass(outputs, space, values, nRows);
  if (labels === null) return { space, values, classes: strongest, source: 'file' };
  const agree =
    strongest === null
      ? undefined
      : (indices: Int32Array): number => indices.reduce((count, index, i) => count + (index === strongest[i] ? 1 : 0), 0);
  const { classes, byLabel, unknown } = toClassIndices(labels, outputs.classLabels, agree);
  noteLabels('predicted', byLabel, unknown, outputs.classLabels, findings);
  return { space, values, classes: classes.map((index, i) => (index < 0 ? (strongest?.[i] ?? -1) : index)), source: 'file' };
}

function splitProbabilities({ probabilityY }: RawExplanation, nRows: number, nClasses: number): readonly Float64Array[] | null {
  if (probabilityY === null || nRows === 0) return null;
  const { shape, data } = probabilityY;
  const columns = shape[1] ?? 1;
  if (shape[0] !== nRows || (columns !== nClasses && !(columns === 1 && nClasses === 2))) return null;
  return Array.from({ length: columns }, (_, c) => Float64Array.from({ length: nRows }, (_unused, i) => data[i * columns + c]!));
}

function areProbabilities(columns: readonly Float64Array[], nRows: number): boolean {
  for (let i = 0; i < nRows; i++) {
    let sum = 0;
    for (const column of columns) {
      const value = column[i]!;
      if (value < -1e-6 || value > 1 + 1e-6) return false;
      sum += value;
    }
    if (columns.length > 1 && Math.abs(sum - 1) > 0.01) return false;
  }
  return true;
}

function strongestClass(outputs: Outputs, space: Predictions['space'], values: readonly Float64Array[], nRows: number): Int32Array {
  const row = new Float64Array(values.length);
  return Int32Array.from({ length: nRows }, (_, i) => {
    for (let k = 0; k < values.length; k++) row[k] = values[k]![i]!;
    return predictedClassOf(outputs, space, row);
  });
}

/** Null when the file has none that fit; true labels use the same convention as the predicted ones where both fit. */
export function settleTarget(
  raw: RawExplanation,
  outputs: Outputs,
  nRows: number,
  predictions: Predictions | null,
  findings: Finding[],
): Target | null {
  if (raw.trueY?.length !== nRows || nRows === 0) return null;
  if (outputs.task === 'regression') {
    return { kind: 'value', column: null, values: Float64Array.from(raw.trueY, (value) => toNumber(value) ?? NaN) };
  }
  const predicted = predictions?.classes ?? null;
  const agree =
    predicted === null
      ? undefined
      : (indices: Int32Array): number => indices.reduce((count, index, i) => count + (index === predicted[i] ? 1 : 0), 0);
  const { classes, byLabel, unknown } = toClassIndices(raw.trueY, outputs.classLabels, agree);
  noteLabels('true', byLabel, unknown, outputs.classLabels, findings);
  return { kind: 'class', column: null, classes };
}

function noteLabels(which: string, byLabel: boolean, unknown: number, names: readonly string[], findings: Finding[]): void {
  if (byLabel)
    findings.push(
      finding(
        'info',
        'labels-to-classes',
        `The ${which} values are labels; they were matched to the classes ${names.slice(0, 5).join(', ')}.`,
      ),
    );
  if (unknown > 0)
    findings.push(finding('warning', 'labels-unknown', `${unknown} ${which} values are no class of the file and count as unknown.`));
}
