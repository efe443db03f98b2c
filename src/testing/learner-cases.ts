import type { FeatureSchema } from '#/domain/model';
import type { BoostingLoss } from '#/learners/boosting-objectives';

/** Features of a learner's table: a number, or a category with so many codes. */
export function featuresWithCodes(codes: readonly (number | null)[]): FeatureSchema[] {
  return codes.map((count, column) => ({
    name: `x${column}`,
    kind: count === null ? 'numeric' : 'categorical',
    integer: false,
    labels: Array.from({ length: count ?? 0 }, (_, code) => `level ${code}`),
    missingText: '',
    column,
  }));
}

export const BOOSTING_LOSSES: Readonly<Record<string, BoostingLoss>> = {
  regression: 'squared',
  binary: 'logistic',
  multiclass: 'softmax',
};

/** R² of what was got against what was expected. */
export function determination(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  const n = expected.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += expected[i]! / n;
  let residual = 0;
  let total = 0;
  for (let i = 0; i < n; i++) {
    residual += (got[i]! - expected[i]!) ** 2;
    total += (expected[i]! - mean) ** 2;
  }
  return 1 - residual / total;
}

/** Mean loss of sums [nRows, nOutputs]: squared error, log loss or cross entropy. */
export function trainLoss(loss: BoostingLoss, sums: Float64Array, labels: Float64Array): number {
  const nOutputs = sums.length / labels.length;
  let total = 0;
  labels.forEach((label, row) => {
    const own = sums.subarray(row * nOutputs, (row + 1) * nOutputs);
    if (loss === 'squared') total += (own[0]! - label) ** 2;
    else if (loss === 'logistic') total += Math.log1p(Math.exp(label === 1 ? -own[0]! : own[0]!));
    else total += Math.log(own.reduce((sum, score) => sum + Math.exp(score), 0)) - own[label]!;
  });
  return total / labels.length;
}
