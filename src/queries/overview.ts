import { classLabels } from '#/domain/outputs';
import type { Finding, Study } from '#/domain/study';
import { columnLabel, type Column } from '#/domain/table';
import { countDistinct } from '#/math/distinct';
import { orderDescending } from '#/math/ranking';
import { createMemo } from './memo';
import { accuracy, confusion, macroF1, rocAuc, valueScores } from './model-scores';
import type { Question } from './question';
import { classPredictions, predictedValues } from './resolve-axis';
import { countRows, hasMirroredClass, predictedClasses, trueClasses } from './resolve-scope';
import { columnLabels, columnNumbers, columnRange } from './table-columns';

export interface OverviewAnswer {
  readonly nRows: number;
  readonly columns: readonly {
    readonly column: number;
    readonly name: string;
    readonly kind: 'numeric' | 'categorical' | 'boolean' | 'datetime';
    readonly role: string;
    readonly missing: number;
    readonly nUnique: number;
    /** `17 to 90`, or the most frequent labels. */
    readonly summary: string;
  }[];
  readonly missingCells: number;
  /** Counts by true class, where known. */
  readonly classCounts: readonly { readonly label: string; readonly trueCount: number | null; readonly predictedCount: number | null }[];
  /** Score of the model on the labels: accuracy, macro F1, AUC (binary with scores); R², MAE, RMSE. [] without labels or predictions. */
  readonly scores: readonly { readonly name: string; readonly value: number; readonly nRows: number }[];
  readonly findings: readonly Finding[];
}

/** Data, labels and score at a glance; facts about columns are memoised per column. */
export const overviewQuestion: Question<Readonly<Record<string, never>>, OverviewAnswer> = {
  id: 'overview',
  reads: ['table', 'predictions', 'meta'],
  answer(study) {
    const columns = study.table.columns.map((column, position) => ({
      column: position,
      name: column.name,
      kind: column.kind,
      role: column.role,
      ...columnFacts([column], '', () => describeColumn(column)),
    }));
    return {
      nRows: countRows(study),
      columns,
      missingCells: columns.reduce((sum, { missing }) => sum + missing, 0),
      classCounts: countClasses(study),
      scores: scoreModel(study),
      findings: study.findings,
    };
  },
};

const columnFacts = createMemo<{ readonly missing: number; readonly nUnique: number; readonly summary: string }>();

function describeColumn(column: Column) {
  const { min, max, missing } = columnRange(column);
  const labels = columnLabels(column);
  const numbers = columnNumbers(column);
  if (labels.length === 0) {
    const present = !Number.isNaN(min);
    return { missing, nUnique: countDistinct(numbers), summary: present ? `${rangeEnd(column, min)} to ${rangeEnd(column, max)}` : '' };
  }
  const counts = new Uint32Array(labels.length);
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! >= 0) counts[numbers[i]!]!++;
  const frequent = Array.from(orderDescending(counts)).filter((code) => counts[code]! > 0);
  const summary = frequent
    .slice(0, 3)
    .map((code) => labels[code]!)
    .join(', ');
  return { missing, nUnique: frequent.length, summary };
}

function rangeEnd(column: Column, value: number): string {
  if (column.kind === 'datetime') return Number.isFinite(value) ? String(columnLabel(column, value)).slice(0, 10) : String(value);
  return column.kind === 'numeric' && column.integer ? String(value) : String(Number(value.toPrecision(4)));
}

function countClasses(study: Study): OverviewAnswer['classCounts'] {
  const labels = classLabels(study.outputs);
  const tally = (classes: Int32Array | null): Uint32Array | null => {
    if (classes === null) return null;
    const counts = new Uint32Array(labels.length);
    for (let row = 0; row < classes.length; row++) if (classes[row]! >= 0) counts[classes[row]!]!++;
    return counts;
  };
  const known = tally(trueClasses(study));
  const predicted = tally(predictedClasses(study));
  return labels.map((label, k) => ({ label, trueCount: known?.[k] ?? null, predictedCount: predicted?.[k] ?? null }));
}

function scoreModel(study: Study): OverviewAnswer['scores'] {
  if (study.target === null) return [];
  if (study.target.kind === 'value') {
    const values = predictedValues(study);
    const scores = values === null ? null : valueScores(study.target.values, values);
    if (scores === null) return [];
    const { nRows, r2, mae, rmse } = scores;
    return [
      { name: 'R²', value: r2, nRows },
      { name: 'MAE', value: mae, nRows },
      { name: 'RMSE', value: rmse, nRows },
    ];
  }
  const truth = study.target.classes;
  const classes = predictedClasses(study);
  if (classes === null) return [];
  const table = confusion(truth, classes, classLabels(study.outputs).length);
  if (table.nRows === 0) return [];
  const scores = [
    { name: 'accuracy', value: accuracy(table), nRows: table.nRows },
    { name: 'macro F1', value: macroF1(table), nRows: table.nRows },
  ];
  const ofClass1 = hasMirroredClass(study) && study.predictions?.space !== 'label only' ? classPredictions(study, 1) : null;
  const auc = ofClass1 === null ? null : rocAuc(truth, ofClass1);
  return auc === null ? scores : [...scores, { name: 'AUC', ...auc }];
}
