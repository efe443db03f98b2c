import { popcount } from '#/math/combinatorics';
import type { LeafGame } from '#/explainers/leaf-values';
import type { TreeBackground } from '#/explainers/tree-interventional/background-patterns';
import { fullWord, patternWords, type LeafPath } from '#/explainers/tree-walk';

/**
 * Interventional weights of a leaf. For one background row, let S+ be the p slots that only the explained row
 * meets and S- the q slots that only the background row meets; the leaf can be reached by mixing the two when every slot
 * is met by one of them. A coalition reaches it when it holds all of S+ and none of S-, so that with
 * beta(a, b) = integral over [0, 1] of t^a (1 - t)^b (closed form of the two-player-set game; shap's interventional Tree SHAP,
 * ALGORITHMS 1.2)
 *
 *   slots in S+:  + beta(p - 1, q) = (p - 1)! q! / (p + q)!          pairs within S+: + beta(p - 2, q) / 2
 *   slots in S-:  - beta(p, q - 1) = - p! (q - 1)! / (p + q)!        pairs within S-: + beta(p, q - 2) / 2
 *                                                                    pairs across:    - beta(p - 1, q - 1) / 2
 *
 * averaged over the background, which matters only through the weights of its distinct patterns. Pairs hold half of each
 * interaction, as shap stores them. Banzhaf values take t = 1/2 instead of the integral.
 */
export class InterventionalGame implements LeafGame {
  readonly pairs: boolean;
  readonly #backgroundOf: (tree: number) => TreeBackground;
  #background: TreeBackground | null = null;
  readonly #beta: Float64Array;
  readonly #side: number;
  #leaf = -1;
  #nSlots = 0;
  readonly #plus: Int32Array;
  readonly #minus: Int32Array;

  /**
   * @param backgroundOf - the background's patterns at the leaves of a tree
   * @param beta - from `betaTable(maxSlots, ..)`
   */
  constructor(backgroundOf: (tree: number) => TreeBackground, beta: Float64Array, maxSlots: number, pairs: boolean) {
    this.#backgroundOf = backgroundOf;
    this.#beta = beta;
    this.#side = maxSlots + 1;
    this.pairs = pairs;
    this.#plus = new Int32Array(maxSlots);
    this.#minus = new Int32Array(maxSlots);
  }

  enterTree(tree: number): void {
    this.#background = this.#backgroundOf(tree);
  }

  begin(path: LeafPath, leaf: number): void {
    this.#nSlots = path.nSlots;
    this.#leaf = leaf;
  }

  weigh(patterns: Int32Array, row: number, stride: number, out: Float64Array, at: number): boolean {
    if (this.#background === null) return false;
    const { starts, masks, masses, words } = this.#background;
    const used = patternWords(this.#nSlots);
    const end = starts[this.#leaf + 1]!;
    const beta = this.#beta;
    const side = this.#side;
    let any = false;
    for (let i = starts[this.#leaf]!; i < end; i++) {
      const from = i * words;
      let reachable = true;
      let p = 0;
      let q = 0;
      for (let word = 0; word < used; word++) {
        const mine = patterns[word * stride + row]!;
        const theirs = masks[from + word]!;
        if ((mine | theirs) !== fullWord(this.#nSlots, word)) {
          reachable = false;
          break;
        }
        p += popcount(mine & ~theirs);
        q += popcount(theirs & ~mine);
      }
      if (!reachable || p + q === 0) continue;
      any = true;
      const mass = masses[i]!;
      const up = p === 0 ? 0 : mass * beta[(p - 1) * side + q]!;
      const down = q === 0 ? 0 : mass * beta[p * side + q - 1]!;
      let nPlus = 0;
      let nMinus = 0;
      for (let word = 0; word < used; word++) {
        const mine = patterns[word * stride + row]!;
        const theirs = masks[from + word]!;
        for (let bits = mine & ~theirs; bits !== 0; bits &= bits - 1) {
          const slot = word * 32 + lowestBit(bits);
          out[at + slot]! += up;
          this.#plus[nPlus++] = slot;
        }
        for (let bits = theirs & ~mine; bits !== 0; bits &= bits - 1) {
          const slot = word * 32 + lowestBit(bits);
          out[at + slot]! -= down;
          this.#minus[nMinus++] = slot;
        }
      }
      if (this.pairs) this.#addPairs(p, q, mass / 2, out, at + this.#nSlots);
    }
    return any;
  }

  #addPairs(p: number, q: number, half: number, out: Float64Array, at: number): void {
    const beta = this.#beta;
    const side = this.#side;
    const n = this.#nSlots;
    const pairAt = (a: number, b: number): number => at + (a * (2 * n - a - 1)) / 2 + b - a - 1;
    const within = (slots: Int32Array, count: number, weight: number): void => {
      for (let a = 0; a < count; a++) for (let b = a + 1; b < count; b++) out[pairAt(slots[a]!, slots[b]!)]! += weight;
    };
    if (p > 1) within(this.#plus, p, half * beta[(p - 2) * side + q]!);
    if (q > 1) within(this.#minus, q, half * beta[p * side + q - 2]!);
    if (p === 0 || q === 0) return;
    const across = half * beta[(p - 1) * side + q - 1]!;
    for (let a = 0; a < p; a++) {
      for (let b = 0; b < q; b++) {
        const one = this.#plus[a]!;
        const other = this.#minus[b]!;
        out[one < other ? pairAt(one, other) : pairAt(other, one)]! -= across;
      }
    }
  }
}

export function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/**
 * [a * (max + 1) + b] for a + b <= max: integral over [0, 1] of t^a (1 - t)^b = 1 / ((a + b + 1) C(a + b, a)); for Banzhaf values
 * the integrand at one half, 2^-(a + b).
 */
export function betaTable(max: number, banzhaf: boolean): Float64Array {
  const side = max + 1;
  const table = new Float64Array(side * side);
  let line = [1];
  for (let n = 0; n <= max; n++) {
    for (let a = 0; a <= n; a++) table[a * side + (n - a)] = banzhaf ? 2 ** -n : 1 / ((n + 1) * line[a]!);
    line = Array.from({ length: n + 2 }, (_, a) => (line[a - 1] ?? 0) + (line[a] ?? 0));
  }
  return table;
}
