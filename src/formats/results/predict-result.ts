/** Predictions of a table as the command line writes them. */
import type { Outputs } from '#/domain/outputs';
import { classLabels } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { inconsistent } from '#/formats/format-errors';
import { outputNames } from '#/formats/results/explain-result';

export interface PredictResult {
  readonly outputs: readonly string[];
  readonly space: string;
  /** [nOutputs][nRows]; binary: class 1. */
  readonly predictions: readonly Float64Array[];
  /** Predicted class index by row, -1 unknown; null for regression. */
  readonly classes: Int32Array | null;
  readonly classLabels: readonly string[];
  readonly provenance: { readonly model: string | null; readonly data: string; readonly task: Outputs['task'] };
}

/** @throws LimpidError `InconsistentData` without predictions */
export function predictResult(study: Study): PredictResult {
  const { predictions, outputs } = study;
  if (!predictions?.values) throw inconsistent('There are no predictions to write.');
  return {
    outputs: outputNames(outputs),
    space: predictions.space,
    predictions: predictions.values.map((values) => Float64Array.from(values)),
    classes: predictions.classes,
    classLabels: classLabels(outputs),
    provenance: { model: study.model?.name ?? null, data: study.table.name, task: outputs.task },
  };
}

/**
 * One line a row of the data: its number, the predicted class where there are classes, then a number an output, named by its
 * space and class (`probability yes`). Unknown numbers are blank.
 */
export function predictToCsv({ outputs, space, predictions, classes, classLabels: labels }: PredictResult): string {
  const names = classes === null ? ['prediction'] : ['predicted', ...outputs.map((name) => `${space} ${name}`)];
  const lines = [['row', ...names].map(cell).join(',')];
  const nRows = predictions[0]?.length ?? 0;
  for (let row = 0; row < nRows; row++) {
    const numbers = predictions.map((values) => (Number.isNaN(values[row]) ? '' : String(values[row])));
    const label = classes === null ? [] : [cell(labels[classes[row]!] ?? '')];
    lines.push([String(row), ...label, ...numbers].join(','));
  }
  return `${lines.join('\n')}\n`;
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
