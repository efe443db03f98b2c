/** A share that was counted, with its confidence interval. */
export interface Proportion {
  /** NaN when nothing was counted. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly hits: number;
  readonly total: number;
}

/** Two-sided 95 % of the normal distribution. */
const Z95 = 1.959963984540054;

/**
 * A counted share with its Wilson score interval (Wilson 1927; statsmodels proportion_confint(method="wilson")).
 * @param z - half width in standard errors; default: 95 %, two-sided
 * @returns in [0, 1]; value NaN and the interval [0, 1] when `total` is 0
 */
export function proportionOf(hits: number, total: number, z = Z95): Proportion {
  if (total === 0) return { value: NaN, low: 0, high: 1, hits, total };
  const value = hits / total;
  const shrink = 1 / (1 + (z * z) / total);
  const centre = shrink * (value + (z * z) / (2 * total));
  const half = shrink * z * Math.sqrt((value * (1 - value)) / total + (z * z) / (4 * total * total));
  return {
    value,
    low: hits === 0 ? 0 : Math.max(0, centre - half),
    high: hits === total ? 1 : Math.min(1, centre + half),
    hits,
    total,
  };
}
