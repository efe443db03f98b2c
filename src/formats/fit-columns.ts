/** Where the kind of a column and the type of the model input it fills differ: what is done about it, and how to say so. */
import type { Finding } from '#/domain/study';
import type { Column } from '#/domain/table';
import { cellNumber, columnLength } from '#/domain/table';
import { distinctNumbers, numberText } from '#/formats/column-facts';
import type { CardSlot } from '#/formats/draft';
import type { CategoryCodes } from '#/formats/models/category-codes';
import { codesOfLabels } from '#/formats/models/category-codes';
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
  /** The model numbers categories itself: labels are looked up, those it does not know are named. */
  | { readonly kind: 'by label'; readonly unknown: readonly string[] }
  /** The same for numbers that are categories: cells become labels first. */
  | { readonly kind: 'to labels'; readonly unknown: readonly string[] }
  /** Numbers where the model knows categories by other names: they are its codes. */
  | { readonly kind: 'as codes' }
  | { readonly kind: 'impossible'; readonly reason: string };

/** @param codes - how the model numbers the slot's categories; null for numbers and where it does not say */
export function fitColumn(column: Column, slot: CardSlot, codes: CategoryCodes | null = null): Fit {
  if (codes !== null && column.kind !== 'datetime') {
    const fit = fitCategories(column, codes);
    if (fit !== null) return fit;
  }
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

/** Null where the column's numbers go to the model as they are. */
function fitCategories(column: Exclude<Column, { kind: 'datetime' }>, codes: CategoryCodes): Fit | null {
  const texts =
    column.kind === 'categorical' ? column.labels : distinctNumbers(column, MAX_TEXT_LABELS + 1).map((value) => numberText(column, value));
  const found = codesOfLabels(codes, texts);
  const knows = found.some((code) => code !== null);
  // Hashes are of the categories that some tree tests: others are nothing to warn of.
  const unknown = codes.kind === 'hashes' && (knows || codes.hashes.length === 0) ? [] : texts.filter((_, i) => found[i] === null);
  if (column.kind === 'numeric') {
    // A hash is of text alone; a list of names may also be met by its positions.
    if (!knows && codes.kind === 'labels') return { kind: 'as codes' };
    return texts.length > MAX_TEXT_LABELS
      ? {
          kind: 'impossible',
          reason: `The model reads categories for ${column.name}, which holds more than ${MAX_TEXT_LABELS} different numbers.`,
        }
      : { kind: 'to labels', unknown };
  }
  if (!knows && codes.kind === 'labels' && texts.every((text) => shapeOf(text.trim()) === 'number')) return null;
  return { kind: 'by label', unknown };
}

/** Labels that a finding names at most. */
const MAX_NAMED = 5;

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
    case 'by label':
    case 'to labels': {
      if (fit.unknown.length === 0) return null;
      const named = fit.unknown.slice(0, MAX_NAMED).map((label) => (label === '' ? 'blank text' : label));
      const more = fit.unknown.length > MAX_NAMED ? ` and ${fit.unknown.length - MAX_NAMED} more` : '';
      return {
        severity: 'warning',
        code: 'unknown-categories',
        message: `${column.name} holds categories that the model does not tell apart from unknown ones: ${named.join(', ')}${more}.`,
        fix: 'Their rows are predicted as the library predicts categories it has not seen. If the labels are only written differently, change them in the table.',
        place,
      };
    }
    case 'as codes':
      return {
        severity: 'info',
        code: 'numbers-as-codes',
        message: `${column.name} holds numbers where the model knows categories by name; they are passed on as its category codes.`,
        fix: 'To see names, drop a table with the labels that the model was trained on.',
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
  if (fit.kind === 'to text' || fit.kind === 'to labels') return toText(column);
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
