import { fromRows } from '#/text/coverage';
import { inSentence } from '#/text/labels';
import { formatNumber } from '#/text/numbers';

interface Coverage {
  readonly used: number;
  readonly total: number;
}

export interface SwarmSentence {
  readonly top: { readonly name: string; readonly meanAbs: number } | undefined;
  readonly unit: string;
  readonly outputLabel: string;
  /** Spearman correlation of colour (feature value) and value in the top lane; NaN unknown. */
  readonly direction: number;
  readonly coverage: Coverage;
}

/** Each row's own class is ranked by the mean over all classes, as in Global Importance: the sentence says whose mean it is. */
function averaged(outputLabel: string): string {
  return outputLabel.toLowerCase() === 'predicted class' ? 'on average over rows and classes' : 'on average';
}

export function describeSwarm({ top, unit, outputLabel, direction, coverage }: SwarmSentence): string {
  if (top === undefined) return 'No feature is shown.';
  const name = inSentence(top.name);
  const size = `${name} moves the prediction most (${formatNumber(top.meanAbs)} ${unit} ${averaged(outputLabel)})`;
  const rows = fromRows(coverage.used, coverage.total);
  if (Number.isNaN(direction)) return `${size}, ${rows}.`;
  const acts =
    Math.abs(direction) < 0.2
      ? 'its high and low values push both ways'
      : direction > 0
        ? 'its high values raise it'
        : 'its high values lower it';
  return `${size}: ${acts}, ${rows}.`;
}

export function describeSpread(
  top: { readonly name: string; readonly q1: number; readonly q3: number } | undefined,
  unit: string,
  coverage: Coverage,
): string {
  if (top === undefined) return 'No feature is shown.';
  return `For half of the rows ${inSentence(top.name)} moves the prediction by ${formatNumber(top.q1)} to ${formatNumber(top.q3)} ${unit}, ${fromRows(coverage.used, coverage.total)}.`;
}

export function describeGroupBars(
  top: { readonly name: string; readonly meanAbs: number } | undefined,
  group: { readonly label: string; readonly mean: number } | null,
  unit: string,
  outputLabel: string,
  coverage: Coverage,
): string {
  if (top === undefined) return 'No feature is shown.';
  const rows = fromRows(coverage.used, coverage.total);
  const size = `${inSentence(top.name)} moves the prediction most (${formatNumber(top.meanAbs)} ${unit} ${averaged(outputLabel)})`;
  return group === null
    ? `${size}, ${rows}.`
    : `${size}, and most of all for ${inSentence(group.label)} (${formatNumber(group.mean)}), ${rows}.`;
}

export const summaryText = {
  top: 'Top features',
  chart: 'Chart',
  swarm: 'Swarm',
  box: 'Box',
  violin: 'Violin',
  bar: 'Bar',
  colour: 'Colour by',
  group: 'Group by',
  value: 'feature value',
  predicted: 'predicted',
  true: 'true',
  none: 'none',
  low: 'low',
  high: 'high',
  colourTitles: {
    value: 'Feature value (5th to 95th percentile)',
    predicted: 'Predicted',
    true: 'True',
    none: '',
  },
  feature: 'Feature',
  rows: 'rows',
  importance: 'Importance',
  meanAbs: 'Mean |value|',
} as const;
