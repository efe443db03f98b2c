/** Splits of trees in words: of a row's path, of a surrogate's tree. */
import type { Comparison } from '#/domain/tree-model';
import { visibleLabel } from '#/text/labels';
import { formatNumber } from '#/text/numbers';

const SIGNS: Readonly<Record<Exclude<Comparison, 'in'>, string>> = { lt: '<', lte: '≤', gt: '>', gte: '≥', eq: '=', neq: '≠' };
const LISTED_LABELS = 4;

export interface Split {
  readonly name: string;
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly codes: readonly number[];
}

/** `age ≤ 45.5`, `job is one of clerk, cook`. @param labels - of the feature's codes, [] for numbers */
export function splitText(split: Split, labels: readonly string[]): string {
  const name = visibleLabel(split.name);
  if (split.comparison === 'in') {
    const members = split.codes.map((code) => visibleLabel(labels[code] ?? String(code)));
    const shown = members.slice(0, LISTED_LABELS).join(', ');
    const more = members.length - LISTED_LABELS;
    return members.length === 1 ? `${name} is ${shown}` : `${name} is one of ${shown}${more > 0 ? ` and ${more} more` : ''}`;
  }
  return `${name} ${SIGNS[split.comparison]} ${formatNumber(split.threshold)}`;
}
