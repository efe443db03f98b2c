import { fromRows } from '#/text/coverage';
import { inSentence } from '#/text/labels';
import { formatCount, formatNumber, formatSigned } from '#/text/numbers';

interface Coverage {
  readonly used: number;
  readonly total: number;
}

function missingRows(missing: number): string {
  return missing === 0
    ? ''
    : ` ${formatCount(missing)} ${missing === 1 ? 'row' : 'rows'} without a value ${missing === 1 ? 'is' : 'are'} left out.`;
}

/** Words for |Spearman correlation|. */
function strength(correlation: number): string {
  const size = Math.abs(correlation);
  if (size < 0.1) return 'hardly move together';
  const direction = correlation > 0 ? 'rise together' : 'move in opposite directions';
  return `${size < 0.3 ? 'weakly ' : size < 0.6 ? '' : 'strongly '}${direction}`;
}

export function describePair(x: string, y: string, correlation: number | null, coverage: Coverage, missing: number): string {
  const rows = fromRows(coverage.used, coverage.total);
  const pair = `${inSentence(x)} and ${inSentence(y)}`;
  if (correlation === null || Number.isNaN(correlation))
    return `${inSentence(y)} against ${inSentence(x)}, ${rows}.${missingRows(missing)}`;
  return `${pair} ${strength(correlation)} (rank correlation ${formatNumber(correlation)}), ${rows}.${missingRows(missing)}`;
}

/** A feature's value against its own importance, numbers on both sides. */
export function describeDependence(
  feature: string,
  correlation: number | null,
  range: readonly [number, number],
  unit: string,
  coverage: Coverage,
  missing: number,
): string {
  const name = inSentence(feature);
  const size = `It moves the prediction by ${formatNumber(range[0])} to ${formatNumber(range[1])} ${unit}`;
  const rows = `${fromRows(coverage.used, coverage.total)}.${missingRows(missing)}`;
  if (correlation === null || Number.isNaN(correlation)) return `${name} against its importance. ${size}, ${rows}`;
  const rank = `rank correlation ${formatNumber(correlation)}`;
  const acts =
    Math.abs(correlation) < 0.2
      ? `Higher values of ${name} neither raise nor lower the prediction throughout (${rank})`
      : `Higher values of ${name} ${correlation > 0 ? 'raise' : 'lower'} the prediction${Math.abs(correlation) < 0.7 ? ', with exceptions' : ''} (${rank})`;
  return `${acts}. ${size}, ${rows}`;
}

/** A feature's categories against its own importance. */
export function describeGroupDependence(
  feature: string,
  groups: readonly { readonly label: string; readonly n: number; readonly median: number }[],
  unit: string,
  coverage: Coverage,
  missing: number,
): string {
  const known = groups.filter((one) => one.n > 0).sort((a, b) => b.median - a.median);
  const first = known[0];
  const last = known.at(-1);
  if (first === undefined || last === undefined) return `No row has a value of ${inSentence(feature)}.`;
  const rows = `${fromRows(coverage.used, coverage.total)}.${missingRows(missing)}`;
  const part = (one: typeof first): string => `${inSentence(one.label)} (${formatSigned(one.median)} ${unit})`;
  if (known.length === 1) return `${inSentence(feature)} = ${part(first)} in the middle of the rows, ${rows}`;
  return `${inSentence(feature)} raises the prediction most for ${part(first)} and ${last.median < 0 ? 'lowers it most' : 'least'} for ${part(last)}, medians ${rows}`;
}

export function describeGroups(
  value: string,
  group: string,
  groups: readonly { readonly label: string; readonly n: number; readonly median: number }[],
  coverage: Coverage,
  missing: number,
): string {
  const rows = fromRows(coverage.used, coverage.total);
  const known = groups.filter((one) => one.n > 0).sort((a, b) => b.median - a.median);
  const first = known[0];
  const last = known.at(-1);
  if (first === undefined || last === undefined) return `No row has both ${inSentence(value)} and ${inSentence(group)}.`;
  if (known.length === 1) return `The median of ${inSentence(value)} is ${formatNumber(first.median)}, ${rows}.${missingRows(missing)}`;
  if (first.median === last.median)
    return `${inSentence(value)} has the same median, ${formatNumber(first.median)}, for every ${inSentence(group)}, ${rows}.${missingRows(missing)}`;
  return `The median of ${inSentence(value)} is highest for ${inSentence(first.label)} (${formatNumber(first.median)}) and lowest for ${inSentence(last.label)} (${formatNumber(last.median)}), ${rows}.${missingRows(missing)}`;
}

export function describeCells(
  x: string,
  y: string,
  best: { readonly x: string; readonly y: string; readonly count: number } | null,
  coverage: Coverage,
  missing: number,
): string {
  if (best === null) return `No row has both ${inSentence(x)} and ${inSentence(y)}.`;
  return `The most frequent pair is ${inSentence(best.x)} with ${inSentence(best.y)}: ${formatCount(best.count)} rows, ${fromRows(coverage.used, coverage.total)}.${missingRows(missing)}`;
}

export function describeBars(
  x: string,
  best: { readonly label: string; readonly count: number } | null,
  coverage: Coverage,
  missing: number,
): string {
  if (best === null) return `No row has a value of ${inSentence(x)}.`;
  const share = coverage.used > 0 ? ` (${formatNumber((100 * best.count) / coverage.used)} %)` : '';
  return `The most frequent ${inSentence(x)} is ${inSentence(best.label)}: ${formatCount(best.count)} rows${share}, ${fromRows(coverage.used, coverage.total)}.${missingRows(missing)}`;
}

/** Label of an importance axis, as the engine makes it. */
export function importanceLabel(feature: string): string {
  return `Importance: ${feature}`;
}

export function binName(low: string, high: string): string {
  return `${low} to ${high}`;
}

export const plotText = {
  x: 'X',
  y: 'Y',
  colour: 'Colour',
  logX: 'Log X',
  logY: 'Log Y',
  categoricalX: 'X as categories',
  categoricalY: 'Y as categories',
  dither: 'Spread points',
  rows: 'Rows',
  count: 'rows',
  row: 'Row',
  group: 'Group',
  mean: 'Mean',
  median: 'Median',
  whiskerLow: 'Lower whisker',
  q1: '25th percentile',
  q3: '75th percentile',
  whiskerHigh: 'Upper whisker',
  savedPoints: 'what-if points',
  noData: 'This study has no data table.',
  noDataHint: 'Open a CSV file with the rows that the model predicts.',
  noImportances: 'There are no values for single rows to plot.',
  zoomHint: 'Scroll to zoom, drag to move, double-click for everything.',
  reset: 'Show everything',
  from: 'from',
  to: 'to',
} as const;
