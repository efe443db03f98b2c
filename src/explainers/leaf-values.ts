import { fullWord, patternWords, type LeafPath } from '#/explainers/tree-walk';

/**
 * Shapley weights of a leaf's slots: the value of a leaf with value v gives player(slot) weight * v.
 * The weights depend on the row only through its pattern (which of the path's conditions it meets).
 */
export interface LeafGame {
  /** Called once a leaf, before its patterns. */
  begin(path: LeafPath): void;
  /**
   * Weights of one pattern.
   * @param patterns - word w of the pattern is at [w * stride + row]
   * @param out - nSlots weights are written from `at` on; they hold zeros before
   * @returns false when all are zero
   */
  weigh(patterns: Int32Array, row: number, stride: number, out: Float64Array, at: number): boolean;
}

/** Patterns of leaves with at most this many slots are weighed once a block of rows. */
const MEMO_SLOTS = 12;

/**
 * Adds leaves to the values of a block of rows. Work a leaf: one `weigh` for each distinct pattern among the rows
 * and nSlots * nOutputs additions a row; order and result for a row do not depend on the other rows.
 */
export class LeafAccumulator {
  readonly #game: LeafGame;
  readonly #values: readonly Float64Array[];
  readonly #firstRow: number;
  readonly #nFeatures: number;
  readonly #leafValues: Float64Array;
  readonly #memoLeaf = new Int32Array(1 << MEMO_SLOTS).fill(-1);
  readonly #memoAt = new Int32Array(1 << MEMO_SLOTS);
  #weights = new Float64Array(1024);
  #leafCount = 0;

  /**
   * @param values - [nOutputs][rows * nFeatures], added to
   * @param firstRow - row of `values` that the block's row 0 is
   * @param leafValues - [nLeaves, nOutputs]
   */
  constructor(game: LeafGame, values: readonly Float64Array[], firstRow: number, nFeatures: number, leafValues: Float64Array) {
    this.#game = game;
    this.#values = values;
    this.#firstRow = firstRow;
    this.#nFeatures = nFeatures;
    this.#leafValues = leafValues;
  }

  add(path: LeafPath, patterns: Int32Array, nRows: number): void {
    const { nSlots, players } = path;
    if (nSlots === 0 || this.#isZero(path.leaf)) return;
    this.#game.begin(path);
    const leafId = this.#leafCount++;
    const remembers = nSlots <= MEMO_SLOTS;
    let used = 0;
    for (let row = 0; row < nRows; row++) {
      let at: number;
      if (remembers) {
        const pattern = patterns[row]!;
        if (this.#memoLeaf[pattern] !== leafId) {
          this.#memoLeaf[pattern] = leafId;
          this.#memoAt[pattern] = this.#weigh(patterns, row, nRows, nSlots, used) ? used : -1;
          if (this.#memoAt[pattern] >= 0) used += nSlots;
        }
        at = this.#memoAt[pattern]!;
      } else at = this.#weigh(patterns, row, nRows, nSlots, 0) ? 0 : -1;
      if (at >= 0) this.#addRow(row, path.leaf, players, nSlots, at);
    }
  }

  #weigh(patterns: Int32Array, row: number, nRows: number, nSlots: number, at: number): boolean {
    if (at + nSlots > this.#weights.length) {
      const larger = new Float64Array(2 * (at + nSlots));
      larger.set(this.#weights);
      this.#weights = larger;
    }
    this.#weights.fill(0, at, at + nSlots);
    return this.#game.weigh(patterns, row, nRows, this.#weights, at);
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

  #isZero(leaf: number): boolean {
    const nOutputs = this.#values.length;
    for (let output = 0; output < nOutputs; output++) if (this.#leafValues[leaf * nOutputs + output] !== 0) return false;
    return true;
  }
}

/** Whether a row with this pattern ends in the leaf: all conditions hold. */
export function meetsAll(patterns: Int32Array, row: number, stride: number, nSlots: number): boolean {
  for (let word = 0; word < patternWords(nSlots); word++) if (patterns[word * stride + row] !== fullWord(nSlots, word)) return false;
  return true;
}
