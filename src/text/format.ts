/** Numbers, sizes and times as people read them. One locale (`en`), so that pictures and tests agree everywhere. */
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const three = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const full = new Intl.NumberFormat('en', { maximumSignificantDigits: 17 });
const percents = new Intl.NumberFormat('en', { style: 'percent', maximumSignificantDigits: 3 });
const moments = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });

/** A true minus sign, as wide as a plus. */
function withMinus(text: string): string {
  return text.replace('-', '−');
}

/** `48,842` */
export function count(n: number): string {
  return whole.format(n);
}

/** `1 row`, `48,842 rows` */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Three significant digits; very small and very large values in powers of ten (`2e−7`). */
export function short(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? '–' : x > 0 ? '∞' : '−∞';
  const size = Math.abs(x);
  // Six digits first: a float32 and the double it came from (0.98749999 and 0.9875) read the same.
  return withMinus(
    size !== 0 && (size < 1e-4 || size >= 1e9)
      ? Number(x.toPrecision(2)).toExponential().replace('e+', 'e')
      : three.format(Number(x.toPrecision(6))),
  ).replace('e-', 'e−');
}

/** Every digit that matters, for tables and tool-tips. */
export function exact(x: number): string {
  return Number.isNaN(x) ? '–' : withMinus(full.format(x));
}

export function percent(share: number): string {
  return Number.isNaN(share) ? '–' : withMinus(percents.format(share));
}

/** `950 B`, `1.38 MB` */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = n;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${three.format(value)} ${units[unit] ?? 'GB'}`;
}

/** `under 1 s`, `12 s`, `3 min`, `2 h`; empty when unknown. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 1) return 'under 1 s';
  if (seconds < 90) return `${whole.format(seconds)} s`;
  if (seconds < 5400) return `${whole.format(seconds / 60)} min`;
  return `${three.format(seconds / 3600)} h`;
}

/** Local time, for lists of what was saved when. */
export function moment(milliseconds: number): string {
  return moments.format(milliseconds);
}

/** `from 1,200 of 48,842 rows`, `all 48,842 rows` */
export function coverage(used: number, total: number): string {
  return used === total ? `all ${plural(total, 'row')}` : `from ${count(used)} of ${plural(total, 'row')}`;
}
