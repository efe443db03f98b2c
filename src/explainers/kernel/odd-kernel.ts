import { binomial } from '#/math/combinatorics';
import { gaussLegendre } from '#/math/quadrature';

/**
 * Prior weight of each interaction order: an order-s Fourier coefficient has variance (SPREAD / players)^s. Chosen on games that the
 * tests do not use: sums of products, logistic, trees, nets and maxima of 8 to 40 players; errors differ by less than a
 * third between 3 and 5, standard errors are best calibrated at 5.
 */
const SPREAD = 5;

/** The prior covariance of the odd part of a game, without its first order, and what it says of Shapley values. */
export interface OddKernel {
  /** [n + 1] covariance of two coalitions by the number of players in which they differ. */
  readonly covariance: Float64Array;
  /** [n] covariance of player j's value with a coalition that holds j, by how many others it lacks; its negative where it lacks j. */
  readonly withValue: Float64Array;
  /** Prior variance of a player's value. */
  readonly valueVariance: number;
}

/**
 * Sums over odd orders s >= 3 of rho^s times elementary symmetric polynomials of +-1 vectors (Krawtchouk polynomials), in
 * closed form: a value takes 2 / s of each coefficient that holds its player, which is an integral over rho.
 */
export function oddKernel(n: number): OddKernel {
  const rho = Math.min(0.9, SPREAD / n);
  const covariance = Float64Array.from({ length: n + 1 }, (_, d) => {
    const plus = (1 + rho) ** (n - d) * (1 - rho) ** d;
    const minus = (1 - rho) ** (n - d) * (1 + rho) ** d;
    return (plus - minus) / 2 - rho * (n - 2 * d);
  });
  const { nodes, weights } = gaussLegendre(Math.min(32, Math.ceil(n / 2) + 1));
  const withValue = Float64Array.from({ length: n }, (_, d) => {
    let sum = 0;
    for (let q = 0; q < nodes.length; q++) {
      const x = nodes[q]! * rho;
      sum += weights[q]! * rho * ((1 + x) ** (n - 1 - d) * (1 - x) ** d + (1 - x) ** (n - 1 - d) * (1 + x) ** d - 2);
    }
    return sum;
  });
  let valueVariance = 0;
  for (let s = 3; s <= n; s += 2) {
    const term = rho ** s * (2 / s) ** 2 * binomial(n - 1, s - 1);
    valueVariance += term;
    if (term < 1e-17 * valueVariance) break;
  }
  return { covariance, withValue, valueVariance };
}
