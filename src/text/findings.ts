export const findingsText = {
  severity: { info: 'Note', warning: 'Check', error: 'Problem' },
  none: 'Nothing to report.',
};
