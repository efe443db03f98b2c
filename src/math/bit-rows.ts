/** Sets of rows as bits: row r is bit r % 32 of word r / 32. */
import { popcount } from '#/math/combinatorics';

export function emptyRowSet(nRows: number): Uint32Array {
  return new Uint32Array(Math.ceil(nRows / 32));
}

export function hasRow(set: Uint32Array, row: number): boolean {
  return ((set[row >>> 5]! >>> (row & 31)) & 1) === 1;
}

/** Rows in both sets, as a new set. */
export function intersectRows(a: Uint32Array, b: Uint32Array): Uint32Array {
  const both = new Uint32Array(a.length);
  for (let word = 0; word < a.length; word++) both[word] = a[word]! & b[word]!;
  return both;
}

/** How many rows of [0, upTo) are in the set. */
export function countRows(set: Uint32Array, upTo = set.length * 32): number {
  const whole = upTo >>> 5;
  let count = 0;
  for (let word = 0; word < whole; word++) count += popcount(set[word]!);
  const rest = upTo & 31;
  return rest === 0 || whole >= set.length ? count : count + popcount(set[whole]! & ((1 << rest) - 1));
}

/** Rows of the set, ascending. */
export function rowsOf(set: Uint32Array): Int32Array {
  const rows = new Int32Array(countRows(set));
  let at = 0;
  for (let word = 0; word < set.length; word++) {
    for (let bits = set[word]!; bits !== 0; bits &= bits - 1) rows[at++] = word * 32 + 31 - Math.clz32(bits & -bits);
  }
  return rows;
}
