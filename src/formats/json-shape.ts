/** Reading unknown JSON without trusting it: own properties only, bounded depth, tagged errors with the JSON path. */
import { inconsistent, unreadable } from '#/formats/format-errors';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** An own property, undefined for anything else (inherited `constructor`, `__proto__`). */
export function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function ownString(value: unknown, key: string): string | null {
  const found = own(value, key);
  return typeof found === 'string' ? found : null;
}

/** A scalar as the text a person reads; null for null, NaN, objects and arrays. */
export function scalarText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isNaN(value) ? null : String(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return null;
}

/** Names as text: numbers are written out, anything else becomes ''. Null when the value is no list. */
export function textList(value: unknown): readonly string[] | null {
  return isArray(value) ? value.map((item) => scalarText(item) ?? '') : null;
}

/** A number, also from what Python tools write for missing or infinite; null means it is no number at all. */
export function toNumber(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (value === null || value === undefined) return NaN;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return null;
  const text = value.trim().toLowerCase();
  if (text === '' || text === 'nan' || text === 'none' || text === 'null') return NaN;
  if (text === 'inf' || text === '+inf' || text === 'infinity') return Infinity;
  if (text === '-inf' || text === '-infinity') return -Infinity;
  const number = Number(text);
  return Number.isNaN(number) ? null : number;
}

/** Numbers with a shape, row-major. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** No array of an import is longer (1 GiB of float64). */
const MAX_NUMBERS = 2 ** 27;

/**
 * Nested lists as one block of numbers; null and NaN stay NaN.
 * @throws LimpidError `InconsistentData` (ragged) | `UnreadableFile` (no number) with the JSON path
 */
export function toNumberArray(value: unknown, file: string, path: string, maxRank = 3): NumberArray {
  const shape: number[] = [];
  for (let inner = value; isArray(inner) && shape.length < maxRank; inner = inner[0]) shape.push(inner.length);
  const total = shape.reduce((product, size) => product * size, 1);
  if (total > MAX_NUMBERS) throw unreadable(`The list would hold ${total} numbers, more than can be opened.`, { file, at: path });
  const data = new Float64Array(total);
  let at = 0;
  const fill = (inner: unknown, depth: number, where: string): void => {
    if (depth === shape.length) {
      const number = toNumber(inner);
      if (number === null) throw unreadable('Expected a number.', { file, at: where, hint: 'Save numeric values only.' });
      data[at++] = number;
      return;
    }
    if (!isArray(inner) || inner.length !== shape[depth]) {
      throw inconsistent(
        `Expected a list of ${shape[depth] ?? 0}, found ${isArray(inner) ? `a list of ${inner.length}` : 'something else'}.`,
        {
          file,
          at: where,
          hint: 'Every row must have the same number of values.',
        },
      );
    }
    for (let i = 0; i < inner.length; i++) fill(inner[i], depth + 1, depth < 2 ? `${where}[${i}]` : where);
  };
  fill(value, 0, path);
  return { shape, data };
}
