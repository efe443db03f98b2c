import { isClassifier, predictedClassOf, storedOutputCount, type Outputs, type PredictionSpace } from '#/domain/outputs';
import { quantileOfSorted } from '#/math/quantiles';
import { areaUnderCurve, averagePrecision } from '#/math/ranking-scores';

/** A measure of how well predictions meet true values. The id is what people read. */
export type MetricId =
  | 'accuracy'
  | 'macro F1'
  | 'micro F1'
  | 'weighted F1'
  | 'macro precision'
  | 'weighted precision'
  | 'macro recall'
  | 'weighted recall'
  | 'F1'
  | 'F0.5'
  | 'F2'
  | 'precision'
  | 'recall'
  | 'log loss'
  | 'AUC'
  | 'AUC (one vs rest)'
  | 'average precision'
  | 'R²'
  | 'explained variance'
  | 'MAE'
  | 'median AE'
  | 'RMSE'
  | 'MSE'
  | 'MSLE';

export interface Metric {
  readonly id: MetricId;
  /** False: an error, which is better when it is smaller. */
  readonly greaterIsBetter: boolean;
}

const ERRORS: ReadonlySet<MetricId> = new Set<MetricId>(['log loss', 'MAE', 'median AE', 'RMSE', 'MSE', 'MSLE']);

/** Metrics that suit a model, the default first. Those of scores need numbers, those without an average two classes (class 1 counts). */
export function metricsFor(outputs: Outputs, space: PredictionSpace): readonly Metric[] {
  return idsFor(outputs, space).map((id) => ({ id, greaterIsBetter: !ERRORS.has(id) }));
}

function idsFor(outputs: Outputs, space: PredictionSpace): MetricId[] {
  if (!isClassifier(outputs)) return ['R²', 'MAE', 'RMSE', 'MSE', 'median AE', 'explained variance', 'MSLE'];
  const isBinary = storedOutputCount(outputs) === 1;
  const ids: MetricId[] = ['accuracy', 'macro F1'];
  if (space === 'probability' || space === 'logit') ids.push('log loss');
  if (space !== 'label only' && isBinary) ids.push('AUC', 'average precision');
  if (space === 'probability' && !isBinary) ids.push('AUC (one vs rest)');
  if (isBinary) ids.push('F1', 'precision', 'recall', 'F0.5', 'F2');
  ids.push('micro F1', 'weighted F1', 'macro precision', 'weighted precision', 'macro recall', 'weighted recall');
  return ids;
}

/** Accuracy for classes, R² for values. */
export function defaultMetric(outputs: Outputs): MetricId {
  return isClassifier(outputs) ? 'accuracy' : 'R²';
}

/** Names of metric functions and scorers of scikit-learn, as far as they mean one of ours; of several classes the average is over classes. */
const NAMES: Readonly<Record<string, readonly MetricId[]>> = {
  accuracy: ['accuracy'],
  f1: ['F1', 'macro F1'],
  f1_macro: ['macro F1'],
  f1_micro: ['micro F1'],
  f1_weighted: ['weighted F1'],
  precision: ['precision', 'macro precision'],
  precision_macro: ['macro precision'],
  precision_weighted: ['weighted precision'],
  recall: ['recall', 'macro recall'],
  recall_macro: ['macro recall'],
  recall_weighted: ['weighted recall'],
  log_loss: ['log loss'],
  roc_auc: ['AUC', 'AUC (one vs rest)'],
  roc_auc_ovr: ['AUC (one vs rest)'],
  average_precision: ['average precision'],
  r2: ['R²'],
  explained_variance: ['explained variance'],
  mean_absolute_error: ['MAE'],
  median_absolute_error: ['median AE'],
  mean_squared_error: ['MSE'],
  root_mean_squared_error: ['RMSE'],
  mean_squared_log_error: ['MSLE'],
};

/**
 * A metric by its id or by its name in scikit-learn (`mean_absolute_error`, `neg_mean_absolute_error`, `f1_score`), in any case.
 * @returns undefined when no such metric suits the model
 */
