import { peekText } from '#/formats/decode-text';
import { shapeOf } from '#/formats/tables/cell-text';
import { guessDelimiter } from '#/formats/tables/csv-rows';

/**
 * Text in rows of equally many cells. A single column counts only when it is a name over numbers, since prose
 * has one column too.
 */
export function looksLikeTable(bytes: Uint8Array): boolean {
  const head = peekText(bytes, 65536);
  const start = head.trimStart();
  if (start === '' || /[\u0000-\u0008\u000e-\u001f]/.test(head) || /^[[{<]/.test(start)) return false;
  const cut = bytes.length > 65536 ? head.lastIndexOf('\n') : head.length;
  const { rows, nFields, agreement } = guessDelimiter(head.slice(0, cut > 0 ? cut : head.length));
  if (rows.length < 2) return false;
  if (nFields > 1) return agreement > 0.5;
  return rows.slice(1).every((row) => row[0] === '' || shapeOf(row[0]!.trim()) === 'number');
}
