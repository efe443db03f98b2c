import { choleskyInPlace, choleskySolveInPlace } from '#/math/least-squares';
import { holds, wordsFor, type WeightedCoalitions } from '#/explainers/kernel/coalition-words';
import type { FeatureSelection } from '#/explainers/kernel/kernel-parameters';
import { larsPath } from '#/explainers/kernel/lars';

/** Share of all coalitions above which `auto` keeps everything. */
const MOSTLY_EVALUATED = 0.2;

/** Steps of a lasso path at most (scikit-learn LassoLarsIC max_iter). */
const PATH_STEPS = 500;

/**
 * Players that shap 0.51 keeps, by a path on its augmented system: each coalition twice, as z with target y and weight w (M - s),
 * and as z - 1 with target y - gap and weight w s, in units of the square root of the weight.
 * @returns positions in the order in which shap eliminates (the last one takes the rest)
 */
export function keptPlayers(
  coalitions: WeightedCoalitions,
  y: Float64Array,
  gap: number,
  selection: FeatureSelection,
  fractionEvaluated: number,
): readonly number[] {
  const m = coalitions.nPlayers;
  const all = Array.from({ length: m }, (_, j) => j);
  if (selection.kind === 'all' || (selection.kind === 'aic' && fractionEvaluated >= MOSTLY_EVALUATED)) return all;
  const { x, target } = augmented(coalitions, y, gap);
  if (selection.kind === 'keep') {
    const { gram, xy } = products(x, target, m);
    return larsPath(gram, xy, 'lar', Math.min(selection.count, m)).active;
  }
  return smallestAic(x, target, m);
}

function augmented(coalitions: WeightedCoalitions, y: Float64Array, gap: number): { x: Float64Array; target: Float64Array } {
  const { nPlayers: m, words, weights } = coalitions;
  const nWords = wordsFor(m);
  const count = weights.length;
  const x = new Float64Array(2 * count * m);
  const target = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    let size = 0;
    for (let j = 0; j < m; j++) size += Number(holds(words, i * nWords, j));
    const outer = Math.sqrt(weights[i]! * (m - size));
    const inner = Math.sqrt(weights[i]! * size);
    for (let j = 0; j < m; j++) {
      const inside = Number(holds(words, i * nWords, j));
      x[i * m + j] = outer * inside;
      x[(count + i) * m + j] = inner * (inside - 1);
    }
    target[i] = outer * y[i]!;
    target[count + i] = inner * (y[i]! - gap);
  }
  return { x, target };
}

function products(x: Float64Array, target: Float64Array, m: number): { gram: Float64Array; xy: Float64Array } {
  const gram = new Float64Array(m * m);
  const xy = new Float64Array(m);
  for (let i = 0; i < target.length; i++) {
    for (let a = 0; a < m; a++) {
      const value = x[i * m + a]!;
      if (value === 0) continue;
      xy[a]! += value * target[i]!;
      for (let b = 0; b < m; b++) gram[a * m + b]! += value * x[i * m + b]!;
    }
  }
  return { gram, xy };
}

/** scikit-learn 1.9 make_pipeline(StandardScaler(with_mean=False), LassoLarsIC("aic")): columns over their deviation, then centred. */
function smallestAic(x: Float64Array, target: Float64Array, m: number): readonly number[] {
  const n = target.length;
  const mean = target.reduce((sum, value) => sum + value, 0) / n;
  const centred = target.map((value) => value - mean);
  const scaled = new Float64Array(x.length);
  for (let j = 0; j < m; j++) {
    let sum = 0;
    for (let i = j; i < x.length; i += m) sum += x[i]!;
    let squares = 0;
    for (let i = j; i < x.length; i += m) squares += (x[i]! - sum / n) ** 2;
    const deviation = Math.sqrt(squares / n) || 1;
    for (let i = j; i < x.length; i += m) scaled[i] = (x[i]! - sum / n) / deviation;
  }
  const { gram, xy } = products(scaled, centred, m);
  const total = centred.reduce((sum, value) => sum + value * value, 0);
  const residual = (coefficients: Float64Array): number => {
    let sum = total;
    for (let a = 0; a < m; a++) {
      sum -= 2 * coefficients[a]! * xy[a]!;
      for (let b = 0; b < m; b++) sum += coefficients[a]! * coefficients[b]! * gram[a * m + b]!;
    }
    return sum;
  };
  const factor = gram.slice();
  const leastSquares = xy.slice();
  const all = Array.from({ length: m }, (_, j) => j);
  if (n <= m + 1 || !choleskyInPlace(factor, m)) return all;
  choleskySolveInPlace(factor, m, leastSquares);
  const noise = residual(leastSquares) / (n - m - 1);
  let best: Float64Array | null = null;
  let least = Infinity;
  for (const coefficients of larsPath(gram, xy, 'lasso', PATH_STEPS).steps) {
    const degrees = coefficients.reduce((count, value) => count + Number(Math.abs(value) > 2.2e-16), 0);
    const criterion = n * Math.log(2 * Math.PI * noise) + residual(coefficients) / noise + 2 * degrees;
    if (criterion >= least) continue;
    least = criterion;
    best = coefficients;
  }
  return all.filter((j) => (best?.[j] ?? 0) !== 0);
}
