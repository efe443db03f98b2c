import { LimpidError } from '#/base/errors';
import { choleskyInPlace, choleskySolveInPlace } from '#/math/least-squares';

export interface LocalFit {
  readonly coefficients: Float64Array;
  readonly intercept: number;
  /** Weighted R² on the sample. */
  readonly r2: number;
}

/**
 * Ridge regressions of several targets on one weighted design, the intercept not penalised (scikit-learn Ridge with
 * sample_weight).
 *
 * @param design - [n, p] row-major; not modified
 * @param weights - [n], not negative, not all 0
 * @param targets - [n, nTargets] row-major
 * @param alpha - penalty on the squared coefficients, above 0
 * @returns by target; R² is NaN where the target is constant
 */
export function fitRidge(design: Float64Array, weights: Float64Array, targets: Float64Array, nTargets: number, alpha: number): LocalFit[] {
  const n = weights.length;
  const p = design.length / n;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const means = new Float64Array(p);
  const targetMeans = new Float64Array(nTargets);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < p; j++) means[j]! += (weights[i]! / total) * design[i * p + j]!;
    for (let k = 0; k < nTargets; k++) targetMeans[k]! += (weights[i]! / total) * targets[i * nTargets + k]!;
  }
  const gram = new Float64Array(p * p);
  const right = Array.from({ length: nTargets }, () => new Float64Array(p));
  const x = new Float64Array(p);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < p; j++) x[j] = design[i * p + j]! - means[j]!;
    for (let a = 0; a < p; a++) {
      const weighted = weights[i]! * x[a]!;
      for (let b = 0; b <= a; b++) gram[a * p + b]! += weighted * x[b]!;
      for (let k = 0; k < nTargets; k++) right[k]![a]! += weighted * (targets[i * nTargets + k]! - targetMeans[k]!);
    }
  }
  for (let j = 0; j < p; j++) gram[j * p + j]! += alpha;
  if (!choleskyInPlace(gram, p, 1e-14)) throw new LimpidError({ tag: 'Internal', message: 'The local regression has no solution.' });
  return right.map((coefficients, k) => {
    choleskySolveInPlace(gram, p, coefficients);
    let intercept = targetMeans[k]!;
    for (let j = 0; j < p; j++) intercept -= coefficients[j]! * means[j]!;
    let squares = 0;
    let residuals = 0;
    for (let i = 0; i < n; i++) {
      let predicted = intercept;
      for (let j = 0; j < p; j++) predicted += coefficients[j]! * design[i * p + j]!;
      const target = targets[i * nTargets + k]!;
      residuals += weights[i]! * (target - predicted) ** 2;
      squares += weights[i]! * (target - targetMeans[k]!) ** 2;
    }
    return { coefficients, intercept, r2: squares > 0 ? 1 - residuals / squares : NaN };
  });
}
