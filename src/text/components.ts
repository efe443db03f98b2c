export const componentsText = {
  bug: (message: string) => `A fault in Limpid: ${message}`,
  where: (place: string) => `In ${place}`,
  code: 'Code',
  copy: 'Copy',
  copied: 'Copied',
  copyRefused: 'Not allowed here',
  close: 'Close',
};
