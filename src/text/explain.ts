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
  globalFamily: 'Ranking only',
  notForThisModel: (n: number) => `${plural(n, 'method')} not for this model`,
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
  everyRow: 'All rows with a true value',
  rowsWhere: 'Rows where …',
  onlyRow: (name: string) => `Only ${name}`,
  whereColumn: 'Column',
  chooseColumn: 'choose a column',
  from: 'From',
  to: 'To',
  against: 'Explain against',
  againstHint: 'Features that are “absent” take their values from these rows: they decide the base and every value.',
  background: 'Rows',
  backgrounds: { sample: 'a sample of all rows', all: 'all rows', 'k-means': 'k-means centres', where: 'rows where …' },
  backgroundRows: 'Rows in the sample',
  clusters: 'Centres',
  space: 'In units of',
  onlySpace: (unit: string) => `In units of ${unit}.`,
  seed: 'Seed',
  options: 'Options',
  estimate: (rows: number, atMost: boolean, seconds: number, size: number) =>
    `${atMost ? 'At most ' : ''}${plural(rows, 'row')}: about ${duration(seconds)}, ${bytes(size)} of values.`,
  tooLarge: 'The values would take more than 512 MB: explain fewer rows.',
  start: 'Start',
  cancel: 'Cancel',
  notStarted: 'The explanation did not start',
};
