import { gaussLegendre, type Quadrature } from '#/math/quadrature';
import type { LeafGame } from '#/explainers/leaf-values';
import type { LeafPath } from '#/explainers/tree-walk';

/**
 * Path-dependent Shapley weights of a leaf. With h_j in {0, 1} (does the row meet slot j), c_j the slot's cover share and
 * u_j(t) = h_j t + c_j (1 - t):
 *
 *   weight_i = (h_i - c_i) * integral over [0, 1] of the product of u_j(t), j != i
 *
 * The integrand has degree d - 1, so Gauss-Legendre with ceil(d / 2) nodes is exact; every factor lies in [0, 1], so
 * nothing overflows at any depth (Quadrature-TreeSHAP, arXiv 2605.04497; the game is Lundberg's, arXiv 1802.03888).
 */
export class PathGame implements LeafGame {
  #nSlots = 0;
  #shares: Float64Array = new Float64Array(0);
  #rule: Quadrature = gaussLegendre(1);
  readonly #factors: Float64Array;
  readonly #before: Float64Array;

  /** @param maxSlots - most slots of any leaf */
  constructor(maxSlots: number) {
    this.#factors = new Float64Array(maxSlots + 1);
    this.#before = new Float64Array(maxSlots + 1);
  }

  begin(path: LeafPath): void {
    this.#nSlots = path.nSlots;
    this.#shares = path.shares;
    this.#rule = gaussLegendre(Math.max(1, Math.ceil(path.nSlots / 2)));
  }

  weigh(patterns: Int32Array, row: number, stride: number, out: Float64Array, at: number): boolean {
    const n = this.#nSlots;
    const shares = this.#shares;
    const factors = this.#factors;
    const before = this.#before;
    const { nodes, weights } = this.#rule;
    let cold = 0;
    for (let slot = 0; slot < n; slot++) if (!isMet(patterns, row, stride, slot) && shares[slot] === 0) cold++;
    // Two slots that neither the row nor any cover reaches: every product below holds a zero.
    if (cold > 1) return false;
    for (let m = 0; m < nodes.length; m++) {
      const t = nodes[m]!;
      let product = weights[m]!;
      for (let slot = 0; slot < n; slot++) {
        before[slot] = product;
        const factor = shares[slot]! * (1 - t) + (isMet(patterns, row, stride, slot) ? t : 0);
        factors[slot] = factor;
        product *= factor;
      }
      let after = 1;
      for (let slot = n - 1; slot >= 0; slot--) {
        out[at + slot]! += before[slot]! * after;
        after *= factors[slot]!;
      }
    }
    for (let slot = 0; slot < n; slot++) out[at + slot]! *= (isMet(patterns, row, stride, slot) ? 1 : 0) - shares[slot]!;
    return true;
  }
}

function isMet(patterns: Int32Array, row: number, stride: number, slot: number): boolean {
  return ((patterns[(slot >>> 5) * stride + row]! >>> (slot & 31)) & 1) === 1;
}
