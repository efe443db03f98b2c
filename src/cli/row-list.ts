import { readFile } from 'node:fs/promises';
import { LimpidError } from '#/base/errors';
import { UsageError } from '#/cli/usage-error';

/**
 * Rows of the data file, counted from 0: `A:B` half open (either side may be left out), a comma list, or `@file.json` with a
 * JSON list.
 * @param nRows - rows of the data file; the end of an open range
 * @throws UsageError for a text that means no rows | LimpidError `BadRequest` for rows that the data do not have
 */
export async function readRowList(option: string, text: string, nRows: number): Promise<readonly number[]> {
  const rows = text.startsWith('@') ? await rowsOfFile(option, text.slice(1)) : rowsOfText(option, text, nRows);
  if (rows.length === 0) throw new UsageError(`--${option} ${text} names no row.`);
  const wrong = rows.find((row) => row >= nRows);
  if (wrong !== undefined) {
    throw new LimpidError({
      tag: 'BadRequest',
      message: `--${option}: the data have no row ${wrong}.`,
      hint: `Rows count from 0 to ${nRows - 1}; the header is not counted.`,
    });
  }
  return rows;
}

function rowsOfText(option: string, text: string, nRows: number): readonly number[] {
  const range = /^(\d*):(\d*)$/.exec(text);
  if (range !== null) {
    const start = range[1] === '' ? 0 : Number(range[1]);
    const end = range[2] === '' ? nRows : Number(range[2]);
    // An end beyond the data names rows that are not there; the caller says so.
    return Array.from({ length: Math.max(0, Math.min(end, nRows + 1) - start) }, (_, i) => start + i);
  }
  if (!/^\d+(,\d+)*$/.test(text)) throw new UsageError(`--${option} takes A:B, a comma list such as 0,5,7, or @file.json, not "${text}".`);
  return text.split(',').map(Number);
}

async function rowsOfFile(option: string, path: string): Promise<readonly number[]> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new LimpidError(
      {
        tag: 'UnreadableFile',
        message: `--${option}: ${path} cannot be read as JSON.`,
        hint: 'It must hold a list of row numbers.',
        place: { file: path },
      },
      error,
    );
  }
  if (!Array.isArray(value) || !value.every((row: unknown) => typeof row === 'number' && Number.isInteger(row) && row >= 0))
    throw new LimpidError({
      tag: 'UnreadableFile',
      message: `--${option}: ${path} is no list of row numbers.`,
      hint: 'Write for example [0, 5, 7].',
      place: { file: path },
    });
  return value as readonly number[];
}
