/** Papa Parse behind two functions: which character separates cells, and rows one by one with their line. */
import Papa from 'papaparse';
import { unreadable } from '#/formats/format-errors';

const DELIMITERS = [',', ';', '\t', '|'] as const;
type Delimiter = (typeof DELIMITERS)[number];

export interface DelimiterGuess {
  readonly delimiter: Delimiter;
  readonly nFields: number;
  /** Share of the sampled rows that have `nFields` cells. */
  readonly agreement: number;
  readonly rows: readonly (readonly string[])[];
}

/** The delimiter under which the first rows agree best on their number of cells; more cells win ties. */
export function guessDelimiter(text: string): DelimiterGuess {
  const sample = text.length > 65536 ? text.slice(0, text.lastIndexOf('\n', 65536) + 1 || 65536) : text;
  let best: DelimiterGuess | null = null;
  for (const delimiter of DELIMITERS) {
    const rows = Papa.parse<string[]>(sample, { delimiter, preview: 200, skipEmptyLines: true }).data;
    const counts = new Map<number, number>();
    for (const row of rows) counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
    const [nFields, agreeing] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [1, 0];
    const guess = { delimiter, nFields, agreement: rows.length === 0 ? 0 : agreeing / rows.length, rows };
    if (best === null || better(guess, best)) best = guess;
  }
  return best!;
}

function better(a: DelimiterGuess, b: DelimiterGuess): boolean {
  if (a.nFields > 1 !== b.nFields > 1) return a.nFields > 1 && a.agreement > 0.5;
  if (Math.abs(a.agreement - b.agreement) > 0.02) return a.agreement > b.agreement;
  return a.nFields > b.nFields;
}

/**
 * Calls `onRow` for every row that is not an empty line.
 * @param onRow - `start` is the character where the row begins; return false to stop
 * @throws LimpidError `UnreadableFile` (a quote that never ends) with its line
 */
export function eachRow(
  text: string,
  delimiter: Delimiter,
  file: string,
  onRow: (cells: string[], start: number) => boolean | undefined,
): void {
  let start = 0;
  Papa.parse<string[]>(text, {
    delimiter,
    step: ({ data, errors, meta }, parser) => {
      const quote = errors.find((error) => error.type === 'Quotes');
      if (quote !== undefined) {
        throw unreadable('A quoted cell is not closed properly.', {
          file,
          at: `line ${lineOf(text, start)}`,
          hint: 'Double the quotes inside of a cell ("") and close every quoted cell.',
        });
      }
      const rowStart = start;
      start = meta.cursor;
      const emptyLine = data.length === 1 && data[0] === '';
      if (!emptyLine && onRow(data, rowStart) === false) parser.abort();
    },
  });
}

/** Line of a character, counted from 1; quoted line breaks count as lines, as editors show them. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  if (line === 1 && offset > 0) {
    for (let at = text.indexOf('\r'); at >= 0 && at < offset; at = text.indexOf('\r', at + 1)) line++;
  }
  return line;
}
