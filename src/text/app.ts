export const appText = {
  name: 'Limpid',
  title: (study: string) => `${study} · Limpid`,
  dropHere: 'Drop to open',
  pageFailed: 'This page failed',
  tryAgain: 'Try again',
  notices: 'Notices',
  dismiss: 'Dismiss',
};
