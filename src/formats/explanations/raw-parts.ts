/** Pieces of JSON that several formats share, as parts of a `RawExplanation`. */
import { isLimpidError } from '#/base/errors';
import type { Finding } from '#/domain/study';
import { inconsistent, unreadable } from '#/formats/format-errors';
import type { NumberArray } from '#/formats/json-shape';
import { isArray, toNumber, toNumberArray } from '#/formats/json-shape';

/**
 * Reads parts one by one: a damaged part is left out with a finding that says where, and the others still open.
 * @param findings - added to
 */
export function partReader(findings: Finding[]): <T>(what: string, read: () => T | null) => T | null {
  return (what, read) => {
    try {
      return read();
    } catch (error) {
      if (!isLimpidError(error, 'InconsistentData') && !isLimpidError(error, 'UnreadableFile')) throw error;
      findings.push({
        severity: 'error',
        code: 'part-left-out',
        message: `The ${what} are left out: ${error.message}`,
        ...(error.hint === undefined ? {} : { fix: error.hint }),
        ...(error.place === undefined ? {} : { place: error.place }),
      });
      return null;
    }
  };
}

/** Rows of cells; every row must have as many. Null when there are none. */
export function readCells(value: unknown, file: string, path: string): readonly (readonly unknown[])[] | null {
  if (!isArray(value) || value.length === 0) return null;
  const width = isArray(value[0]) ? value[0].length : -1;
  for (const [i, row] of value.entries()) {
    if (!isArray(row))
      throw unreadable('Expected a list of cells.', { file, at: `${path}[${i}]`, hint: 'Save the data as a list of rows.' });
    if (row.length !== width) {
      throw inconsistent(`Row ${i} has ${row.length} cells, the first row ${width}.`, {
        file,
        at: `${path}[${i}]`,
        hint: 'Every row must have the same number of cells.',
      });
    }
  }
  return width === 0 ? null : (value as readonly (readonly unknown[])[]);
}

/** A flat list; one-element rows ([[1], [0]]) are unwrapped. Null when there is none. */
export function readList(value: unknown): readonly unknown[] | null {
  if (!isArray(value) || value.length === 0) return null;
  return value.every((item) => isArray(item) && item.length === 1) ? value.map((item) => (item as readonly unknown[])[0]) : value;
}

/** Local scores: two or three axes. Null when absent or empty. */
export function readLocalScores(value: unknown, file: string, path: string): NumberArray | null {
  if (!isArray(value) || value.length === 0) return null;
  const scores = toNumberArray(value, file, path, 3);
  if (scores.shape.length < 2) {
    throw unreadable('Local values need rows and features.', {
      file,
      at: path,
      hint: 'Expected a list of rows, or a list of rows for every class.',
    });
  }
  return scores.data.length === 0 ? null : scores;
}

/** Rows of probabilities; a flat list is one column. */
export function readProbabilities(value: unknown, file: string, path: string): NumberArray | null {
  if (!isArray(value) || value.length === 0) return null;
  const found = toNumberArray(value, file, path, 2);
  return found.shape.length === 1 ? { shape: [found.shape[0]!, 1], data: found.data } : found;
}

/** A base value or a list of them, also ragged ([[2.1], [-2.1]]). */
export function readBase(value: unknown): readonly number[] | null {
  const flat: number[] = [];
  const visit = (item: unknown, depth: number): void => {
    if (isArray(item) && depth < 3) for (const inner of item) visit(inner, depth + 1);
    else {
      const number = toNumber(item);
      if (number !== null && item !== null && item !== undefined) flat.push(number);
    }
  };
  visit(value, 0);
  return flat.length === 0 ? null : flat;
}
