import { inSentence, joinWords } from '#/text/labels';
import { formatNumber, formatSigned } from '#/text/numbers';

export interface WhatIfSentence {
  readonly outputLabel: string;
  readonly unit: string;
  readonly base: number;
  readonly now: number;
  readonly changed: readonly string[];
}

export function describeWhatIf({ outputLabel, unit, base, now, changed }: WhatIfSentence): string {
  const name = inSentence(outputLabel);
  if (changed.length === 0) return `${name}: ${formatNumber(now)} ${unit}. Change a value to see how the prediction follows.`;
  const what = changed.length <= 3 ? joinWords(changed.map(inSentence)) : `${String(changed.length)} features`;
  const delta = now - base;
  const moved =
    delta === 0 ? 'leaves it unchanged' : `moves it by ${formatSigned(delta)}, from ${formatNumber(base)} to ${formatNumber(now)} ${unit}`;
  return `${name}: changing ${what} ${moved}.`;
}

export const whatIfText = {
  prediction: 'Prediction',
  resetAll: 'Reset all',
  resetOne: (name: string): string => `Reset ${inSentence(name)}`,
  was: (value: string): string => `was ${value}`,
  missing: 'missing',
  slider: (name: string): string => `${name}, slider`,
  range: (low: string, high: string): string => `${low} to ${high} in the data`,
  filter: 'Find a feature',
  explain: 'Explain this edited row',
  stale: 'These are the values as they were before the last change.',
  explainAgain: 'Explain the new values',
  explaining: 'Explaining …',
  explainFailed: 'The edited row could not be explained',
  keepFailed: 'The point could not be kept',
  values: 'Values',
  more: (n: string): string => `Show more (${n} left)`,
  keep: 'Keep as point',
  keepChanges: 'Save changes',
  cancelEdit: 'Stop editing',
  pointName: 'Name of the point',
  defaultName: (row: number, n: number): string => `Row ${String(row)}, variant ${String(n)}`,
  points: 'Kept points',
  edit: 'Edit',
  remove: 'Remove',
  unlike: 'These values are unlike the data',
  unlikeText: (distance: string, usual: string): string =>
    `The nearest row is at distance ${distance}; rows of the data usually have one within ${usual}. Predictions here are extrapolation.`,
  nearest: 'Nearest rows',
  noModel: 'What-if needs the model.',
  noModelHint: 'Open the ONNX file of the model beside these explanations: predictions are then computed here, in this browser.',
  noData: 'What-if needs the data that the model predicts.',
  noDataHint: 'Open the table with the rows as well.',
  classes: 'All classes',
  failed: 'The model could not predict these values.',
  yes: 'true',
  no: 'false',
} as const;
