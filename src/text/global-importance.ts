import { fromRows } from '#/text/coverage';
import { inSentence, joinWords } from '#/text/labels';
import { formatNumber } from '#/text/numbers';

export interface RankedFeature {
  readonly name: string;
  readonly value: number;
}

export interface GlobalSentence {
  /** Most important first, at least the first three. */
  readonly top: readonly RankedFeature[];
  readonly unit: string;
  readonly meaning: string;
  readonly globalOnly: boolean;
  readonly coverage: { readonly used: number; readonly total: number };
  /** Share of the summed importance that the top three have, NaN when it makes no sense. */
  readonly share: number;
}

export function describeGlobal({ top, unit, meaning, globalOnly, coverage, share }: GlobalSentence): string {
  const [first, ...rest] = top;
  if (first === undefined) return 'No feature has an importance.';
  const then = rest.slice(0, 2).map((feature) => inSentence(feature.name));
  const next = then.length === 0 ? '' : `, then ${joinWords(then)}`;
  if (globalOnly) {
    return `${inSentence(first.name)} has the largest saved importance (${formatNumber(first.value)}, ${meaning})${next}. The file brings no values for single rows.`;
  }
  const part =
    Number.isFinite(share) && top.length >= 3 ? ` Together they make ${formatNumber(Math.round(share * 100))} % of all importance.` : '';
  return `${inSentence(first.name)} moves the prediction most (${formatNumber(first.value)} ${unit} on average)${next}, ${fromRows(coverage.used, coverage.total)}.${part}`;
}

export function shownFeatures(shown: number, all: number): string {
  return shown === all ? `all ${String(all)}` : `${String(shown)} of ${String(all)}`;
}

export const globalText = {
  overClasses: 'average over classes',
  top: 'Top features',
  sort: 'Sort by',
  sortTotal: 'total',
  show: 'Show',
  signedMean: 'mean with its sign',
  meanRaises: 'mean with its sign: raises',
  meanLowers: 'lowers',
  spread: 'middle half of the rows',
  error: 'sampling error',
  noiseFloor: 'noise floor',
  feature: 'Feature',
  standardError: 'Standard error',
  low: '25th percentile of |value|',
  high: '75th percentile of |value|',
  deviation: 'Standard deviation',
  dependenceOf: (name: string): string => `How ${inSentence(name)} moves the prediction`,
  openExplore: 'Open in Explanation Exploration',
  closeDependence: 'Close',
  clickHint: 'Click a bar to see how the feature acts, row by row.',
  noLocal: 'Only global importances were saved, so a bar cannot be opened row by row.',
  tieNote: 'Bars that end below the noise floor may be noise alone.',
  barsOnly: 'bars only',
  seriesSentence: (label: string, unit: string): string => `${inSentence(label)} of the same features, in ${unit}.`,
  help: {
    term: 'global importance',
    words:
      'How far a feature moves the prediction from the base value, on average over the explained rows and without its sign. It measures the model, not the world.',
    formula: 'importance(f) = mean over rows r of |value(r, f)|; several classes: mean over the classes as well',
  },
  needs: 'No explanation is open.',
  needsHint: 'Open an explanation file, or let Limpid explain the model.',
} as const;
