/** What a single text cell can be read as. */

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITY = /^([+-]?)(?:inf|infinity)$/i;
const DECIMAL_COMMA = /^[+-]?\d+,\d+(?:[eE][+-]?\d+)?$/;
const THOUSANDS = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/;

export type CellShape =
  | 'number'
  /** 007, 01234: an id or a code, not an amount. */
  | 'leading zero'
  /** Whole numbers that a float64 cannot hold. */
  | 'long integer'
  | 'decimal comma'
  /** 1,234 or 1,234,567.8; also counted where it could be a decimal comma. */
  | 'thousands'
  | 'boolean'
  | 'date'
  | 'text';

/** The usual cell, without a regular expression: an optional sign, digits, perhaps a point and digits; no leading zero. */
function isPlainNumber(text: string): boolean {
  const start = text.charCodeAt(0) === 45 ? 1 : 0;
  const end = text.length;
  let points = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 46 && i > start && i + 1 < end) points++;
    else if (code < 48 || code > 57) return false;
  }
  const leadingZero = text.charCodeAt(start) === 48 && end > start + 1 && text.charCodeAt(start + 1) !== 46;
  const short = points === 1 || end - start <= 15;
  return end > start && points <= 1 && short && !leadingZero;
}

export function shapeOf(text: string): CellShape {
  if (isPlainNumber(text)) return 'number';
  const first = text.charCodeAt(0);
  const startsNumeric = (first >= 48 && first <= 57) || first === 45 || first === 43 || first === 46;
  if (startsNumeric) {
    if (NUMBER.test(text)) {
      if (!INTEGER.test(text)) return 'number';
      if (/^[+-]?0\d/.test(text)) return 'leading zero';
      return text.length <= 15 || isExact(text.replace('+', '')) ? 'number' : 'long integer';
    }
    if (THOUSANDS.test(text)) return 'thousands';
    if (DECIMAL_COMMA.test(text)) return 'decimal comma';
    if (ISO_DATE.test(text) && !Number.isNaN(parseIsoDate(text))) return 'date';
    return INFINITY.test(text) ? 'number' : 'text';
  }
  if (text.length <= 8 && INFINITY.test(text)) return 'number';
  return text.length <= 5 && /^(?:true|false)$/i.test(text) ? 'boolean' : 'text';
}

/** A float64 holds the integer, or is what this text was printed from. */
function isExact(text: string): boolean {
  const value = Number(text);
  return String(value) === text || BigInt(value) === BigInt(text);
}

export function parseNumber(text: string): number {
  const value = Number(text);
  if (!Number.isNaN(value)) return value;
  const infinite = INFINITY.exec(text);
  return infinite === null ? NaN : infinite[1] === '-' ? -Infinity : Infinity;
}

/** Milliseconds since the epoch, times without a zone are taken as UTC; NaN when it is no real date. */
export function parseIsoDate(text: string): number {
  const match = ISO_DATE.exec(text);
  if (!match) return NaN;
  const part = (i: number): number => Number(match[i] ?? 0);
  const day = Date.UTC(part(1), part(2) - 1, part(3));
  const date = new Date(day);
  if (date.getUTCFullYear() !== part(1) || date.getUTCMonth() !== part(2) - 1 || date.getUTCDate() !== part(3)) return NaN;
  if (part(4) > 24 || part(5) > 59 || part(6) > 60) return NaN;
  const milliseconds = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
  const zone = match[8];
  const offset =
    zone === undefined || zone === 'Z' ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  return day + ((part(4) * 60 + part(5) - offset) * 60 + part(6)) * 1000 + milliseconds;
}
