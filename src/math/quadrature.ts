/** Nodes and weights of a rule on [0, 1]: integral of f ~ sum of weights[m] * f(nodes[m]). */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

const known = new Map<number, Quadrature>();

/**
 * Gauss-Legendre rule on [0, 1], exact for polynomials of degree <= 2n - 1 (to rounding).
 *
 * Roots of the Legendre polynomial by Newton's method from the usual cosine guess; weights 1 / ((1 - x^2) P_n'(x)^2).
 *
 * @param n - number of nodes, 1 or more; rules are made once and shared, callers must not change them
 * @returns nodes ascending in (0, 1), weights positive with sum 1
 */
export function gaussLegendre(n: number): Quadrature {
  const found = known.get(n);
  if (found) return found;
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < Math.ceil(n / 2); i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let step = 0; step < 100; step++) {
      let before = 1;
      let value = x;
      for (let k = 2; k <= n; k++) {
        const next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
        before = value;
        value = next;
      }
      slope = (n * (x * value - before)) / (x * x - 1);
      const move = value / slope;
      x -= move;
      if (Math.abs(move) <= 1e-16) break;
    }
    if (n % 2 === 1 && i === (n - 1) / 2) x = 0;
    const weight = 1 / ((1 - x * x) * slope * slope);
    nodes[i] = (1 - x) / 2;
    nodes[n - 1 - i] = (1 + x) / 2;
    weights[i] = weight;
    weights[n - 1 - i] = weight;
  }
  const rule = { nodes, weights };
  known.set(n, rule);
  return rule;
}
