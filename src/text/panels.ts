import { count, coverage, plural } from '#/text/format';

export const panelsText = {
  loading: 'Computing …',
  partial: (used: number, total: number) => `From ${count(used)} of ${plural(total, 'row')} so far: the picture will still move.`,
  retry: 'Try again',
  failed: (view: string) => `${view} could not be shown`,
  notApplicable: 'This view does not apply here',
  coverage,
  none: 'None',
  nothingFound: 'Nothing found',
  groups: { row: 'Row', data: 'Data', importance: 'Importance' },
  help: (term: string) => `What is ${term}?`,
  formula: 'Formula',
  copied: 'Copied',
  copy: 'Copy',
};
