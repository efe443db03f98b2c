import { selectQuantiles } from '#/math/quantiles';
import type { BoxStats } from './plot';

/**
 * Quartiles by linear interpolation, whiskers at the furthest values within 1.5 IQR of the box, the mean.
 * @param values - finite, at least one; reordered in place
 */
export function boxStats(label: string, values: Float64Array): BoxStats {
  const [q1, median, q3] = selectQuantiles(values, [0.25, 0.5, 0.75]) as [number, number, number];
  const reach = 1.5 * (q3 - q1);
  let low = q1;
  let high = q3;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    sum += value;
    if (value < low && value >= q1 - reach) low = value;
    if (value > high && value <= q3 + reach) high = value;
  }
  return { label, n: values.length, mean: sum / values.length, q1, median, q3, low, high };
}

/** A box without rows: n 0, all else NaN. */
export function emptyBox(label: string): BoxStats {
  return { label, n: 0, mean: NaN, q1: NaN, median: NaN, q3: NaN, low: NaN, high: NaN };
}
