import type { Legend } from '#/charts/chart';
import { finiteValues, selectQuantiles, thinned } from '#/math/quantiles';
import { classColour, rampColour, rgbOf, type ChartTheme } from '#/charts/theme';
import { MISSING_LABEL, visibleLabel } from '#/text/labels';
import { withUnit } from '#/text/coverage';
import { formatCount, formatCell, formatDate, formatNumber, looksLikeYears } from '#/text/numbers';
import type { AxisInfo } from '#/queries/axis';

/** How values of one axis become colours. */
export interface ColourScale {
  colourOf(value: number): string;
  rgbOf(value: number): readonly [number, number, number];
  readonly legend: Legend | null;
}

const STEPS = 64;

/**
 * Colours for an axis: a ramp from its smallest to its largest value, or one colour a category. NaN is grey; 0, false and
 * the empty label are values like any other.
 * @param counts - rows behind each value where values belong to cells: empty ones are not missing
 */
export function colourScaleOf(
  axis: AxisInfo | null,
  theme: ChartTheme,
  present: ArrayLike<number> | null,
  counts: ArrayLike<number> | null = null,
): ColourScale {
  if (axis === null || present === null) {
    const rgb = rgbOf(theme.mark);
    return { colourOf: () => theme.mark, rgbOf: () => rgb, legend: null };
  }
  let missing = false;
  for (let i = 0; i < present.length && !missing; i++) missing = Number.isNaN(present[i]!) && counts?.[i] !== 0;
  if (axis.kind === 'categorical') {
    const colours = axis.labels.map((_, code) => classColour(code, theme));
    const rgbs = colours.map(rgbOf);
    const missingRgb = rgbOf(theme.missing);
    return {
      colourOf: (value) => (Number.isNaN(value) ? theme.missing : (colours[value] ?? theme.other)),
      rgbOf: (value) => (Number.isNaN(value) ? missingRgb : (rgbs[value] ?? rgbOf(theme.other))),
      legend: { kind: 'classes', title: axis.label, items: legendItems(axis.labels, theme, missing) },
    };
  }
  const [low, high] = robustRange(present, axis);
  const span = high - low;
  const ramp = rampColours(theme);
  const rgbs = ramp.map(rgbOf);
  const missingRgb = rgbOf(theme.missing);
  const step = (value: number): number => {
    if (Number.isNaN(value)) return -1;
    const t = span > 0 ? (value - low) / span : 0.5;
    return Math.max(0, Math.min(STEPS - 1, Math.round(t * (STEPS - 1))));
  };
  const plain = looksLikeYears(axis.integer, axis.min, axis.max);
  const text = (value: number): string =>
    plain ? String(Math.round(value)) : axis.kind === 'datetime' ? formatDate(value) : formatNumber(value);
  const ends = [`${low > axis.min ? '≤ ' : ''}${text(low)}`, `${high < axis.max ? '≥ ' : ''}${text(high)}`] as const;
  return {
    colourOf: (value) => ramp[step(value)] ?? theme.missing,
    rgbOf: (value) => rgbs[step(value)] ?? missingRgb,
    legend: rampLegend(withUnit(axis.label, axis.unit), ...ends, theme, missing),
  };
}

/** 2nd to 98th percentile of the drawn values, so that a few extremes do not take the whole ramp; the full range when that has no inside. */
function robustRange(present: ArrayLike<number>, axis: AxisInfo): readonly [number, number] {
  const sample = thinned(finiteValues(Float64Array.from(present)), 20_000);
  const [low = NaN, high = NaN] = selectQuantiles(sample, [0.02, 0.98]);
  return high > low ? [low, high] : [axis.min, axis.max];
}

/** The ramp in equal steps, low to high. */
export function rampColours(theme: ChartTheme, steps = STEPS): string[] {
  return Array.from({ length: steps }, (_, i) => rampColour(i / (steps - 1), theme));
}

export function rampLegend(title: string, low: string, high: string, theme: ChartTheme, missing: boolean): Legend {
  return {
    kind: 'ramp',
    title,
    low,
    high,
    colours: rampColours(theme, 12),
    missing: missing ? MISSING_LABEL : null,
    missingColour: theme.missing,
  };
}

/** At most ten named colours, then one entry for the rest. */
export function legendItems(labels: readonly string[], theme: ChartTheme, missing: boolean): { label: string; colour: string }[] {
  const named = labels
    .slice(0, theme.classes.length)
    .map((label, code) => ({ label: visibleLabel(label), colour: classColour(code, theme) }));
  const rest = labels.length - named.length;
  if (rest > 0) named.push({ label: `${formatCount(rest)} more`, colour: theme.other });
  if (missing) named.push({ label: MISSING_LABEL, colour: theme.missing });
  return named;
}

/** A value of an axis as a person reads it, with every digit. */
export function axisValueText(axis: AxisInfo, value: number): string {
  if (Number.isNaN(value)) return MISSING_LABEL;
  switch (axis.kind) {
    case 'categorical':
      return visibleLabel(axis.labels[value] ?? String(value));
    case 'datetime':
      return formatDate(value);
    case 'numeric':
      return formatCell(value, 'full');
    default:
      return axis.kind satisfies never;
  }
}

/** The same for tables: a number where it is one. */
export function axisValueCell(axis: AxisInfo, value: number): string | number | null {
  if (Number.isNaN(value)) return null;
  if (axis.kind === 'numeric') return value;
  return axis.kind === 'datetime' ? formatDate(value) : (axis.labels[value] ?? String(value));
}
