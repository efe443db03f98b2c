import type { Background } from '#/explainers/explainer';
import { fullWord, wordsFor, type CoalitionPairs } from '#/explainers/kernel/coalition-words';
import { exactShapley } from '#/explainers/kernel/exact-shapley';
import type { PredictRows } from '#/explainers/kernel/model-rows';
import { differs, type Players } from '#/explainers/kernel/player-groups';
import type { ExplainedSpace } from '#/explainers/kernel/prediction-space';
import { createPacer, type Pacer } from '#/explainers/pacer';

/** Rows in one call of the model: input stays within a megabyte for up to 64 features. */
const BATCH_ROWS = 2048;

/** Predicted numbers kept before they are added up. */
const HELD_NUMBERS = 2 ** 17;

/** Coalitions that wait for their predictions. */
const WAITING = 2 ** 20;

/** What coalitions share of an explained row. */
export interface ExplainedRow {
  readonly row: Float64Array;
  /** [nOutputs] prediction of the row as it is; written by `addOwn`. */
  readonly own: Float64Array;
}

/**
 * Evaluates rows mixed from an explained row and background rows. For a background row only the players that differ from the
 * explained row matter: coalitions that agree on them are one row of the model and predicted once. Several explained rows share a
 * batch; sums are taken in the order of the calls, so that a result does not depend on where batches end.
 */
export class MixedRows {
  /** Rows that the model predicted. */
  evaluations = 0;
  /** [background rows, nOutputs] */
  readonly backgroundPredictions: Float64Array;
  readonly #predict: PredictRows;
  readonly #nOutputs: number;
  readonly #background: Background;
  readonly #players: Players;
  readonly #space: ExplainedSpace;
  readonly #signal: AbortSignal | undefined;
  readonly #pacer: Pacer;
  readonly #buffer: Float64Array;
  #buffered = 0;
  /** Predictions of rows [0, #held) since the last `settle`; #asked more are buffered or held. */
  #predictions: Float64Array;
  #held = 0;
  #asked = 0;
  #sums: (() => void)[] = [];
  #waiting = 0;
  /** Hash of the coalitions of one background row: position in the table -> slot, valid where the stamp is the current one. */
  #slots = new Int32Array(1024);
  #stamps = new Int32Array(1024);
  #stamp = 0;
  #keys = new Int32Array(1024);

  constructor(
    predict: PredictRows,
    nOutputs: number,
    background: Background,
    backgroundPredictions: Float64Array,
    players: Players,
    space: ExplainedSpace,
    signal: AbortSignal | undefined,
  ) {
    this.#predict = predict;
    this.#nOutputs = nOutputs;
    this.#background = background;
    this.backgroundPredictions = backgroundPredictions;
    this.#players = players;
    this.#space = space;
    this.#signal = signal;
    this.#pacer = createPacer(signal);
    this.#buffer = new Float64Array(BATCH_ROWS * background.rows.nFeatures);
    this.#predictions = new Float64Array(HELD_NUMBERS);
  }

  get pacer(): Pacer {
    return this.#pacer;
  }

  /** The prediction of the row as it is. */
  async addOwn(explained: ExplainedRow): Promise<void> {
    const slot = this.#reserve(1);
    this.#buffer.set(explained.row, this.#buffered * explained.row.length);
    this.#buffered++;
    this.#sums.push(() => {
      for (let k = 0; k < this.#nOutputs; k++) explained.own[k] = this.#predictions[slot * this.#nOutputs + k]!;
    });
    if (this.#buffered === BATCH_ROWS) await this.#flush();
  }

