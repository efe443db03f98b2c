/** CSV, TSV and their relatives as a typed table. Two passes over the text: the first decides types, the second fills columns. */
import { throwIfAborted } from '#/base/abort';
import type { Finding } from '#/domain/study';
import type { Column, ColumnRole, Table } from '#/domain/table';
import { decodeText } from '#/formats/decode-text';
import { unreadable } from '#/formats/format-errors';
import { blanknessOf } from '#/formats/tables/blanks';
import { shapeOf } from '#/formats/tables/cell-text';
import { createBuilder } from '#/formats/tables/column-builder';
import type { ColumnPlan, ColumnSurvey } from '#/formats/tables/column-survey';
import { createSurvey, planColumn, surveyCell } from '#/formats/tables/column-survey';
import type { DelimiterGuess } from '#/formats/tables/csv-rows';
import { eachRow, guessDelimiter, lineOf } from '#/formats/tables/csv-rows';
import { decideHeader, nameColumns } from '#/formats/tables/header-row';
import { columnFindings } from '#/formats/tables/table-findings';

export interface ParsedTable {
  readonly table: Table;
  readonly findings: readonly Finding[];
}

const ID_NAME = /^(id|index|idx|uuid|guid|row ?(id|name|number)|unnamed: 0|.*[_ ]id)$/i;
/** A text column with more labels than this, most of them seen once, is no category. */
const MANY_LABELS = 1000;

/**
 * @param name - file name without folder
 * @throws LimpidError `UnreadableFile` with the line (ragged rows, open quotes, no rows) | `Aborted`
 */
export function readCsv(bytes: Uint8Array, name: string, signal?: AbortSignal): ParsedTable {
  const { text, encoding } = decodeText(bytes, name, true);
  const guess = guessDelimiter(text);
  const header = decideHeader(guess.rows.slice(0, 100));
  const findings: Finding[] = [];
  const note = (code: string, message: string, fix?: string, severity: Finding['severity'] = 'info'): void => {
    findings.push({ severity, code, message, ...(fix === undefined ? {} : { fix }), place: { file: name } });
  };
  if (encoding === 'windows-1252') {
    note(
      'encoding-guessed',
      'The text is not UTF-8; it was read as Windows-1252.',
      'Save the file as UTF-8 if letters look wrong.',
      'warning',
    );
  }
  const first = guess.rows[0] ?? [];
  const dataWidth = header.rowNames ? first.length + 1 : first.length;
  const headerCells = header.hasHeader ? (header.rowNames ? ['Row name', ...first] : first) : first.map(() => '');
  const { names, repeated } = nameColumns(headerCells);
  if (!header.hasHeader)
    note('no-header', 'The first row looks like data, so columns are named by position.', 'Add a row of names to the file.', 'warning');
  else if (header.unsure)
    note('header-guessed', 'The first row was taken as column names.', 'Add a row of names to the file if it is data.');
  if (repeated.length > 0)
    note('repeated-names', `Columns with the same name were told apart by a number: ${list(repeated)}.`, undefined, 'warning');
  const clean = cellCleaner(guess, header.hasHeader);
  if (clean.trims) note('spaces-trimmed', 'Every separator is followed by a space; the spaces were left out of the cells.');

  const context: PassContext = { text, guess, name, width: dataWidth, hasHeader: header.hasHeader, clean: clean.clean, signal };
  const { nRows, surveys } = surveyRows(context);
  if (nRows === 0) throw unreadable('The table has no rows.', { file: name, hint: 'Save the table with its data.' });
  const plans = surveys.map((survey) => planColumn(survey, guess.delimiter === ','));
  const columns = fillColumns(context, names, surveys, plans, nRows);
  for (const [i, column] of columns.entries()) findings.push(...columnFindings(column, surveys[i]!, plans[i]!, name));
  return { table: { name, nRows, columns }, findings };
}

interface PassContext {
  readonly text: string;
  readonly guess: DelimiterGuess;
  readonly name: string;
  readonly width: number;
  readonly hasHeader: boolean;
  readonly clean: (cell: string) => string;
  readonly signal: AbortSignal | undefined;
}

/** All data rows of exactly `width` cells. */
function eachDataRow(context: PassContext, onRow: (cells: readonly string[], row: number) => void): number {
  let row = context.hasHeader ? -1 : 0;
  eachRow(context.text, context.guess.delimiter, context.name, (cells, start) => {
    if (row % 4096 === 0) throwIfAborted(context.signal);
    if (row >= 0) {
      if (cells.length !== context.width) {
        throw unreadable(`A row has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'} where ${context.width} are expected.`, {
          file: context.name,
          at: `line ${lineOf(context.text, start)}`,
          hint: `Cells are separated by ${describeDelimiter(context.guess.delimiter)}; quote cells that contain it.`,
        });
      }
      onRow(cells, row);
    }
    row++;
    return undefined;
  });
  return Math.max(row, 0);
}

function surveyRows(context: PassContext): { readonly nRows: number; readonly surveys: readonly ColumnSurvey[] } {
  const surveys = Array.from({ length: context.width }, createSurvey);
  const nRows = eachDataRow(context, (cells) => {
    for (let i = 0; i < cells.length; i++) surveyCell(surveys[i]!, context.clean(cells[i]!));
  });
  return { nRows, surveys };
}

function fillColumns(
  context: PassContext,
  names: readonly string[],
  surveys: readonly ColumnSurvey[],
  plans: readonly ColumnPlan[],
  nRows: number,
): readonly Column[] {
  const builders = plans.map((plan, i) => createBuilder(plan, surveys[i]!, nRows));
  eachDataRow(context, (cells, row) => {
    for (let i = 0; i < cells.length; i++) builders[i]!.set(row, context.clean(cells[i]!));
  });
  return builders.map((builder, i) => {
    const column = builder.finish(names[i]!, 'feature');
    const role = guessRole(column, nRows);
    return role === column.role ? column : { ...column, role };
  });
}

function guessRole(column: Column, nRows: number): ColumnRole {
  const idName = ID_NAME.test(column.name) || column.name === 'Row name';
  if (column.kind === 'categorical') {
    if (idName && column.labels.length === nRows) return 'id';
    return column.labels.length > MANY_LABELS && column.labels.length > nRows / 2 ? 'ignored' : 'feature';
  }
  if (column.kind !== 'numeric' || !column.integer || !(idName || column.name === 'Column 1')) return 'feature';
  return new Set<number>(column.values).size === nRows && nRows > 1 ? 'id' : 'feature';
}

/** Space around a cell never hides a number or a blank; around words it is kept unless every separator has it. */
function cellCleaner({ rows }: DelimiterGuess, hasHeader: boolean): { readonly trims: boolean; readonly clean: (cell: string) => string } {
  const body = rows.slice(hasHeader ? 1 : 0);
  const trims = body.length > 0 && body.every((row) => row.length > 1 && row.every((cell, i) => i === 0 || cell.startsWith(' ')));
  const clean = (cell: string): string => {
    if (cell.length === 0 || (cell.charCodeAt(0) > 32 && cell.charCodeAt(cell.length - 1) > 32)) return cell;
    const trimmed = cell.trim();
    return trims || blanknessOf(trimmed) !== 'value' || shapeOf(trimmed) !== 'text' ? trimmed : cell.replace(/\r$/, '');
  };
  return { trims, clean };
}

function describeDelimiter(delimiter: string): string {
  return delimiter === '\t' ? 'tabs' : `"${delimiter}"`;
}

function list(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
