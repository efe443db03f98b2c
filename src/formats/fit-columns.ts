/** Where the kind of a column and the type of the model input it fills differ: what is done about it, and how to say so. */
import type { Finding } from '#/domain/study';
import type { Column } from '#/domain/table';
import { cellNumber, columnLength } from '#/domain/table';
import { distinctNumbers, numberText } from '#/formats/column-facts';
import type { CardSlot } from '#/formats/draft';
import { isText } from '#/formats/model-slots';
import { parseNumber, shapeOf } from '#/formats/tables/cell-text';
import { sortLabels } from '#/formats/tables/column-builder';
import { narrowNumbers } from '#/formats/tables/narrow';

/** More labels than this would be no category but a quantity. */
const MAX_TEXT_LABELS = 10_000;

export type Fit =
  | { readonly kind: 'as it is' }
  /** Numbers or booleans meet a text input: cells become labels. */
  | { readonly kind: 'to text' }
  /** Text that is all numbers meets a number input. */
  | { readonly kind: 'to numbers' }
  /** Text meets a number input: the model gets the label's position. */
  | { readonly kind: 'codes' }
  | { readonly kind: 'impossible'; readonly reason: string };

export function fitColumn(column: Column, slot: CardSlot): Fit {
  if (isText(slot.type)) {
    if (column.kind === 'categorical') return { kind: 'as it is' };
    if (column.kind === 'datetime')
      return { kind: 'impossible', reason: `The model reads text for ${slot.input}, but ${column.name} holds dates.` };
    return distinctNumbers(column, MAX_TEXT_LABELS + 1).length > MAX_TEXT_LABELS
      ? {
          kind: 'impossible',
          reason: `The model reads text for ${slot.input}, but ${column.name} holds more than ${MAX_TEXT_LABELS} different numbers.`,
        }
      : { kind: 'to text' };
  }
  if (column.kind !== 'categorical') return { kind: 'as it is' };
  const numeric =
    column.labels.length > 0 && column.labels.every((label) => ['number', 'leading zero', 'long integer'].includes(shapeOf(label.trim())));
  return { kind: numeric ? 'to numbers' : 'codes' };
}

/** One sentence a column, and none where nothing was done. */
export function fitFinding(column: Column, fit: Fit, file: string): Finding | null {
  const place = { file, at: `column ${column.name}` };
  switch (fit.kind) {
    case 'as it is':
      return null;
    case 'to text':
      return {
        severity: 'info',
        code: 'numbers-as-text',
        message: `${column.name} holds ${column.kind === 'boolean' ? 'true and false' : 'numbers'} where the model reads text, so its cells are passed on as text.`,
        place,
      };
    case 'to numbers':
      return {
        severity: 'info',
        code: 'text-as-numbers',
        message: `${column.name} holds numbers written as text; the model reads numbers.`,
        place,
      };
    case 'codes':
      return {
        severity: 'warning',
        code: 'codes-for-labels',
        message: `${column.name} holds text where the model reads numbers. Each label is passed on as its position in alphabetical order, as label encoders number them.`,
        fix: 'If the model was trained on other codes, drop the encoded table, or export the model together with its encoder.',
        place,
      };
    case 'impossible':
      return { severity: 'error', code: 'type-mismatch', message: fit.reason, fix: 'Choose another column.', place };
    default:
      return fit satisfies never;
  }
}

/** The column as its slot needs it; the same object where nothing changes. */
export function convertColumn(column: Column, fit: Fit): Column {
  if (fit.kind === 'to text') return toText(column);
  if (fit.kind === 'to numbers' && column.kind === 'categorical') {
    const numbers = column.labels.map((label) => parseNumber(label.trim()));
    const values = Float64Array.from(column.codes, (code) => (code < 0 ? NaN : numbers[code]!));
    return { kind: 'numeric', name: column.name, role: column.role, ...narrowNumbers(values) };
  }
  return column;
}

function toText(column: Column): Column {
  const numbers = distinctNumbers(column, MAX_TEXT_LABELS);
  const { labels, order } = sortLabels(numbers.map((value) => numberText(column, value)));
  const codeOf = new Map(numbers.map((value, i) => [value, order[i]!]));
  const codes = new Int32Array(columnLength(column));
  for (let i = 0; i < codes.length; i++) codes[i] = codeOf.get(cellNumber(column, i)) ?? -1;
  return { kind: 'categorical', name: column.name, role: column.role, codes, labels };
}
