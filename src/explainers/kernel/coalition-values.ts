import type { Predictor } from '#/domain/model';
import type { Background } from '#/explainers/explainer';
import type { ExplainedSpace } from '#/explainers/kernel/prediction-space';
import { createPacer, type Pacer } from '#/explainers/pacer';

/** Rows in one call of the predictor. */
const BATCH_ROWS = 4096;

/**
 * Evaluates coalitions: the weighted mean over the background of f(row on the coalition, background elsewhere).
 * Coalitions of several explained rows share a batch; every sum is taken in the order of the background, so that a
 * result does not depend on where batches end.
 */
export class CoalitionEvaluator {
  evaluations = 0;
  readonly #predictor: Predictor;
  readonly #background: Background;
  readonly #space: ExplainedSpace;
  readonly #signal: AbortSignal | undefined;
  readonly #pacer: Pacer;
  readonly #buffer: Float64Array;
  /** By buffered run of background rows: where its mean goes. */
  #runs: { target: Float64Array; at: number; from: number; count: number }[] = [];
  #filled = 0;

  constructor(predictor: Predictor, background: Background, space: ExplainedSpace, signal: AbortSignal | undefined) {
    this.#predictor = predictor;
    this.#background = background;
    this.#space = space;
    this.#signal = signal;
    this.#pacer = createPacer(signal);
    this.#buffer = new Float64Array(BATCH_ROWS * predictor.nFeatures);
  }

  /**
   * Adds the mean of one coalition to target[at .. at + nOutputs), at some time before `flush` settles.
   * @param row - the explained row [nFeatures]
   * @param players - features that vary
   * @param members - which of `players` the coalition holds: entries [from, from + players.length) are 0 or 1
   */
  async add(
    row: Float64Array,
    players: Int32Array,
    members: Uint8Array,
    from: number,
    isComplement: boolean,
    target: Float64Array,
    at: number,
  ): Promise<void> {
    const { rows } = this.#background;
    const width = rows.nFeatures;
    const inside = isComplement ? 0 : 1;
    for (let start = 0; start < rows.nRows;) {
      const count = Math.min(rows.nRows - start, BATCH_ROWS - this.#filled);
      const offset = this.#filled * width;
      this.#buffer.set(rows.values.subarray(start * width, (start + count) * width), offset);
      for (let p = 0; p < players.length; p++) {
        if (members[from + p] !== inside) continue;
        const player = players[p]!;
        const value = row[player]!;
        for (let i = offset + player; i < offset + count * width; i += width) this.#buffer[i] = value;
      }
      this.#runs.push({ target, at, from: start, count });
      this.#filled += count;
      start += count;
      if (this.#filled === BATCH_ROWS) await this.flush();
    }
  }

  /** The prediction of one row as it is: added to target[at .. at + nOutputs). */
  async addRow(row: Float64Array, target: Float64Array, at: number): Promise<void> {
    this.#buffer.set(row, this.#filled * row.length);
    this.#runs.push({ target, at, from: -1, count: 1 });
    this.#filled++;
    if (this.#filled === BATCH_ROWS) await this.flush();
  }

  /** @throws LimpidError `Aborted` | `ModelFailed` */
  async flush(): Promise<void> {
    if (this.#filled === 0) return;
    const { nFeatures, nOutputs } = this.#predictor;
    const values = this.#buffer.subarray(0, this.#filled * nFeatures);
    const predictions = await this.#predictor.predict({ nRows: this.#filled, nFeatures, values }, this.#signal);
    this.#space.transform?.(predictions, nOutputs);
    this.evaluations += this.#filled;
    const { weights } = this.#background;
    let position = 0;
    for (const { target, at, from, count } of this.#runs) {
      for (let i = 0; i < count; i++, position += nOutputs) {
        const weight = from < 0 ? 1 : weights[from + i]!;
        for (let output = 0; output < nOutputs; output++) target[at + output]! += weight * predictions[position + output]!;
      }
    }
    this.#runs = [];
    this.#filled = 0;
    if (this.#pacer.due()) await this.#pacer.pause();
  }
}
