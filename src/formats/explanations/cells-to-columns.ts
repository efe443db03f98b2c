/** Rows of JSON cells as typed columns. */
import type { Finding } from '#/domain/study';
import type { Column, ColumnRole } from '#/domain/table';
import { finding } from '#/formats/explanations/raw-explanation';
import { isArray, scalarText } from '#/formats/json-shape';
import { blanknessOf, mostFrequentText } from '#/formats/tables/blanks';
import { sortLabels } from '#/formats/tables/column-builder';
import { narrowNumbers } from '#/formats/tables/narrow';

type Cells = readonly (readonly unknown[])[];

/**
 * A column is numbers when every cell is a number or missing, booleans when every cell is one, else categories. With a
 * map its cells are positions in the labels (or labels).
 * @param names - distinct, one a column
 */
export function cellsToColumns(
  cells: Cells,
  names: readonly string[],
  categoricalMap: ReadonlyMap<number, readonly string[]>,
  role: ColumnRole,
): { readonly columns: readonly Column[]; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const columns = names.map((name, j) => {
    const map = categoricalMap.get(j);
    if (map !== undefined) return mappedColumn(cells, j, name, role, map);
    const kind = kindOf(cells, j);
    if (kind === 'numeric') return numericColumn(cells, j, name, role, findings);
    return kind === 'boolean' ? booleanColumn(cells, j, name, role) : categoricalColumn(cells, j, name, role, findings);
  });
  return { columns, findings };
}

function kindOf(cells: Cells, j: number): 'numeric' | 'boolean' | 'categorical' {
  let numbers = 0;
  let booleans = 0;
  for (const row of cells) {
    const cell = row[j];
    if (typeof cell === 'number') numbers++;
    else if (typeof cell === 'boolean') booleans++;
    else if (typeof cell === 'string' && blanknessOf(cell.trim()) === 'value') return 'categorical';
  }
  return booleans > 0 && numbers === 0 ? 'boolean' : 'numeric';
}

function noteBlanks(written: ReadonlyMap<string, number>, name: string, findings: Finding[]): void {
  let count = 0;
  for (const [text, times] of written) if (text !== '') count += times;
  if (count === 0) return;
  const text = mostFrequentText(written);
  findings.push(
    finding(
      'info',
      'blanks-as-text',
      `${name}: ${count} ${count === 1 ? 'cell holds' : 'cells hold'} "${text}" and ${count === 1 ? 'was' : 'were'} read as missing.`,
      undefined,
      `column ${name}`,
    ),
  );
}

function numericColumn(cells: Cells, j: number, name: string, role: ColumnRole, findings: Finding[]): Column {
  const values = new Float64Array(cells.length);
  const written = new Map<string, number>();
  for (const [i, row] of cells.entries()) {
    const cell = row[j];
    if (typeof cell === 'string') written.set(cell.trim(), (written.get(cell.trim()) ?? 0) + 1);
    values[i] = typeof cell === 'number' ? cell : typeof cell === 'boolean' ? Number(cell) : NaN;
  }
  noteBlanks(written, name, findings);
  return { kind: 'numeric', name, role, ...narrowNumbers(values) };
}

function booleanColumn(cells: Cells, j: number, name: string, role: ColumnRole): Column {
  return { kind: 'boolean', name, role, values: Uint8Array.from(cells, (row) => (typeof row[j] === 'boolean' ? Number(row[j]) : 255)) };
}

function categoricalColumn(cells: Cells, j: number, name: string, role: ColumnRole, findings: Finding[]): Column {
  const seen = new Map<string, number>();
  const written = new Map<string, number>();
  const codes = new Int32Array(cells.length);
  for (const [i, row] of cells.entries()) {
    const text = cellLabel(row[j]);
    if (text === null || blanknessOf(text.trim()) !== 'value') {
      codes[i] = -1;
      written.set(text?.trim() ?? '', (written.get(text?.trim() ?? '') ?? 0) + 1);
      continue;
    }
    const known = seen.get(text) ?? seen.size;
    seen.set(text, known);
    codes[i] = known;
  }
  const { labels, order } = sortLabels([...seen.keys()]);
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) codes[i] = order[codes[i]!]!;
  noteBlanks(written, name, findings);
  const missingText = mostFrequentText(written);
  return { kind: 'categorical', name, role, codes, labels, ...(missingText === '' ? {} : { missingText }) };
}

/** Lists and objects are no cells of a table, but their text tells them apart. */
function cellLabel(cell: unknown): string | null {
  return scalarText(cell) ?? (isArray(cell) ? JSON.stringify(cell) : null);
}

function mappedColumn(cells: Cells, j: number, name: string, role: ColumnRole, map: readonly string[]): Column {
  const labels = [...map];
  const positions = new Map(labels.map((label, i) => [label, i]));
  const codes = Int32Array.from(cells, (row) => {
    const cell = row[j];
    if (typeof cell === 'number') return Number.isInteger(cell) && cell >= 0 && cell < map.length ? cell : -1;
    const text = scalarText(cell);
    if (text === null) return -1;
    const known = positions.get(text) ?? labels.length;
    if (known === labels.length) {
      positions.set(text, known);
      labels.push(text);
    }
    return known;
  });
  return { kind: 'categorical', name, role, codes, labels };
}