  /**
   * The exact Shapley values of f(row on S, background row elsewhere) over `differing`, times the background row's weight, added to
   * values[output][player] (Shapley 1953). After `addOwn` of the row.
   * @param differing - players that differ between the two rows, at most 20
   */
  async addExact(explained: ExplainedRow, b: number, differing: Int32Array, values: readonly Float64Array[]): Promise<void> {
    const n = differing.length;
    if (n === 0) return;
    const count = 2 ** n - 2;
    const slot = this.#reserve(count);
    for (let mask = 1; mask <= count; mask++) {
      const at = this.#putBackground(b);
      for (let bits = mask; bits !== 0; bits &= bits - 1) this.#put(explained.row, differing[31 - Math.clz32(bits & -bits)]!, at);
      if (this.#buffered === BATCH_ROWS) await this.#flush();
    }
    const weight = this.#background.weights[b]!;
    this.#sums.push(() => {
      const game = new Float64Array(count + 2);
      const phi = new Float64Array(n);
      for (let k = 0; k < this.#nOutputs; k++) {
        // Relative to the empty coalition, so that a large base value costs no digits.
        const none = this.backgroundPredictions[b * this.#nOutputs + k]!;
        for (let i = 0; i < count; i++) game[i + 1] = this.#predictions[(slot + i) * this.#nOutputs + k]! - none;
        game[count + 1] = explained.own[k]! - none;
        exactShapley(game, n, phi);
        for (let i = 0; i < n; i++) values[k]![differing[i]!]! += weight * phi[i]!;
      }
    });
  }

  /**
   * Adds a background row's share of v(S) and v(complement) of the chosen pairs to game[(2 * pair + side) * nOutputs + output]. After
   * `addOwn` of the row.
   * @param active - the players that the pairs' bits stand for
   * @param chosen - positions in `pairs`
   */
  addPairs(
    explained: ExplainedRow,
    b: number,
    active: Int32Array,
    pairs: CoalitionPairs,
    chosen: Int32Array,
    game: Float64Array,
  ): Promise<void> {
    const coalitions = new Int32Array(2 * chosen.length);
    chosen.forEach((pair, i) => {
      coalitions[2 * i] = 2 * pair;
      coalitions[2 * i + 1] = 2 * pair + 1;
    });
    return this.addCoalitions(explained, b, active, pairs, coalitions, 1, game);
  }

