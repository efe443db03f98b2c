import { LimpidError } from '#/base/errors';
import { classForRow, classLabels, defaultOutputChoice, predictionOfClass } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { cellValue } from '#/domain/table';
import { expit } from '#/domain/units';
import { orderAscending, orderDescending } from '#/math/ranking';
import { createMemo, NOTHING } from './memo';
import type { Question } from './question';
import { predictedValues } from './resolve-axis';
import { checkRow, countRows, hasMirroredClass, predictedClasses, trueClasses } from './resolve-scope';
import { idColumn, rowTitle } from './row-title';

export type RowOrder = 'index' | 'most wrong' | 'highest prediction' | 'lowest prediction';

/** Find a row: by position in an order, relative to a row, or by text (row number or id). */
export type RowOrderParams =
  | { readonly kind: 'at'; readonly order: RowOrder; readonly position: number }
  | { readonly kind: 'locate'; readonly order: RowOrder; readonly row: number }
  /** A row number, or (part of) a cell of the id column; at most 20 matches. */
  | { readonly kind: 'find'; readonly text: string };

export interface RowOrderAnswer {
  /** Rows found, best first; [] when none. */
  readonly rows: readonly number[];
  readonly titles: readonly string[];
  /** Position of the first in the order; -1 for `find`. */
  readonly position: number;
  readonly total: number;
}

const MAX_MATCHES = 20;

/** @throws LimpidError `BadRequest` for a row outside the table */
export const rowOrderQuestion: Question<RowOrderParams, RowOrderAnswer> = {
  id: 'row-order',
  reads: ['table', 'predictions'],
  answer(study, params) {
    const total = countRows(study);
    switch (params.kind) {
      case 'at': {
        const row = orderRows(study, params.order)?.[params.position] ?? params.position;
        const found = Number.isInteger(params.position) && params.position >= 0 && params.position < total;
        return answerWith(study, found ? [row] : [], found ? params.position : -1, total);
      }
      case 'locate': {
        checkRow(study, params.row);
        const order = orderRows(study, params.order);
        return answerWith(study, [params.row], order === null ? params.row : order.indexOf(params.row), total);
      }
      case 'find':
        return answerWith(study, findRows(study, params.text, total), -1, total);
      default:
        throw new LimpidError({ tag: 'BadRequest', message: `Unknown kind "${(params as { readonly kind: string }).kind}".` });
    }
  },
};

function answerWith(study: Study, rows: readonly number[], position: number, total: number): RowOrderAnswer {
  return { rows, titles: rows.map((row) => rowTitle(study, row)), position, total };
}

const orders = createMemo<Int32Array | null>();

/** All rows in the order, null for table order. Rows whose key is unknown stand last, in table order. */
function orderRows(study: Study, order: RowOrder): Int32Array | null {
  if (order === 'index') return null;
  return orders([study.outputs, study.predictions ?? NOTHING, study.target ?? NOTHING], order, () => {
    const keys = order === 'most wrong' ? wrongness(study) : predictionKeys(study);
    if (keys === null) return null;
    return order === 'lowest prediction' ? orderAscending(keys) : orderDescending(keys);
  });
}

/**
 * How wrong each prediction is, NaN unknown; null without truth or predictions.
 * Classes: 1 - probability of the true class; margins: how far the best other class is ahead of the true one; labels
 * alone: wrong 1, correct 0. Values: |predicted - true|.
 */
function wrongness(study: Study): Float64Array | null {
  const { target, outputs, predictions } = study;
  if (target === null || predictions === null) return null;
  if (target.kind === 'value') {
    const values = predictedValues(study);
    return values?.map((value, row) => Math.abs(value - target.values[row]!)) ?? null;
  }
  const truth = trueClasses(study)!;
  const { values, space } = predictions;
  if (values === null || space === 'label only') {
    const classes = predictedClasses(study);
    return classes === null
      ? null
      : Float64Array.from(truth, (known, row) => (known < 0 || classes[row]! < 0 ? NaN : Number(known !== classes[row])));
  }
  const mirrored = hasMirroredClass(study);
  const stored = new Float64Array(values.length);
  return Float64Array.from(truth, (known, row) => {
    if (known < 0) return NaN;
    for (let k = 0; k < values.length; k++) stored[k] = values[k]![row]!;
    const own = predictionOfClass(outputs, space, stored, known);
    if (space === 'probability') return 1 - own;
    if (mirrored) return expit(-own);
    let other = -Infinity;
    for (let k = 0; k < stored.length; k++) if (k !== known && stored[k]! > other) other = stored[k]!;
    return other - own;
  });
}

/** The prediction that orders go by: the value, class 1 of two, or the predicted class of several; null without numbers. */
function predictionKeys(study: Study): Float64Array | null {
  const { outputs, predictions } = study;
  const values = predictions?.values ?? null;
  if (predictions === null || values === null) return null;
  if (classLabels(outputs).length === 0) return predictedValues(study);
  const choice = defaultOutputChoice(outputs);
  const classes = predictedClasses(study);
  const stored = new Float64Array(values.length);
  return Float64Array.from({ length: values[0]?.length ?? 0 }, (_, row) => {
    for (let k = 0; k < values.length; k++) stored[k] = values[k]![row]!;
    return predictionOfClass(outputs, predictions.space, stored, classForRow(outputs, choice, classes?.[row] ?? -1));
  });
}

/** The row of that number first, then ids that equal, start with or hold the text (without regard to case). */
function findRows(study: Study, text: string, total: number): readonly number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const numbered = /^\d+$/.test(wanted) && Number(wanted) < total ? [Number(wanted)] : [];
  const equal: number[] = [];
  const starting: number[] = [];
  const holding: number[] = [];
  const column = idColumn(study);
  for (let row = 0; column !== null && row < total && equal.length < MAX_MATCHES; row++) {
    const id = cellValue(column, row);
    if (id === null || row === numbered[0]) continue;
    const at = String(id).toLowerCase().indexOf(wanted);
    if (at < 0) continue;
    const matches = at > 0 ? holding : String(id).length === wanted.length ? equal : starting;
    if (matches.length < MAX_MATCHES) matches.push(row);
  }
  return [...numbered, ...equal, ...starting, ...holding].slice(0, MAX_MATCHES);
}