export function metricByName(name: string, outputs: Outputs, space: PredictionSpace): Metric | undefined {
  const fitting = metricsFor(outputs, space);
  const own = fitting.find(({ id }) => id.toLowerCase() === name.trim().toLowerCase());
  if (own !== undefined) return own;
  const key = name
    .trim()
    .toLowerCase()
    .replace(/^neg_/, '')
    .replace(/_score$/, '');
  const ids = Object.hasOwn(NAMES, key) ? NAMES[key]! : [];
  return ids.flatMap((wanted) => fitting.find(({ id }) => id === wanted) ?? []).at(0);
}

/**
 * A metric of stored predictions, as scikit-learn 1.9 defines it (accuracy_score, f1_score, fbeta_score, precision_score and
 * recall_score with zero_division=0, log_loss, roc_auc_score, average_precision_score, r2_score, explained_variance_score,
 * mean_absolute_error, median_absolute_error, root_mean_squared_error, mean_squared_error, mean_squared_log_error).
 *
 * @param predictions - row-major [nRows, nOutputs] in `space`; log loss turns margins into probabilities
 * @param target - [nRows] class index or value, none missing
 * @returns not finite where undefined: AUC with one class, R² of a constant target, MSLE of values at or below -1
 */
export function scorePredictions(
  metric: MetricId,
  outputs: Outputs,
  space: PredictionSpace,
  predictions: Float64Array,
  target: Float64Array,
): number {
  const counts = (): ClassCounts => countClasses(outputs, space, predictions, target);
  const fScore =
    (beta: number) =>
    (one: ClassCount): number =>
      ratio((1 + beta * beta) * one.hits, beta * beta * one.truths + one.predicted);
  switch (metric) {
    case 'accuracy':
    case 'micro F1':
      return mean(target, (truth, row) => (predictedClass(outputs, space, predictions, row) === truth ? 1 : 0));
    case 'macro F1':
      return averaged(counts(), fScore(1), 'macro');
    case 'weighted F1':
      return averaged(counts(), fScore(1), 'weighted');
    case 'macro precision':
      return averaged(counts(), precision, 'macro');
    case 'weighted precision':
      return averaged(counts(), precision, 'weighted');
    case 'macro recall':
      return averaged(counts(), recall, 'macro');
    case 'weighted recall':
      return averaged(counts(), recall, 'weighted');
    case 'F1':
      return fScore(1)(classOne(counts()));
    case 'F0.5':
      return fScore(0.5)(classOne(counts()));
    case 'F2':
      return fScore(2)(classOne(counts()));
    case 'precision':
      return precision(classOne(counts()));
    case 'recall':
      return recall(classOne(counts()));
    case 'log loss':
      return mean(target, (truth, row) => rowLogLoss(outputs, space, predictions, row, truth));
    case 'AUC':
      return areaUnderCurve(
        predictions,
        target.map((truth) => Number(truth === 1)),
      );
    case 'AUC (one vs rest)':
      return oneVersusRest(storedOutputCount(outputs), predictions, target);
    case 'average precision':
      return averagePrecision(
        predictions,
        target.map((truth) => Number(truth === 1)),
      );
    case 'R²': {
      const centre = mean(target, (truth) => truth);
      return 1 - mean(target, (truth, row) => (truth - predictions[row]!) ** 2) / mean(target, (truth) => (truth - centre) ** 2);
    }
    case 'explained variance': {
      const centre = mean(target, (truth) => truth);
      const bias = mean(target, (truth, row) => truth - predictions[row]!);
      return 1 - mean(target, (truth, row) => (truth - predictions[row]! - bias) ** 2) / mean(target, (truth) => (truth - centre) ** 2);
    }
    case 'MAE':
      return mean(target, (truth, row) => Math.abs(truth - predictions[row]!));
    case 'median AE':
      return quantileOfSorted(target.map((truth, row) => Math.abs(truth - predictions[row]!)).sort(), 0.5);
    case 'MSE':
      return mean(target, (truth, row) => (truth - predictions[row]!) ** 2);
    case 'RMSE':
      return Math.sqrt(mean(target, (truth, row) => (truth - predictions[row]!) ** 2));
    case 'MSLE':
      return mean(target, (truth, row) => (Math.log1p(truth) - Math.log1p(predictions[row]!)) ** 2);
    default:
      return metric satisfies never;
  }
}

