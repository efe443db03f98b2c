import type { LeafPath } from '#/explainers/tree-walk';

/**
 * Weights of a leaf's slots: a leaf with value v gives player(slot) weight * v, and each pair of players their pair's weight * v.
 * The weights depend on the row only through its pattern (which of the path's conditions it meets).
 */
export interface LeafGame {
  /** Weights of pairs behind those of the slots: (0, 1), (0, 2), .. (1, 2), ..; half of each pair's interaction. */
  readonly pairs: boolean;
  enterTree(tree: number): void;
  /**
   * Called before the patterns of a leaf; leaves without slots or values are left out.
   * @param leaf - position in the walk of the tree
   */
  begin(path: LeafPath, leaf: number): void;
  /**
   * Weights of one pattern.
   * @param patterns - word w of the pattern is at [w * stride + row]
   * @param out - weights are written from `at` on; they hold zeros before
   * @returns false when all are zero
   */
  weigh(patterns: Int32Array, row: number, stride: number, out: Float64Array, at: number): boolean;
}

/** Numbers that a game gives for a leaf with `nSlots` slots. */
export function weightCount(nSlots: number, pairs: boolean): number {
  return pairs ? (nSlots * (nSlots + 1)) / 2 : nSlots;
}

/** Patterns of leaves with at most this many slots are weighed once a block of rows. */
const MEMO_SLOTS = 12;

/**
 * Adds leaves to the values of a block of rows. Work a leaf: one `weigh` for each distinct pattern among the rows
 * and weightCount * nOutputs additions a row; order and result for a row do not depend on the other rows.
 */
export class LeafAccumulator {
  readonly #game: LeafGame;
  readonly #values: readonly Float64Array[];
  readonly #interactions: readonly Float64Array[] | null;
  readonly #firstRow: number;
  readonly #nFeatures: number;
  readonly #leafValues: Float64Array;
  readonly #memoLeaf = new Int32Array(1 << MEMO_SLOTS).fill(-1);
  readonly #memoAt = new Int32Array(1 << MEMO_SLOTS);
  #weights = new Float64Array(1024);
  #leafCount = 0;

  /**
   * @param values - [nOutputs][rows * nFeatures], added to
   * @param interactions - [nOutputs][rows * nFeatures * nFeatures], added to off the diagonal; null when the game has no pairs
   * @param firstRow - row of `values` that the block's row 0 is
   * @param leafValues - [nLeaves, nOutputs]
   */
  constructor(
    game: LeafGame,
    values: readonly Float64Array[],
    interactions: readonly Float64Array[] | null,
    firstRow: number,
    nFeatures: number,
    leafValues: Float64Array,
  ) {
    this.#game = game;
    this.#values = values;
    this.#interactions = interactions;
    this.#firstRow = firstRow;
    this.#nFeatures = nFeatures;
    this.#leafValues = leafValues;
  }

  add(path: LeafPath, leaf: number, patterns: Int32Array, nRows: number): void {
    const { nSlots, players } = path;
    if (nSlots === 0 || this.#isZero(path.leaf)) return;
    this.#game.begin(path, leaf);
    const leafId = this.#leafCount++;
    const remembers = nSlots <= MEMO_SLOTS;
    const size = weightCount(nSlots, this.#game.pairs);
    let used = 0;
    for (let row = 0; row < nRows; row++) {
      let at: number;
      if (remembers) {
        const pattern = patterns[row]!;
        if (this.#memoLeaf[pattern] !== leafId) {
          this.#memoLeaf[pattern] = leafId;
          this.#memoAt[pattern] = this.#weigh(patterns, row, nRows, size, used) ? used : -1;
          if (this.#memoAt[pattern] >= 0) used += size;
        }
        at = this.#memoAt[pattern]!;
      } else at = this.#weigh(patterns, row, nRows, size, 0) ? 0 : -1;
      if (at < 0) continue;
      this.#addRow(row, path.leaf, players, nSlots, at);
      if (this.#interactions !== null) this.#addPairs(this.#interactions, row, path.leaf, players, nSlots, at + nSlots);
    }
  }

  #weigh(patterns: Int32Array, row: number, stride: number, size: number, at: number): boolean {
    if (at + size > this.#weights.length) {
      const larger = new Float64Array(2 * (at + size));
      larger.set(this.#weights);
      this.#weights = larger;
    }
    this.#weights.fill(0, at, at + size);
    return this.#game.weigh(patterns, row, stride, this.#weights, at);
  }

  #addRow(row: number, leaf: number, players: Int32Array, nSlots: number, at: number): void {
    const nOutputs = this.#values.length;
    const start = (this.#firstRow + row) * this.#nFeatures;
    for (let output = 0; output < nOutputs; output++) {
      const value = this.#leafValues[leaf * nOutputs + output]!;
      if (value === 0) continue;
      const target = this.#values[output]!;
      for (let slot = 0; slot < nSlots; slot++) target[start + players[slot]!]! += this.#weights[at + slot]! * value;
    }
  }

  #addPairs(interactions: readonly Float64Array[], row: number, leaf: number, players: Int32Array, nSlots: number, at: number): void {
    const n = this.#nFeatures;
    const start = (this.#firstRow + row) * n * n;
    for (let output = 0; output < interactions.length; output++) {
      const value = this.#leafValues[leaf * interactions.length + output]!;
      if (value === 0) continue;
      const target = interactions[output]!;
      let pair = at;
      for (let a = 0; a < nSlots; a++) {
        for (let b = a + 1; b < nSlots; b++) {
          const half = this.#weights[pair++]! * value;
          target[start + players[a]! * n + players[b]!]! += half;
          target[start + players[b]! * n + players[a]!]! += half;
        }
      }
    }
  }

  #isZero(leaf: number): boolean {
    const nOutputs = this.#values.length;
    for (let output = 0; output < nOutputs; output++) if (this.#leafValues[leaf * nOutputs + output] !== 0) return false;
    return true;
  }
}

/** Sets the diagonals so that each line of a row's matrix sums to the feature's value (shap). */
export function closeDiagonals(values: readonly Float64Array[], interactions: readonly Float64Array[], nFeatures: number): void {
  values.forEach((perOutput, output) => {
    const matrices = interactions[output]!;
    for (let i = 0; i < perOutput.length; i++) {
      let rest = perOutput[i]!;
      const line = i * nFeatures;
      const own = line + (i % nFeatures);
      for (let j = line; j < line + nFeatures; j++) if (j !== own) rest -= matrices[j]!;
      matrices[own] = rest;
    }
  });
}
