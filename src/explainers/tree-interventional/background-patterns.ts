import type { Forest } from '#/explainers/forest';
import { patternWords, walkTree, type LeafPath } from '#/explainers/tree-walk';

/**
 * What the background looks like from the leaves of one tree, in the order of the walk: the distinct patterns of the
 * background rows and the weight of the rows that show each.
 *
 *   leaf 0: patterns starts[0] .. starts[1], leaf 1: starts[1] .. starts[2], ...
 *   pattern i has words [i * words, (i + 1) * words) of `masks` and weight masses[i]
 */
export interface TreeBackground {
  readonly words: number;
  readonly starts: Int32Array;
  readonly masks: Int32Array;
  readonly masses: Float64Array;
}

/** Patterns of leaves with at most this many slots are counted in a table, others in a map. */
const TABLE_SLOTS = 12;

/**
 * @param columns - background rows as the trees compare them, column-major [ensemble features][nRows]
 * @param weights - [nRows], summing to 1
 */
export function backgroundOfTree(forest: Forest, tree: number, columns: Float64Array, weights: Float64Array): TreeBackground {
  const { ensemble } = forest.model;
  const nRows = weights.length;
  const shape = forest.shapes[tree]!;
  const words = patternWords(shape.slots);
  const starts = new Int32Array(shape.leaves + 1);
  const counter = new PatternCounter(words, nRows, weights);
  let leaf = 0;
  walkTree(ensemble, ensemble.roots[tree]!, shape, forest.playerOf, columns, nRows, null, (path, patterns) => {
    counter.count(path, patterns);
    starts[++leaf] = counter.size;
  });
  return { words, starts, ...counter.take() };
}

/** Bytes of one tree's patterns. */
export function bytesOf(background: TreeBackground): number {
  return background.masks.byteLength + background.masses.byteLength + background.starts.byteLength;
}

/** Grows the pattern lists leaf by leaf; patterns stand in the order of the first background row that shows them. */
class PatternCounter {
  size = 0;
  readonly #words: number;
  readonly #nRows: number;
  readonly #weights: Float64Array;
  #masks: Int32Array;
  #masses: Float64Array;
  readonly #tableLeaf: Int32Array;
  readonly #tableAt: Int32Array;
  #leaf = 0;

  constructor(words: number, nRows: number, weights: Float64Array) {
    this.#words = words;
    this.#nRows = nRows;
    this.#weights = weights;
    this.#masks = new Int32Array(64 * words);
    this.#masses = new Float64Array(64);
    this.#tableLeaf = new Int32Array(1 << TABLE_SLOTS).fill(-1);
    this.#tableAt = new Int32Array(1 << TABLE_SLOTS);
  }

  count(path: LeafPath, patterns: Int32Array): void {
    const leaf = this.#leaf++;
    if (path.nSlots <= TABLE_SLOTS) {
      for (let row = 0; row < this.#nRows; row++) {
        const pattern = patterns[row]!;
        if (this.#tableLeaf[pattern] !== leaf) {
          this.#tableLeaf[pattern] = leaf;
          this.#tableAt[pattern] = this.#append(patterns, row);
        }
        this.#masses[this.#tableAt[pattern]!]! += this.#weights[row]!;
      }
      return;
    }
    const seen = new Map<number | string, number>();
    for (let row = 0; row < this.#nRows; row++) {
      const key = this.#key(patterns, row);
      let at = seen.get(key);
      if (at === undefined) {
        at = this.#append(patterns, row);
        seen.set(key, at);
      }
      this.#masses[at]! += this.#weights[row]!;
    }
  }

  take(): { masks: Int32Array; masses: Float64Array } {
    return { masks: this.#masks.slice(0, this.size * this.#words), masses: this.#masses.slice(0, this.size) };
  }

  #key(patterns: Int32Array, row: number): number | string {
    if (this.#words === 1) return patterns[row]!;
    let key = '';
    for (let word = 0; word < this.#words; word++) key += `${patterns[word * this.#nRows + row]!},`;
    return key;
  }

  #append(patterns: Int32Array, row: number): number {
    if (this.size === this.#masses.length) {
      const masks = new Int32Array(2 * this.#masks.length);
      masks.set(this.#masks);
      this.#masks = masks;
      const masses = new Float64Array(2 * this.#masses.length);
      masses.set(this.#masses);
      this.#masses = masses;
    }
    for (let word = 0; word < this.#words; word++) this.#masks[this.size * this.#words + word] = patterns[word * this.#nRows + row]!;
    return this.size++;
  }
}
