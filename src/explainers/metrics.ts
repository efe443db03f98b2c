import { isClassifier, predictedClassOf, storedOutputCount, type Outputs, type PredictionSpace } from '#/domain/outputs';

/** A measure of how well predictions meet true values. The id is what people read. */
export type MetricId = 'accuracy' | 'macro F1' | 'log loss' | 'AUC' | 'R²' | 'MAE' | 'RMSE' | 'MSE';

export interface Metric {
  readonly id: MetricId;
  readonly greaterIsBetter: boolean;
}

const METRICS: Readonly<Record<MetricId, boolean>> = {
  accuracy: true,
  'macro F1': true,
  'log loss': false,
  AUC: true,
  'R²': true,
  MAE: false,
  RMSE: false,
  MSE: false,
};

/** Metrics that suit a model, the default first. Log loss and AUC need numbers, AUC two classes. */
export function metricsFor(outputs: Outputs, space: PredictionSpace): readonly Metric[] {
  const ids: MetricId[] = isClassifier(outputs) ? ['accuracy', 'macro F1'] : ['R²', 'MAE', 'RMSE', 'MSE'];
  if (isClassifier(outputs) && (space === 'probability' || space === 'logit')) ids.push('log loss');
  if (isClassifier(outputs) && space !== 'label only' && storedOutputCount(outputs) === 1) ids.push('AUC');
  return ids.map((id) => ({ id, greaterIsBetter: METRICS[id] }));
}

/** Accuracy for classes, R² for values. */
export function defaultMetric(outputs: Outputs): MetricId {
  return isClassifier(outputs) ? 'accuracy' : 'R²';
}

/**
 * A metric of stored predictions, as scikit-learn 1.9 defines it (accuracy_score, f1_score(average="macro",
 * zero_division=0), log_loss, roc_auc_score, r2_score, mean_absolute_error, root_mean_squared_error, mean_squared_error).
 *
 * @param predictions - row-major [nRows, nOutputs] in `space`; log loss turns margins into probabilities
 * @param target - [nRows] class index or value, none missing
 * @returns not finite where undefined: AUC with one class, R² of a constant target
 */
export function scorePredictions(
  metric: MetricId,
  outputs: Outputs,
  space: PredictionSpace,
  predictions: Float64Array,
  target: Float64Array,
): number {
  switch (metric) {
    case 'accuracy':
      return mean(target, (truth, row) => (predictedClass(outputs, space, predictions, row) === truth ? 1 : 0));
    case 'macro F1':
      return macroF1(outputs, space, predictions, target);
    case 'log loss':
      return mean(target, (truth, row) => rowLogLoss(outputs, space, predictions, row, truth));
    case 'AUC':
      return areaUnderCurve(predictions, target);
    case 'R²': {
      const centre = mean(target, (truth) => truth);
      return 1 - mean(target, (truth, row) => (truth - predictions[row]!) ** 2) / mean(target, (truth) => (truth - centre) ** 2);
    }
    case 'MAE':
      return mean(target, (truth, row) => Math.abs(truth - predictions[row]!));
    case 'MSE':
      return mean(target, (truth, row) => (truth - predictions[row]!) ** 2);
    case 'RMSE':
      return Math.sqrt(mean(target, (truth, row) => (truth - predictions[row]!) ** 2));
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

/** Mean F1 over the classes that occur among true or predicted ones. */
function macroF1(outputs: Outputs, space: PredictionSpace, predictions: Float64Array, target: Float64Array): number {
  const hits = new Map<number, number>();
  const uses = new Map<number, number>();
  const add = (counts: Map<number, number>, key: number, by: number): unknown => counts.set(key, (counts.get(key) ?? 0) + by);
  target.forEach((truth, row) => {
    const predicted = predictedClass(outputs, space, predictions, row);
    add(uses, truth, 1);
    add(uses, predicted, 1);
    if (truth === predicted) add(hits, truth, 1);
  });
  let sum = 0;
  for (const [label, used] of uses) sum += (2 * (hits.get(label) ?? 0)) / used;
  return sum / uses.size;
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

/** Chance that a row of class 1 scores higher than one of class 0, ties counting one half. */
function areaUnderCurve(scores: Float64Array, target: Float64Array): number {
  const order = Int32Array.from(target.keys()).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
    for (let i = start; i < end; i++) {
      if (target[order[i]!] !== 1) continue;
      positives++;
      rankSum += (start + end + 1) / 2;
    }
    start = end;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
