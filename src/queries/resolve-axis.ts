/** Axis references as numbers by table row with a description: what plots draw and pickers list. */
import { LimpidError } from '#/base/errors';
import { classLabels, predictionOfClass } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import type { AxisInfo, AxisRef, AxisSpec } from './axis';
import { countRows, hasMirroredClass, predictedClasses, requireExplanation, storedPrediction, trueClasses } from './resolve-scope';
import type { Scope } from './scope';
import { showInteractions } from './interactions';
import { shownByRow, showValues } from './shown-values';
import { asCategories, columnLabels, columnNumbers, columnRange, rangeOf } from './table-columns';
import { additiveUnit, predictionUnit, targetUnit } from './unit-label';

export interface ResolvedAxis {
  readonly info: AxisInfo;
  /** By table row: value, code or milliseconds; NaN missing. Must not be modified. */
  readonly values: Float64Array;
}

/** Labels of the classifier's error axis; for two classes the code is 2 * true + predicted. */
export const OUTCOME_LABELS: readonly string[] = ['true negative', 'false positive', 'false negative', 'true positive'];
export const CORRECTNESS_LABELS: readonly string[] = ['correct', 'wrong'];

/**
 * @returns the axis; null when the study does not have what it shows
 * @throws LimpidError `BadRequest` for a column, class or feature that does not exist; `NotFound` without explanation
 */
export function findAxis(study: Study, scope: Scope, spec: AxisSpec): ResolvedAxis | null {
  const { ref } = spec;
  switch (ref.kind) {
    case 'column':
      return columnAxis(study, ref.column, spec.categorical === true);
    case 'index': {
      const values = new Float64Array(countRows(study));
      for (let i = 0; i < values.length; i++) values[i] = i;
      return numericAxis(ref, 'Row', null, values, true);
    }
    case 'true':
      return trueAxis(study);
    case 'predicted':
      return predictedAxis(study);
    case 'probability':
      return probabilityAxis(study, ref.classIndex);
    case 'error':
      return errorAxis(study);
    case 'importance':
      return importanceAxis(study, scope, ref.feature);
    case 'interaction':
      return interactionAxis(study, scope, ref.first, ref.second);
    default:
      return ref satisfies never;
  }
}

/** @throws LimpidError `NotFound` when the study does not have what the axis shows; `BadRequest` as findAxis */
export function resolveAxis(study: Study, scope: Scope, spec: AxisSpec): ResolvedAxis {
  const axis = findAxis(study, scope, spec);
  if (axis === null) throw new LimpidError({ tag: 'NotFound', message: `The study has nothing for the axis "${spec.ref.kind}".` });
  return axis;
}

function numericAxis(ref: AxisRef, label: string, unit: string | null, values: Float64Array, integer = false): ResolvedAxis {
  return { info: { ref, label, unit, kind: 'numeric', integer, labels: [], ...rangeOf(values) }, values };
}

function codeAxis(ref: AxisRef, label: string, labels: readonly string[], codes: ArrayLike<number>): ResolvedAxis {
  const values = new Float64Array(codes.length);
  for (let i = 0; i < values.length; i++) values[i] = codes[i]! < 0 ? NaN : codes[i]!;
  return { info: { ref, label, unit: null, kind: 'categorical', integer: false, labels, ...rangeOf(values) }, values };
}

/** A column's description without its values. @throws LimpidError `BadRequest` */
export function columnInfo(study: Study, position: number): AxisInfo {
  const column = study.table.columns[position];
  if (column === undefined) throw new LimpidError({ tag: 'BadRequest', message: `There is no column ${position}.` });
  const labels = columnLabels(column);
  return {
    ref: { kind: 'column', column: position },
    label: column.name,
    unit: null,
    kind: column.kind === 'datetime' ? 'datetime' : column.kind === 'numeric' ? 'numeric' : 'categorical',
    integer: column.kind === 'numeric' && column.integer,
    labels,
    ...columnRange(column),
  };
}

function columnAxis(study: Study, position: number, categorical: boolean): ResolvedAxis {
  const info = columnInfo(study, position);
  const column = study.table.columns[position]!;
  const categories = categorical ? asCategories(column) : null;
  if (categories === null || categories === column) return { info, values: columnNumbers(column) };
  return codeAxis(info.ref, info.label, categories.labels, categories.codes);
}

function trueAxis(study: Study): ResolvedAxis | null {
  const { target, outputs } = study;
  if (target === null) return null;
  const label = `True ${outputs.targetName}`;
  if (target.kind === 'class') return codeAxis({ kind: 'true' }, label, classLabels(outputs), target.classes);
  return numericAxis({ kind: 'true' }, label, targetUnit(outputs), target.values);
}

function predictedAxis(study: Study): ResolvedAxis | null {
  const { outputs } = study;
  const label = `Predicted ${outputs.targetName}`;
  const classes = predictedClasses(study);
  if (classes !== null) return codeAxis({ kind: 'predicted' }, label, classLabels(outputs), classes);
  const values = predictedValues(study);
  return values === null ? null : numericAxis({ kind: 'predicted' }, label, targetUnit(outputs), values);
}

