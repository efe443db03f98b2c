import { popcount } from '#/math/combinatorics';
import type { LeafGame } from '#/explainers/leaf-values';
import type { TreeBackground } from '#/explainers/tree-interventional/background-patterns';
import { fullWord, patternWords, type LeafPath } from '#/explainers/tree-walk';

/**
 * Interventional Shapley weights of a leaf. For one background row, let S+ be the p slots that only the explained row
 * meets and S- the q slots that only the background row meets; the leaf can be reached by mixing the two when every slot
 * is met by one of them. Then (closed form of the two-player-set game; shap's interventional Tree SHAP, ALGORITHMS 1.2)
 *
 *   slots in S+:  + (p - 1)! q! / (p + q)!  = 1 / (p C(p + q, p))
 *   slots in S-:  - p! (q - 1)! / (p + q)!  = 1 / (q C(p + q, p))
 *
 * averaged over the background, which matters only through the weights of its distinct patterns.
 */
export class InterventionalGame implements LeafGame {
  #background: TreeBackground | null = null;
  readonly #inverse: Float64Array;
  readonly #side: number;
  #leaf = -1;
  #nSlots = 0;

  /** @param inverse - from `inverseBinomials(maxSlots)` */
  constructor(inverse: Float64Array, maxSlots: number) {
    this.#inverse = inverse;
    this.#side = maxSlots + 1;
  }

  /** Says which leaf of which tree comes next: position `leaf` of the walk that made `background`. */
  enter(background: TreeBackground, leaf: number): void {
    this.#background = background;
    this.#leaf = leaf;
  }

  begin(path: LeafPath): void {
    this.#nSlots = path.nSlots;
  }

  weigh(patterns: Int32Array, row: number, stride: number, out: Float64Array, at: number): boolean {
    if (this.#background === null) return false;
    const { starts, masks, masses, words } = this.#background;
    const used = patternWords(this.#nSlots);
    const end = starts[this.#leaf + 1]!;
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
      const share = masses[i]! * this.#inverse[p * this.#side + q]!;
      for (let word = 0; word < used; word++) {
        const mine = patterns[word * stride + row]!;
        const theirs = masks[from + word]!;
        for (let bits = mine & ~theirs; bits !== 0; bits &= bits - 1) out[at + word * 32 + lowestBit(bits)]! += share / p;
        for (let bits = theirs & ~mine; bits !== 0; bits &= bits - 1) out[at + word * 32 + lowestBit(bits)]! -= share / q;
      }
    }
    return any;
  }
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** [p * (max + 1) + q] = 1 / C(p + q, p) for p + q <= max. */
export function inverseBinomials(max: number): Float64Array {
  const side = max + 1;
  const table = new Float64Array(side * side);
  let line = [1];
  for (let n = 0; n <= max; n++) {
    for (let p = 0; p <= n; p++) table[p * side + (n - p)] = 1 / line[p]!;
    line = Array.from({ length: n + 2 }, (_, p) => (line[p - 1] ?? 0) + (line[p] ?? 0));
  }
  return table;
}
