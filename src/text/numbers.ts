/** Values of cells and importances as words, on top of text/format. */
import { count, exact, short } from '#/text/format';

export const MISSING = 'missing';

/** Three significant digits; whole numbers below 100,000 keep all theirs. */
export function formatNumber(x: number): string {
  if (Number.isNaN(x)) return MISSING;
  return Number.isInteger(x) && Math.abs(x) < 1e5 ? exact(x) : short(x);
}

/** With its sign always shown: `+0.42`, `−1.3`, `0`. */
export function formatSigned(x: number): string {
  return x > 0 ? `+${formatNumber(x)}` : formatNumber(x);
}

/** Every digit that matters: of a float32 those that tell it apart from other float32, not the rest of its double. */
export function formatFull(x: number): string {
  if (Number.isNaN(x)) return MISSING;
  const size = Math.abs(x);
  if (size > 0 && (size < 1e-6 || size >= 1e15)) return String(x).replace(/^-/, '−');
  if (Number.isInteger(x) || Math.fround(x) !== x) return exact(x);
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(x.toPrecision(digits));
    if (Math.fround(shorter) === x) return exact(shorter);
  }
  return exact(Number(x.toPrecision(9)));
}

/** A cell of the data: whole numbers below 10,000 have no separators, so that a year stays a year. */
export function formatCell(x: number, digits: 'short' | 'full'): string {
  if (Number.isInteger(x) && Math.abs(x) < 10_000) return String(x).replace(/^-/, '−');
  return digits === 'short' ? formatNumber(x) : formatFull(x);
}

/** A range of whole numbers that reads like years: no thousands separators. */
export function looksLikeYears(integer: boolean, min: number, max: number): boolean {
  return integer && min >= 1500 && max <= 2200;
}

export function formatCount(n: number): string {
  return count(n);
}

/** ISO day, with the time when it is not midnight. */
export function formatDate(milliseconds: number): string {
  if (Number.isNaN(milliseconds)) return MISSING;
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return formatFull(milliseconds);
  const text = date.toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ');
}
