import { choleskyInPlace, choleskySolveInPlace } from '#/math/least-squares';

export interface LarsPath {
  /** Columns in the order in which they entered (and stayed). */
  readonly active: readonly number[];
  /** Coefficients [p] at each step, the first all zero. */
  readonly steps: readonly Float64Array[];
}

const TINY = 2.2e-16;

/**
 * The path of least angle regression, or of the lasso, from X'X and X'y (Efron, Hastie, Johnstone and Tibshirani 2004; the
 * order of entry and drop of scikit-learn 1.9 `lars_path` with methods `lar` and `lasso`).
 *
 * @param gram - [p, p] X'X; not modified
 * @param xy - [p] X'y; not modified
 * @param method - `lasso` drops a column whose coefficient reaches 0
 * @param maxSteps - steps at most; with `lar` as many columns
 */
export function larsPath(gram: Float64Array, xy: Float64Array, method: 'lar' | 'lasso', maxSteps: number): LarsPath {
  const p = xy.length;
  const coefficients = new Float64Array(p);
  const steps = [coefficients.slice()];
  const active: number[] = [];
  const signs: number[] = [];
  const ignored = new Set<number>();
  let dropped = false;
  for (let step = 0; step < maxSteps; step++) {
    const correlation = Float64Array.from(xy, (value, j) => {
      let sum = value;
      for (let k = 0; k < p; k++) sum -= gram[j * p + k]! * coefficients[k]!;
      return sum;
    });
    if (!dropped) {
      let best = -1;
      for (let j = 0; j < p; j++)
        if (!active.includes(j) && !ignored.has(j) && (best < 0 || Math.abs(correlation[j]!) > Math.abs(correlation[best]!))) best = j;
      if (best < 0 || Math.abs(correlation[best]!) <= TINY) break;
      active.push(best);
      signs.push(correlation[best]! < 0 ? -1 : 1);
    }
    dropped = false;
    const n = active.length;
    const factor = Float64Array.from({ length: n * n }, (_, i) => gram[active[Math.floor(i / n)]! * p + active[i % n]!]!);
    if (!choleskyInPlace(factor, n, 1e-14)) {
      // The newest column is a combination of the others: it is left out for good.
      ignored.add(active.pop()!);
      signs.pop();
      continue;
    }
    const direction = Float64Array.from(signs);
    choleskySolveInPlace(factor, n, direction);
    const length = 1 / Math.sqrt(direction.reduce((sum, value, i) => sum + value * signs[i]!, 0));
    for (let i = 0; i < n; i++) direction[i]! *= length;
    const largest = Math.abs(correlation[active[0]!]!);
    let gamma = largest / length;
    for (let j = 0; j < p; j++) {
      if (active.includes(j) || ignored.has(j)) continue;
      let along = 0;
      active.forEach((k, i) => (along += gram[j * p + k]! * direction[i]!));
      for (const candidate of [(largest - correlation[j]!) / (length - along), (largest + correlation[j]!) / (length + along)])
        if (candidate > TINY && candidate < gamma) gamma = candidate;
    }
    let leaving: number[] = [];
    if (method === 'lasso') {
      active.forEach((j, i) => {
        const zero = -coefficients[j]! / direction[i]!;
        if (!(zero > 0) || zero > gamma) return;
        leaving = zero < gamma ? [i] : [...leaving, i];
        gamma = zero;
      });
    }
    active.forEach((j, i) => (coefficients[j]! += gamma * direction[i]!));
    for (const i of leaving.reverse()) {
      coefficients[active[i]!] = 0;
      active.splice(i, 1);
      signs.splice(i, 1);
      dropped = true;
    }
    steps.push(coefficients.slice());
    if (active.length + ignored.size === p && !dropped) break;
  }
  return { active, steps };
}
