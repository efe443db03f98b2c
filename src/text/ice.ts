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
  readonly line: 'value' | 'centred' | 'derivative';
}

export function describeIce({ feature, output, unit, low, high, lowAt, highAt, line }: IceSentence): string {
  const name = inSentence(feature);
  const shown = inSentence(output);
  if (line === 'derivative' && high === low) return `Over ${name}, ${shown} of this row rises by ${formatNumber(low)} ${unit} everywhere.`;
  if (!(high - low > 1e-9 * Math.max(Math.abs(high), Math.abs(low), 1e-12))) return `${name} alone does not change ${shown} for this row.`;
  const what = line === 'value' ? shown : line === 'centred' ? `the change in ${shown}` : `the slope of ${shown}`;
  return `Over ${name}, ${what} of this row runs from ${formatNumber(low)} (at ${inSentence(lowAt)}) to ${formatNumber(high)} ${unit} (at ${inSentence(highAt)}).`;
}

export interface SurfaceSentence {
  readonly a: string;
  readonly b: string;
  readonly output: string;
  readonly low: number;
  readonly high: number;
  readonly unit: string;
  /** Rows that it is the average of; null: of one row. */
  readonly nRows: number | null;
}

export function describeSurface({ a, b, output, low, high, unit, nRows }: SurfaceSentence): string {
  const of = nRows === null ? 'of this row' : `on average over ${formatCount(nRows)} rows`;
  return `Over ${inSentence(a)} and ${inSentence(b)} together, ${inSentence(output)} ${of} runs from ${formatNumber(low)} to ${formatNumber(high)} ${unit}.`;
}

export const iceText = {
  feature: 'Feature',
  second: 'Second feature',
  none: 'none',
  min: 'Min',
  max: 'Max',
  steps: 'Steps',
  line: 'Line',
  lineStyles: { value: 'prediction', centred: 'change', derivative: 'slope' },
  slope: 'slope',
  slopeUnit: (unit: string, perDay: boolean): string => `${unit} per ${perDay ? 'day' : 'unit'}`,
  averageOf: 'Average',
  averages: { pdp: 'PDP', ale: 'ALE' },
  averageHelp: {
    term: 'average',
    words:
      'Partial dependence (PDP) gives every row each value in turn, likely or not. Accumulated local effects (ALE) add up changes of the rows near each value, so that features which move together do not mislead; they have no level of their own and are drawn through this row.',
    formula: 'ALE(x) = Σ over bins up to x of mean(f(upper edge) − f(lower edge))',
  },
  averageFailed: 'The average over other rows',
  averageLoading: 'Averaging over other rows …',
  effects: (n: number): string => `effects over ${formatCount(n)} rows (ALE)`,
  over: 'Of',
  overs: { row: 'this row', average: 'average (2-way PDP)' },
  lines: 'Other rows',
  average: (n: number): string => `average of ${formatCount(n)} rows (PDP)`,
  row: 'this row',
  edited: 'edited row',
  change: 'change',
  prediction: 'Prediction',
  averageColumns: { pdp: 'Average (PDP)', ale: 'Accumulated effects (ALE), mean 0' },
  rowColumn: 'This row',
  editedColumn: 'Edited row',
  noModel: 'ICE needs the model.',
  noModelHint: 'Open the ONNX file of the model beside these explanations: its predictions are computed here, in this browser.',
  noData: 'ICE needs the data that the model predicts.',
  noDataHint: 'Open the table with the rows as well.',
} as const;
