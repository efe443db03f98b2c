/** The true values: which column, what the classes are called, and which class a cell means. */
import type { ModelSignature } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import type { Target } from '#/domain/study';
import type { Column, ColumnRole, Table } from '#/domain/table';
import { cellNumber, columnLength } from '#/domain/table';
import { distinctNumbers, numberText } from '#/formats/column-facts';
import type { ParsedModel } from '#/formats/draft';
import { holdsTwoClasses } from '#/formats/open-task';

const TARGET_NAME =
  /^(target|label|labels|y|y_?true|true_?y|class|classes|outcome|response|income|species|diagnosis|survived|churn|price|medv|mpg|progression)$/i;

type TargetModel = Pick<ParsedModel, 'signature' | 'taskOpen'>;

interface TargetGuess {
  readonly column: number | null;
  readonly why: 'labels' | 'name' | 'last column' | 'only column' | 'none';
}

/** Number of classes, 0 for regression. */
export function classCount(signature: ModelSignature): number {
  if (signature.task === 'regression') return 0;
  if (signature.outputs.classLabels.length > 1) return signature.outputs.classLabels.length;
  if (signature.task === 'binary') return 2;
  return signature.outputs.scoreWidth ?? 0;
}

/**
 * @param free - columns that no model input claimed by name
 * @param model - null without one
 * @param nSlots - how many columns the model reads; null without a model
 */
export function guessTarget(
  table: Table,
  roles: readonly ColumnRole[],
  free: readonly number[],
  model: TargetModel | null,
  nSlots: number | null,
): TargetGuess {
  const given = roles.indexOf('target');
  if (given >= 0) return { column: given, why: 'name' };
  const candidates = free.filter((i) => roles[i] !== 'id' && plausible(table.columns[i]!, model));
  const labels = model?.signature.outputs.classLabels ?? [];
  if (labels.some((label) => !/^-?\d+$/.test(label))) {
    const wanted = new Set(labels);
    const fitting = candidates.find((i) => {
      const column = table.columns[i]!;
      return column.kind === 'categorical' && column.labels.length > 1 && column.labels.every((label) => wanted.has(label.trim()));
    });
    if (fitting !== undefined) return { column: fitting, why: 'labels' };
  }
  // A model that reads as many columns as there are features leaves none for the target.
  const nFeatures = table.columns.filter((_, i) => roles[i] === 'feature').length;
  const spare = nSlots === null || nFeatures > nSlots;
  const named = candidates.find((i) => TARGET_NAME.test(table.columns[i]!.name.trim()));
  if (named !== undefined && spare) return { column: named, why: 'name' };
  const last = table.columns.length - 1;
  if (candidates.includes(last) && spare && table.columns.length > 1) return { column: last, why: 'last column' };
  // Every value that the model reads has its column: what else could be predicted is the target.
  const allClaimed = nSlots !== null && table.columns.length - free.length === nSlots;
  if (allClaimed && candidates.length === 1) return { column: candidates[0]!, why: 'only column' };
  return { column: null, why: 'none' };
}

function plausible(column: Column, model: TargetModel | null): boolean {
  if (column.kind === 'datetime') return false;
  if (model === null) return true;
  const { signature, taskOpen } = model;
  if (signature.task === 'regression') return column.kind === 'numeric' || (taskOpen && holdsTwoClasses(column));
  const classes = classCount(signature);
  return classes === 0 || distinctNumbers(column, classes + 2).length <= classes;
}

function isIndexLabels(labels: readonly string[]): boolean {
  return labels.every((label, i) => label === String(i));
}

/** Texts of a target column's values in the order that sorting encoders give them; null when there are not exactly `count`. */
function sortedValueTexts(column: Column, count: number): readonly string[] | null {
  const numbers = [...distinctNumbers(column, count + 1)].sort((a, b) => a - b);
  return numbers.length === count ? numbers.map((value) => numberText(column, value)) : null;
}

/** What to call the classes before the user says otherwise. */
export function defaultClassNames(
  signature: ModelSignature,
  target: Column | null,
): { readonly names: readonly string[]; readonly from: 'model' | 'target' | 'none' } {
  const count = classCount(signature);
  const labels = signature.outputs.classLabels;
  if (labels.length === count && !isIndexLabels(labels)) return { names: labels, from: 'model' };
  if (target !== null && (target.kind === 'categorical' || target.kind === 'boolean')) {
    const texts = sortedValueTexts(target, count);
    if (texts !== null) return { names: texts, from: 'target' };
  }
  if (labels.length === count) return { names: labels, from: 'model' };
  return { names: Array.from({ length: count }, (_, i) => `Class ${i}`), from: 'none' };
}

interface ClassMapping {
  /** By cell number (code, value): the class index. */
  readonly byNumber: ReadonlyMap<number, number>;
  readonly how: 'labels' | 'order' | 'none';
  /** Texts of the target that no class has, at most 5. */
  readonly unknown: readonly string[];
}

/** How the target's values become class indices: by the model's own labels, else by sorted order when the counts agree. */
export function mapClasses(signature: ModelSignature, target: Column): ClassMapping {
  const count = classCount(signature);
  const labels =
    signature.outputs.classLabels.length === count ? signature.outputs.classLabels : Array.from({ length: count }, (_, i) => String(i));
  const byText = new Map(labels.map((label, i) => [label.trim().toLowerCase(), i]));
  const values = distinctNumbers(target, 10_000);
  const byNumber = new Map<number, number>();
  const unknown: string[] = [];
  for (const value of values) {
    const text = numberText(target, value).trim().toLowerCase();
    const found = byText.get(text) ?? (target.kind === 'boolean' ? byText.get(String(value)) : undefined);
    if (found !== undefined) byNumber.set(value, found);
    else unknown.push(numberText(target, value));
  }
  if (byNumber.size > 0 || !isIndexLabels(labels))
    return { byNumber, how: byNumber.size > 0 ? 'labels' : 'none', unknown: unknown.slice(0, 5) };
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length !== count) return { byNumber, how: 'none', unknown: unknown.slice(0, 5) };
  return { byNumber: new Map(sorted.map((value, i) => [value, i])), how: 'order', unknown: [] };
}

/** The study's target, null when the column cannot be one for this model. */
export function buildTarget(signature: ModelSignature, column: Column, index: number): Target | null {
  const nRows = columnLength(column);
  if (signature.task === 'regression') {
    if (column.kind !== 'numeric') return null;
    return { kind: 'value', column: index, values: Float64Array.from(column.values) };
  }
  const { byNumber } = mapClasses(signature, column);
  if (byNumber.size === 0) return null;
  const classes = new Int32Array(nRows);
  for (let i = 0; i < nRows; i++) classes[i] = byNumber.get(cellNumber(column, i)) ?? -1;
  return { kind: 'class', column: index, classes };
}

export function buildOutputs(signature: ModelSignature, targetName: string, classNames: readonly string[]): Outputs | null {
  if (signature.task === 'regression') return { task: 'regression', targetName, unit: null };
  const count = classCount(signature);
  if (count < 2 || classNames.length !== count) return null;
  if (count === 2) return { task: 'binary', targetName, classLabels: [classNames[0]!, classNames[1]!] };
  return { task: 'multiclass', targetName, classLabels: classNames };
}
