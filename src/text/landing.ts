import { count, moment, plural } from '#/text/format';

export const landingText = {
  name: 'Limpid',
  title: 'See through your model',
  sentence:
    'Open a model with its data, or explanations that were saved elsewhere, and see what moves each prediction. Nothing leaves this browser.',
  drop: 'Drop files or a folder anywhere on this page',
  pick: 'Open files from this device',
  dropHint: 'Several at once is the normal case: values, table and model find each other.',
  openFiles: 'Open files',
  openFolder: 'Open a folder',
  samples: 'Open a sample',
  sampleFacts: (rows: number, features: number) => `${plural(rows, 'row')} · ${plural(features, 'feature')}`,
  samplesFailed: 'The samples could not be listed',
  recent: 'Recent studies',
  recentFacts: (rows: number, explanations: number, savedAt: number) =>
    `${count(rows)} rows · ${plural(explanations, 'explanation')} · ${moment(savedAt)}`,
  forget: (name: string) => `Forget ${name}`,
  opens: 'What opens',
  formats: [
    ['Model and data', 'an ONNX model with a CSV table'],
    ['Saved explanations', 'what interpret-community saved, as a folder or a zip'],
    ['Dashboards', 'their data as JSON: the payload of raiwidgets, or the props of the component'],
    ['Studies', '.limpid files, with everything in them'],
    ['Anything else', 'is named, with the Python lines that export what opens'],
  ],
  backTo: (name: string) => `Back to ${name}`,
  awaited: (name: string) => `This link needs the ${name.includes(' + ') ? 'files' : 'file'} ${name}`,
  awaitedHint: 'The file was never uploaded, so only you have it: drop it here and the link continues where it was made.',
  dismiss: 'Dismiss',
  light: 'Light colours',
  dark: 'Dark colours',
};
