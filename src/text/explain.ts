import { bytes, count, duration, plural } from '#/text/format';

export const explainText = {
  title: 'Explain the model',
  loading: 'Measuring the model …',
  failed: 'The methods could not be listed',
  method: 'Method',
  recommended: 'recommended',
  semantics: (text: string) => `as ${text}`,
  exact: 'exact',
  sampled: 'sampled, with standard errors',
  permutation: 'Permutation importance',
  permutationSentence: 'How much the score drops when one column is shuffled: global importance only, measured on the true values.',
  permutationNeeds: 'Needs true values: open a table that has the target column.',
  rows: 'Rows',
  fit: (rows: number, total: number, least: boolean) =>
    least
      ? `A first look (${plural(rows, 'row')} of ${count(total)})`
      : rows >= total
        ? `All ${plural(total, 'row')}: they fit 20 s`
        : `As many as fit 20 s (${plural(rows, 'row')} of ${count(total)})`,
  all: (total: number) => `All ${plural(total, 'row')}`,
  sample: 'A sample of',
  sampleRows: 'Rows in the sample',
  background: 'Background rows',
  backgroundHint: 'Features that are “absent” take their values from these rows. More rows cost more time.',
  space: 'In units of',
  onlySpace: (unit: string) => `In units of ${unit}.`,
  seed: 'Seed',
  budget: 'Coalitions a row',
  budgetHint: '0 chooses by the number of features. More coalitions, smaller errors.',
  metric: 'Metric',
  repeats: 'Repeats',
  options: 'Options',
  estimate: (rows: number, seconds: number, size: number) =>
    `${plural(rows, 'row')}: about ${duration(seconds)}, ${bytes(size)} of values.`,
  tooLarge: 'The values would take more than 512 MB: explain fewer rows.',
  start: 'Start',
  cancel: 'Cancel',
  notStarted: 'The explanation did not start',
};
