import { inSentence, joinWords, visibleLabel } from '#/text/labels';
import { formatCell, formatCount, formatNumber, formatSigned, MISSING } from '#/text/numbers';

/** A cell as a person reads it. 0, false and the empty label are values; only null is missing. */
export function cellText(value: string | number | boolean | null, digits: 'short' | 'full' = 'short'): string {
  if (value === null) return MISSING;
  if (typeof value === 'number') return formatCell(value, digits);
  return typeof value === 'boolean' ? String(value) : visibleLabel(value);
}

export interface LocalSentence {
  readonly title: string;
  readonly outputLabel: string;
  readonly unit: string;
  readonly base: number | null;
  readonly sum: number | null;
  /** Largest first. */
  readonly top: readonly { readonly name: string; readonly value: string | number | boolean | null; readonly phi: number }[];
}

export function describeLocal({ outputLabel, unit, base, sum, top }: LocalSentence): string {
  const up = top.filter((feature) => feature.phi > 0).slice(0, 2);
  const down = top.filter((feature) => feature.phi < 0).slice(0, 2);
  const named = (list: typeof top): string =>
    joinWords(list.map((feature) => `${inSentence(feature.name)} = ${inSentence(cellText(feature.value))} (${formatSigned(feature.phi)})`));
  const parts: string[] = [];
  if (up.length > 0) parts.push(`${named(up)} ${up.length === 1 ? 'raises' : 'raise'} it`);
  if (down.length > 0) parts.push(`${named(down)} ${down.length === 1 ? 'lowers' : 'lower'} it`);
  const acts = parts.length === 0 ? 'no feature moves it' : parts.join(', ');
  if (base === null || sum === null) return `${inSentence(outputLabel)}: ${acts} (${unit}).`;
  return `${inSentence(outputLabel)} goes from ${formatNumber(base)} to ${formatNumber(sum)} ${unit}: ${acts}.`;
}

export function describeCompare(
  titles: readonly string[],
  most: { readonly name: string; readonly gap: number } | null,
  unit: string,
): string {
  if (most === null || most.gap === 0) return `${joinWords(titles.map(inSentence))} have the same values.`;
  return `${inSentence(most.name)} sets ${inSentence(titles[0] ?? '')} and ${inSentence(titles[1] ?? '')} apart most (${formatSigned(most.gap)} ${unit}).`;
}

export const localText = {
  base: 'base value',
  result: 'sum',
  others: (n: number): string => (n === 1 ? 'the other feature' : `the other ${formatCount(n)} features`),
  waterfall: 'Waterfall',
  bars: 'Bars per class',
  top: 'Top features',
  feature: 'Feature',
  value: 'Value',
  importance: 'Importance',
  standardError: 'Standard error',
  whisker: '±1.96 standard errors',
  raises: '+ raises',
  lowers: '− lowers',
  fellBack: 'Mean |value| has no sign and no base value, so the predicted class of this row is shown.',
  notExplained: (title: string): string => `${title} is not among the explained rows.`,
  notExplainedHint: 'Explain this one row now, with the explainer that fits the model best.',
  notExplainedNoModel: 'Open the model to explain it here.',
  explainRow: 'Explain this row',
  explaining: 'Explaining this row …',
  ownExplanation: (explainer: string, seconds: number): string =>
    `Computed here by ${explainer} in ${formatNumber(seconds)} s; not part of the open explanation.`,
  similar: 'Similar rows',
  similarHint: 'Nearest by Gower distance over the features of the model.',
  distance: 'distance',
  compare: 'Compare',
  compareStop: 'Stop comparing',
  compareOne: (title: string): string => `Compare with ${title}`,
  noLocal: 'Only global importances were saved.',
  noLocalHint: 'Open a file with local values, or open the model and let Limpid explain it.',
  chart: 'Chart',
  isPrediction: (value: string, unit: string): string => `Prediction: ${value} (${unit}).`,
  badge: 'How the sum was checked',
} as const;