  /**
   * The same for coalitions by number: the words of coalition c are pair c >> shift's, or their complement where c is odd and
   * shift is 1; their value goes to game[c * nOutputs + output].
   */
  async addCoalitions(
    explained: ExplainedRow,
    b: number,
    active: Int32Array,
    pairs: CoalitionPairs,
    coalitions: Int32Array,
    shift: 0 | 1,
    game: Float64Array,
  ): Promise<void> {
    const { nWords, words } = pairs;
    const difference = this.#differenceWords(explained.row, b, active);
    const count = coalitions.length;
    this.#clearTable(count, nWords);
    this.#waiting += count;
    // Slots: -1 the background row itself, -2 the explained row, else a mixed row.
    const slots = new Int32Array(count);
    const first = this.#reserve(0);
    let used = 0;
    const key = new Int32Array(nWords);
    for (let i = 0; i < count; i++) {
      const coalition = coalitions[i]!;
      const from = (coalition >> shift) * nWords;
      const isComplement = (coalition & shift) === 1;
      let any = 0;
      let missing = 0;
      for (let word = 0; word < nWords; word++) {
        const inside = isComplement ? ~words[from + word]! : words[from + word]!;
        const bits = inside & difference[word]!;
        key[word] = bits;
        any |= bits;
        missing |= bits ^ difference[word]!;
      }
      if (any === 0) slots[i] = -1;
      else if (missing === 0) slots[i] = -2;
      else {
        const found = this.#lookUp(key, used);
        slots[i] = first + found;
        if (found === used) {
          used++;
          this.#reserve(1);
          const at = this.#putBackground(b);
          for (let word = 0; word < nWords; word++)
            for (let bits = key[word]!; bits !== 0; bits &= bits - 1)
              this.#put(explained.row, active[32 * word + 31 - Math.clz32(bits & -bits)]!, at);
          if (this.#buffered === BATCH_ROWS) await this.#flush();
        }
      }
    }
    const weight = this.#background.weights[b]!;
    const nOutputs = this.#nOutputs;
    this.#sums.push(() => {
      for (let i = 0; i < count; i++) {
        const slot = slots[i]!;
        const to = coalitions[i]! * nOutputs;
        const source = slot === -1 ? this.backgroundPredictions : slot === -2 ? explained.own : this.#predictions;
        const at = slot === -1 ? b * nOutputs : slot === -2 ? 0 : slot * nOutputs;
        for (let k = 0; k < nOutputs; k++) game[to + k]! += weight * source[at + k]!;
      }
    });
  }

  /** So much is held that it is time to `settle`. */
  get full(): boolean {
    return this.#asked * this.#nOutputs >= HELD_NUMBERS || this.#waiting >= WAITING || this.#sums.length > 4096;
  }

  /** Predicts what is left and adds everything up. @throws LimpidError `Aborted` | `ModelFailed` */
  async settle(): Promise<void> {
    await this.#flush();
    for (const sum of this.#sums) {
      sum();
      if (this.#pacer.due()) await this.#pacer.pause();
    }
    this.#sums = [];
    this.#waiting = 0;
    this.#asked = 0;
    this.#held = 0;
  }

  /** Players, as bits over `active`, that differ between a row and a background row. */
  #differenceWords(row: Float64Array, b: number, active: Int32Array): Int32Array {
    const difference = new Int32Array(wordsFor(active.length));
    for (let p = 0; p < active.length; p++) if (this.differs(row, b, active[p]!)) difference[p >>> 5]! |= 1 << (p & 31);
    for (let word = 0; word < difference.length; word++) difference[word]! &= fullWord(active.length, word);
    return difference;
  }

  /** A feature of the player differs between the row and the background row. */
  differs(row: Float64Array, b: number, player: number): boolean {
    const { start, features } = this.#players;
    const offset = b * row.length;
    for (let at = start[player]!; at < start[player + 1]!; at++) {
      const feature = features[at]!;
      if (differs(row[feature]!, this.#background.rows.values[offset + feature]!)) return true;
    }
    return false;
  }

  #reserve(rows: number): number {
    const first = this.#asked;
    this.#asked += rows;
    if (this.#asked * this.#nOutputs > this.#predictions.length) {
      const grown = new Float64Array(2 * this.#asked * this.#nOutputs);
      grown.set(this.#predictions);
      this.#predictions = grown;
    }
    return first;
  }

  /** Copies a background row to the end of the batch; gives where it starts. */
  #putBackground(b: number): number {
    const { values, nFeatures } = this.#background.rows;
    const at = this.#buffered * nFeatures;
    for (let j = 0, from = b * nFeatures, to = at; j < nFeatures; j++, from++, to++) this.#buffer[to] = values[from]!;
    this.#buffered++;
    return at;
  }

  #put(row: Float64Array, player: number, at: number): void {
    const { start, features } = this.#players;
    for (let i = start[player]!; i < start[player + 1]!; i++) this.#buffer[at + features[i]!] = row[features[i]!]!;
  }

  async #flush(): Promise<void> {
    if (this.#buffered > 0) {
      const { nFeatures } = this.#background.rows;
      const nRows = this.#buffered;
      const predictions = await this.#predict({ nRows, nFeatures, values: this.#buffer.subarray(0, nRows * nFeatures) }, this.#signal);
      this.#space.transform?.(predictions, this.#nOutputs);
      this.evaluations += nRows;
      this.#predictions.set(predictions, this.#held * this.#nOutputs);
      this.#held += nRows;
      this.#buffered = 0;
    }
    if (this.#pacer.due()) await this.#pacer.pause();
  }

  #clearTable(count: number, nWords: number): void {
    let size = 1024;
    while (size < 2 * count) size *= 2;
    if (size > this.#slots.length) {
      this.#slots = new Int32Array(size);
      this.#stamps = new Int32Array(size);
    }
    if (count * nWords > this.#keys.length) this.#keys = new Int32Array(count * nWords);
    this.#stamp++;
  }

  /** The slot of a key, or `next` after storing it there. */
  #lookUp(key: Int32Array, next: number): number {
    const nWords = key.length;
    const last = this.#slots.length - 1;
    let hash = 0;
    for (let word = 0; word < nWords; word++) {
      hash = Math.imul(hash ^ key[word]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (let at = hash & last; ; at = (at + 1) & last) {
      if (this.#stamps[at] !== this.#stamp) {
        this.#stamps[at] = this.#stamp;
        this.#slots[at] = next;
        for (let word = 0; word < nWords; word++) this.#keys[next * nWords + word] = key[word]!;
        return next;
      }
      const slot = this.#slots[at]!;
      let same = true;
      for (let word = 0; word < nWords; word++) if (this.#keys[slot * nWords + word] !== key[word]) same = false;
      if (same) return slot;
    }
  }
}
