import type { EncodedRows } from '#/domain/model';
import type { Pace } from '#/learners/pace';

/** Rows of a node: places [start, end) of every list. */
export interface NodeSegment {
  readonly start: number;
  readonly end: number;
}

/**
 * Rows of a growing tree, sorted once by every numeric column; splitting a node parts every list and keeps its order, so a
 * level costs rows x columns. Values are float32.
 */
export class NodeRows {
  /** All rows, those of a node together, in their original order. */
  readonly rows: Int32Array;
  readonly #columns: readonly Float32Array[];
  readonly #sorted: readonly Int32Array[];
  readonly #held: Int32Array;
  readonly #side: Uint8Array;

  private constructor(nRows: number, columns: readonly Float32Array[], sorted: readonly Int32Array[]) {
    this.rows = Int32Array.from({ length: nRows }, (_, row) => row);
    this.#columns = columns;
    this.#sorted = sorted;
    this.#held = new Int32Array(nRows);
    this.#side = new Uint8Array(nRows);
  }

  static async create(rows: EncodedRows, features: readonly number[], pace: Pace): Promise<NodeRows> {
    const columns: Float32Array[] = [];
    const sorted: Int32Array[] = [];
    for (const feature of features) {
      const column = Float32Array.from({ length: rows.nRows }, (_, row) => rows.values[row * rows.nFeatures + feature]! + 0);
      columns.push(column);
      sorted.push(sortedRows(column));
      if (pace.due()) await pace.pause();
    }
    return new NodeRows(rows.nRows, columns, sorted);
  }

  value(column: number, row: number): number {
    return this.#columns[column]![row]!;
  }

  /** Rows by ascending value within each node; NaN last. */
  sorted(column: number): Int32Array {
    return this.#sorted[column]!;
  }

  /** Where the NaN of a node begin in its sorted list. */
  knownEnd(column: number, start: number, end: number): number {
    const values = this.#columns[column]!;
    const order = this.#sorted[column]!;
    let low = start;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[order[middle]!]! !== values[order[middle]!]!) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** @returns where the no side begins */
  partition({ start, end }: NodeSegment, goesYes: (row: number) => boolean): number {
    for (let i = start; i < end; i++) {
      const row = this.rows[i]!;
      this.#side[row] = goesYes(row) ? 1 : 0;
    }
    for (const order of this.#sorted) this.#part(order, start, end);
    return this.#part(this.rows, start, end);
  }

  #part(order: Int32Array, start: number, end: number): number {
    const held = this.#held;
    const side = this.#side;
    let at = start;
    let nHeld = 0;
    for (let i = start; i < end; i++) {
      const row = order[i]!;
      if (side[row] === 1) order[at++] = row;
      else held[nHeld++] = row;
    }
    order.set(held.subarray(0, nHeld), at);
    return at;
  }
}

const DIGITS = 11;
const BUCKETS = 1 << DIGITS;

/** Rows by ascending float32 value, equal values by row, NaN last: three counting passes over the bits. */
function sortedRows(column: Float32Array): Int32Array {
  const n = column.length;
  const words = new Uint32Array(column.buffer, column.byteOffset, n);
  const keys = new Uint32Array(n);
  for (let row = 0; row < n; row++) {
    const word = words[row]!;
    // Sign bit set: the order of negative numbers is reversed. NaN goes to the end.
    keys[row] = column[row]! !== column[row]! ? 0xffffffff : word >>> 31 === 1 ? ~word : word | 0x80000000;
  }
  let from = Int32Array.from({ length: n }, (_, row) => row);
  let to = new Int32Array(n);
  for (let shift = 0; shift < 32; shift += DIGITS) {
    const starts = new Int32Array(BUCKETS + 1);
    for (let row = 0; row < n; row++) starts[((keys[row]! >>> shift) & (BUCKETS - 1)) + 1]!++;
    for (let b = 0; b < BUCKETS; b++) starts[b + 1]! += starts[b]!;
    for (let i = 0; i < n; i++) {
      const row = from[i]!;
      to[starts[(keys[row]! >>> shift) & (BUCKETS - 1)]!++] = row;
    }
    [from, to] = [to, from];
  }
  return from;
}
