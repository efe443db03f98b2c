import { inSentence } from '#/text/labels';
import { formatCount, formatNumber } from '#/text/numbers';

export interface IceSentence {
  readonly feature: string;
  readonly output: string;
  readonly unit: string;
  readonly low: number;
  readonly high: number;
  readonly lowAt: string;
  readonly highAt: string;
  readonly centred: boolean;
}

export function describeIce({ feature, output, unit, low, high, lowAt, highAt, centred }: IceSentence): string {
  const name = inSentence(feature);
  const shown = inSentence(output);
  if (!(high - low > 1e-9 * Math.max(Math.abs(high), Math.abs(low), 1e-12))) return `${name} alone does not change ${shown} for this row.`;
  const what = centred ? `the change in ${shown}` : shown;
  return `Over ${name}, ${what} of this row runs from ${formatNumber(low)} (at ${inSentence(lowAt)}) to ${formatNumber(high)} ${unit} (at ${inSentence(highAt)}).`;
}

export function describeSurface(a: string, b: string, output: string, low: number, high: number, unit: string): string {
  return `Over ${inSentence(a)} and ${inSentence(b)} together, ${inSentence(output)} of this row runs from ${formatNumber(low)} to ${formatNumber(high)} ${unit}.`;
}

export const iceText = {
  feature: 'Feature',
  second: 'Second feature',
  none: 'none',
  min: 'Min',
  max: 'Max',
  steps: 'Steps',
  centred: 'Centred at the row',
  lines: 'Other rows',
  average: (n: number): string => `average of ${formatCount(n)} rows (PDP)`,
  row: 'this row',
  edited: 'edited row',
  change: 'change',
  prediction: 'Prediction',
  averageColumn: 'Average (PDP)',
  rowColumn: 'This row',
  editedColumn: 'Edited row',
  noModel: 'ICE needs the model.',
  noModelHint: 'Open the ONNX file of the model beside these explanations: its predictions are computed here, in this browser.',
  noData: 'ICE needs the data that the model predicts.',
  noDataHint: 'Open the table with the rows as well.',
} as const;