function mean(target: Float64Array, part: (truth: number, row: number) => number): number {
  let sum = 0;
  for (let row = 0; row < target.length; row++) sum += part(target[row]!, row);
  return sum / target.length;
}

function predictedClass(outputs: Outputs, space: PredictionSpace, predictions: Float64Array, row: number): number {
  const n = storedOutputCount(outputs);
  return predictedClassOf(outputs, space, predictions.subarray(row * n, (row + 1) * n));
}

/** Rows of one class: truly so, predicted so, both. */
interface ClassCount {
  truths: number;
  predicted: number;
  hits: number;
}

/** By class, of the classes that occur among true or predicted ones. */
type ClassCounts = ReadonlyMap<number, ClassCount>;

function countClasses(outputs: Outputs, space: PredictionSpace, predictions: Float64Array, target: Float64Array): ClassCounts {
  const counts = new Map<number, ClassCount>();
  const of = (label: number): ClassCount => {
    const known = counts.get(label) ?? { truths: 0, predicted: 0, hits: 0 };
    counts.set(label, known);
    return known;
  };
  target.forEach((truth, row) => {
    const predicted = predictedClass(outputs, space, predictions, row);
    of(truth).truths++;
    of(predicted).predicted++;
    if (truth === predicted) of(truth).hits++;
  });
  return counts;
}

function classOne(counts: ClassCounts): ClassCount {
  return counts.get(1) ?? { truths: 0, predicted: 0, hits: 0 };
}

function precision({ hits, predicted }: ClassCount): number {
  return ratio(hits, predicted);
}

function recall({ hits, truths }: ClassCount): number {
  return ratio(hits, truths);
}

/** 0 where nothing is counted (scikit-learn zero_division=0). */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** `macro`: every class counts the same; `weighted`: by its true rows. */
function averaged(counts: ClassCounts, score: (count: ClassCount) => number, kind: 'macro' | 'weighted'): number {
  let sum = 0;
  let total = 0;
  for (const count of counts.values()) {
    const weight = kind === 'macro' ? 1 : count.truths;
    sum += weight * score(count);
    total += weight;
  }
  return sum / total;
}

/** Mean over the classes of the area under the curve of each against all others. */
function oneVersusRest(nClasses: number, predictions: Float64Array, target: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < nClasses; k++) {
    const scores = target.map((_, row) => predictions[row * nClasses + k]!);
    sum += areaUnderCurve(
      scores,
      target.map((truth) => Number(truth === k)),
    );
  }
  return sum / nClasses;
}

/** -log of the probability of the true class; probabilities are kept 2^-52 away from 0 and 1 as in scikit-learn. */
function rowLogLoss(outputs: Outputs, space: PredictionSpace, predictions: Float64Array, row: number, truth: number): number {
  const n = storedOutputCount(outputs);
  if (space === 'logit') {
    if (n === 1) return softplus(truth === 1 ? -predictions[row]! : predictions[row]!);
    let largest = -Infinity;
    for (let k = 0; k < n; k++) largest = Math.max(largest, predictions[row * n + k]!);
    let total = 0;
    for (let k = 0; k < n; k++) total += Math.exp(predictions[row * n + k]! - largest);
    return Math.log(total) + largest - predictions[row * n + truth]!;
  }
  const p = n === 1 ? (truth === 1 ? predictions[row]! : 1 - predictions[row]!) : predictions[row * n + truth]!;
  return -Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, p)));
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
