import { percent, plural } from '#/text/format';

export const anchorsText = {
  finding: 'Looking for a rule …',
  sentence: (rule: string, label: string, precision: number) =>
    `Whenever ${rule}, the model says ${label}: for ${percent(precision)} of rows like this one, whatever else changes.`,
  always: (label: string) => `The model says ${label} for nearly every row: no condition is needed.`,
  failed: (rule: string, precision: number) =>
    `No rule reaches the wanted precision. The best one found, ${rule}, holds for ${percent(precision)} of rows like this one.`,
  own: (rule: string) => `Your rule: ${rule}.`,
  rule: 'Rule',
  without: (precision: number) => `without it ${percent(precision)}`,
  remove: (condition: string) => `Remove: ${condition}`,
  add: 'Add a condition',
  choose: 'choose',
  threshold: 'Precision wanted',
  back: 'Back to the rule that was found',
  measured: 'Measured on the loaded rows',
  measuredHint: 'The search mixes rows to test a rule. Here the rule is counted on the rows of the table as they are, with 95 % intervals.',
  precision: 'precision',
  coverage: 'coverage',
  interval: (low: number, high: number) => `${percent(low)} to ${percent(high)}`,
  of: (hits: number, total: number) => `${hits} of ${plural(total, 'row')}`,
  search: 'found by the search',
  counterExamples: 'Rows that meet the rule and are predicted otherwise',
  noCounterExamples: 'Every loaded row that meets the rule is predicted the same.',
  noRows: 'No loaded row meets the rule.',
  evaluations: (n: number) => `${plural(n, 'evaluation')} of the model`,
};