/** Predicted value by row; null for classifiers and without predictions. */
export function predictedValues(study: Study): Float64Array | null {
  const values = study.predictions?.values?.[0];
  if (values === undefined || classLabels(study.outputs).length > 0) return null;
  return values instanceof Float64Array ? values : new Float64Array(values);
}

/** Probability (or score) of a class by row; null without predictions. @throws LimpidError `BadRequest` */
export function classPredictions(study: Study, classIndex: number): Float64Array | null {
  const { outputs, predictions } = study;
  if (classLabels(outputs)[classIndex] === undefined) {
    throw new LimpidError({ tag: 'BadRequest', message: `There is no class ${classIndex}.` });
  }
  const stored = predictions?.values;
  if (!predictions || !stored) return null;
  const ofRow = new Float64Array(stored.length);
  return Float64Array.from({ length: stored[0]?.length ?? 0 }, (_, row) => {
    for (let k = 0; k < stored.length; k++) ofRow[k] = stored[k]![row]!;
    return predictionOfClass(outputs, predictions.space, ofRow, classIndex);
  });
}

function probabilityAxis(study: Study, classIndex: number): ResolvedAxis | null {
  const values = classPredictions(study, classIndex);
  if (values === null) return null;
  const { space } = study.predictions!;
  const noun = space === 'probability' ? 'Probability' : space === 'label only' ? 'Predicted' : 'Score';
  const label = `${noun}: ${classLabels(study.outputs)[classIndex]!}`;
  return numericAxis({ kind: 'probability', classIndex }, label, predictionUnit(space, study.outputs), values);
}

function errorAxis(study: Study): ResolvedAxis | null {
  const truth = trueClasses(study);
  const classes = predictedClasses(study);
  if (truth !== null && classes !== null) {
    const outcomes = hasMirroredClass(study);
    const codes = Int32Array.from(truth, (trueClass, row) => {
      const predicted = classes[row]!;
      if (trueClass < 0 || predicted < 0) return -1;
      return outcomes ? 2 * trueClass + predicted : Number(trueClass !== predicted);
    });
    return codeAxis({ kind: 'error' }, 'Error', outcomes ? OUTCOME_LABELS : CORRECTNESS_LABELS, codes);
  }
  const values = predictedValues(study);
  if (study.target?.kind !== 'value' || values === null) return null;
  const difference = study.target.values.map((value, row) => values[row]! - value);
  return numericAxis({ kind: 'error' }, 'Error: predicted − true', targetUnit(study.outputs), difference);
}

function importanceAxis(study: Study, scope: Scope, feature: number): ResolvedAxis | null {
  const explanation = requireExplanation(study, scope);
  const schema = explanation.features[feature];
  if (schema === undefined) throw new LimpidError({ tag: 'BadRequest', message: `There is no feature ${feature}.` });
  const shown = showValues(study, explanation, scope.output);
  if (shown === null) return null;
  const values = shownByRow(shown, feature, countRows(study));
  const axis = numericAxis(
    { kind: 'importance', feature },
    `Importance: ${schema.name}`,
    additiveUnit(explanation.space, study.outputs),
    values,
  );
  // Rows that were not explained are not missing: coverage tells of them.
  return { ...axis, info: { ...axis.info, missing: axis.info.missing - (values.length - shown.nRows) } };
}

/** The whole interaction of a pair, or a feature's main effect when both are the same. */
function interactionAxis(study: Study, scope: Scope, first: number, second: number): ResolvedAxis | null {
  const explanation = requireExplanation(study, scope);
  const { features } = explanation;
  const a = features[first];
  const b = features[second];
  if (a === undefined || b === undefined)
    throw new LimpidError({ tag: 'BadRequest', message: `There is no pair of features ${first} and ${second}.` });
  const shown = showInteractions(study, scope);
  if (shown === null) return null;
  const values = shownByRow(shown, first * features.length + second, countRows(study));
  if (first !== second) for (let row = 0; row < values.length; row++) values[row] = 2 * values[row]!;
  const label = first === second ? `Main effect: ${a.name}` : `Interaction: ${a.name} × ${b.name}`;
  const axis = numericAxis({ kind: 'interaction', first, second }, label, additiveUnit(explanation.space, study.outputs), values);
  return { ...axis, info: { ...axis.info, missing: axis.info.missing - (values.length - shown.nRows) } };
}

/** Prediction of a row that its order and details use, one number a class (regression: one). Null without numbers. */
export function rowScores(study: Study, row: number): readonly number[] | null {
  const { outputs, predictions } = study;
  const stored = storedPrediction(study, row);
  if (predictions === null || stored === null) return null;
  const labels = classLabels(outputs);
  if (labels.length === 0) return [stored[0]!];
  return labels.map((_, k) => predictionOfClass(outputs, predictions.space, stored, k));
}
