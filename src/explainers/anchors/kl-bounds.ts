/** Confidence bounds of KL-LUCB (Kaufmann and Kalyanakrishnan 2013), the bandit of the anchor search (Ribeiro et al. 2018, section 3). */

/** Halvings of an interval that is at most sqrt(level / 2) wide: bounds are exact to a few 1e-5. */
const HALVINGS = 13;

/** Kullback-Leibler divergence of two coins, in nats. */
function divergence(p: number, q: number): number {
  return (p > 0 ? p * Math.log(p / q) : 0) + (p < 1 ? (1 - p) * Math.log((1 - p) / (1 - q)) : 0);
}

/** The largest q >= p with KL(p, q) <= level; p in [0, 1], level >= 0 (Infinity gives 1). */
export function upperBound(p: number, level: number): number {
  // Pinsker: KL(p, q) >= 2 (p - q)^2.
  let low = p;
  let high = Math.min(1, p + Math.sqrt(level / 2));
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (divergence(p, middle) > level) high = middle;
    else low = middle;
  }
  return high;
}

/** The smallest q <= p with KL(p, q) <= level. */
export function lowerBound(p: number, level: number): number {
  return 1 - upperBound(1 - p, level);
}

/**
 * Exploration rate of round t with K arms: log(K (1 + log t) / delta), the rate that holds in practice (Garivier and Kaufmann 2016,
 * arXiv 1602.04589, section 6, with a union over the arms). The proven one, log(405.5 K t^1.1 / delta) plus its logarithm, as in the
 * paper's own code, asks for up to twice the draws and finds rules of about the same coverage; what is reported is measured afresh either way.
 */
export function explorationRate(arms: number, round: number, delta: number): number {
  return Math.log((arms * (1 + Math.log(round))) / delta);
}
