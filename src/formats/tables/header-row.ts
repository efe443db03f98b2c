/** Deciding whether the first row names the columns. */
import { blanknessOf } from '#/formats/tables/blanks';
import { shapeOf } from '#/formats/tables/cell-text';

interface HeaderDecision {
  readonly hasHeader: boolean;
  /** Nothing but the look of the row decided it: say so. */
  readonly unsure: boolean;
  /** R's write.table: rows start with a row name that the header does not name. */
  readonly rowNames: boolean;
}

function isNumeric(text: string | undefined): boolean {
  return text !== undefined && shapeOf(text.trim()) === 'number';
}

/**
 * @param rows - the first rows, cells as written
 */
export function decideHeader(rows: readonly (readonly string[])[]): HeaderDecision {
  const [first, ...rest] = rows;
  if (first === undefined) return { hasHeader: false, unsure: false, rowNames: false };
  const rowNames = rest.length > 0 && rest.every((row) => row.length === first.length + 1) && !first.some(isNumeric);
  if (rowNames) return { hasHeader: true, unsure: false, rowNames: true };
  let textOverNumbers = 0;
  let numberOverNumbers = 0;
  for (let i = 0; i < first.length; i++) {
    const below = rest.map((row) => row[i]?.trim() ?? '').filter((text) => blanknessOf(text) === 'value');
    if (below.length === 0 || below.filter(isNumeric).length < below.length * 0.9) continue;
    if (isNumeric(first[i])) numberOverNumbers++;
    else if (blanknessOf(first[i]!.trim()) === 'value' || first[i] === '') textOverNumbers++;
  }
  if (textOverNumbers > 0) return { hasHeader: true, unsure: textOverNumbers < numberOverNumbers, rowNames: false };
  if (numberOverNumbers > 0) return { hasHeader: false, unsure: false, rowNames: false };
  const filled = first.filter((text) => text.trim() !== '');
  const distinct = new Set(filled).size === filled.length && filled.length >= first.length - 1;
  // Text over text: a value that comes again below is data, not a name.
  const again = first.some((text, i) => rest.some((row) => row[i] === text));
  return { hasHeader: distinct && !again, unsure: true, rowNames: false };
}

/** Column names from a header: blanks named by position, repeated ones told apart. */
export function nameColumns(header: readonly string[]): { readonly names: readonly string[]; readonly repeated: readonly string[] } {
  const used = new Set<string>();
  const repeated: string[] = [];
  const names = header.map((text, i) => {
    const base = text.trim() === '' ? `Column ${i + 1}` : text.trim();
    let name = base;
    for (let n = 2; used.has(name); n++) name = `${base} (${n})`;
    if (name !== base) repeated.push(base);
    used.add(name);
    return name;
  });
  return { names, repeated };
}
