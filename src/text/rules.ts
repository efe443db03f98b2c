import { count, percent, plural } from '#/text/format';

export const rulesText = {
  none: 'No rules were looked for yet.',
  noneHint:
    'An anchor is a rule that keeps the model’s decision, whatever else changes. Found for many rows, a few rules often decide most of them.',
  find: 'Look for rules',
  empty: 'The first rules are on their way.',
  sentence: (rules: number, rows: number, successes: number, rule: string, predicted: string, most: number) =>
    `${plural(rules, 'rule')} for ${plural(rows, 'row')}, ${count(successes)} of them sure. The most frequent: when ${rule}, the model says ${predicted} (${plural(most, 'row')}).`,
  unsure: '(below the wanted precision)',
  between: (low: number, high: number) => `${percent(low)} to ${percent(high)}`,
  more: (n: number) => `${plural(n, 'more rule')} in the copy.`,
  copy: 'Copy as CSV',
  list: 'List of rules',
  rule: 'Rule',
  predicted: 'Model says',
  rows: 'Rows',
  precision: 'Precision',
  low: 'precision from',
  high: 'precision to',
  coverage: 'Coverage',
};
