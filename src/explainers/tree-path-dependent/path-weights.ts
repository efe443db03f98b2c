import { gaussLegendre, type Quadrature } from '#/math/quadrature';
import type { LeafGame } from '#/explainers/leaf-values';
import type { LeafPath } from '#/explainers/tree-walk';

/** The integrand at one half: Banzhaf values. */
const AT_ONE_HALF = gaussLegendre(1);

/**
 * Path-dependent weights of a leaf. With h_j in {0, 1} (does the row meet slot j), c_j the slot's cover share and
 * u_j(t) = h_j t + c_j (1 - t):
 *
 *   Shapley  weight_i  = (h_i - c_i) * integral over [0, 1] of the product of u_j(t), j != i
 *   pair     weight_ij = (h_i - c_i) (h_j - c_j) * integral of the product of u_k(t), k != i, j; half of it is given
 *   Banzhaf  the integrand at t = 1/2 instead of the integral
 *
 * The integrand has degree d - 1 at most, so Gauss-Legendre with ceil(d / 2) nodes is exact; every factor lies in [0, 1], so
 * nothing overflows at any depth (Quadrature-TreeSHAP, arXiv 2605.04497; the game is Lundberg's, arXiv 1802.03888).
 */
export class PathGame implements LeafGame {
  readonly pairs: boolean;
  readonly #banzhaf: boolean;
  #nSlots = 0;
  #shares: Float64Array = new Float64Array(0);
  #rule: Quadrature = AT_ONE_HALF;
  readonly #factors: Float64Array;
  readonly #before: Float64Array;
  readonly #after: Float64Array;

  /** @param maxSlots - most slots of any leaf */
  constructor(maxSlots: number, options: { readonly pairs: boolean; readonly banzhaf: boolean }) {
    this.pairs = options.pairs;
    this.#banzhaf = options.banzhaf;
    this.#factors = new Float64Array(maxSlots + 1);
    this.#before = new Float64Array(maxSlots + 1);
    this.#after = new Float64Array(maxSlots + 1);
  }

  enterTree(): void {
    // Covers lie in the walk's path.
  }

  begin(path: LeafPath): void {
    this.#nSlots = path.nSlots;
    this.#shares = path.shares;
    this.#rule = this.#banzhaf ? AT_ONE_HALF : gaussLegendre(Math.max(1, Math.ceil(path.nSlots / 2)));
  }

  weigh(patterns: Int32Array, row: number, stride: number, out: Float64Array, at: number): boolean {
    const n = this.#nSlots;
    const shares = this.#shares;
    const factors = this.#factors;
    const before = this.#before;
    const after = this.#after;
    const { nodes, weights } = this.#rule;
    let cold = 0;
    for (let slot = 0; slot < n; slot++) if (!isMet(patterns, row, stride, slot) && shares[slot] === 0) cold++;
    // Slots that neither the row nor any cover reaches: with two, every value's product holds a zero (with three, every pair's).
    if (cold > (this.pairs ? 2 : 1)) return false;
    for (let m = 0; m < nodes.length; m++) {
      const t = nodes[m]!;
      let product = weights[m]!;
      for (let slot = 0; slot < n; slot++) {
        before[slot] = product;
        const factor = shares[slot]! * (1 - t) + (isMet(patterns, row, stride, slot) ? t : 0);
        factors[slot] = factor;
        product *= factor;
      }
      product = 1;
      for (let slot = n - 1; slot >= 0; slot--) {
        out[at + slot]! += before[slot]! * product;
        after[slot] = product;
        product *= factors[slot]!;
      }
      if (!this.pairs) continue;
      let pair = at + n;
      for (let a = 0; a < n; a++) {
        product = before[a]!;
        for (let b = a + 1; b < n; b++) {
          out[pair++]! += product * after[b]!;
          product *= factors[b]!;
        }
      }
    }
    for (let slot = 0; slot < n; slot++) {
      factors[slot] = (isMet(patterns, row, stride, slot) ? 1 : 0) - shares[slot]!;
      out[at + slot]! *= factors[slot]!;
    }
    if (!this.pairs) return true;
    let pair = at + n;
    for (let a = 0; a < n; a++) for (let b = a + 1; b < n; b++) out[pair++]! *= (factors[a]! * factors[b]!) / 2;
    return true;
  }
}

function isMet(patterns: Int32Array, row: number, stride: number, slot: number): boolean {
  return ((patterns[(slot >>> 5) * stride + row]! >>> (slot & 31)) & 1) === 1;
}
