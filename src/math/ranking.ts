/** Stable orders of numbers. Ties keep their position, NaN stands last, -0 equals 0. */

/** Below this many keys a comparison sort is quicker than counting. */
const SMALL = 2048;
const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;

/** Positions of `keys`, largest first. @returns a permutation [n] */
export function orderDescending(keys: ArrayLike<number>): Int32Array<ArrayBuffer> {
  return order(keys, true);
}

/** Positions of `keys`, smallest first. @returns a permutation [n] */
export function orderAscending(keys: ArrayLike<number>): Int32Array<ArrayBuffer> {
  return order(keys, false);
}

function order(keys: ArrayLike<number>, descending: boolean): Int32Array<ArrayBuffer> {
  const n = keys.length;
  const positions = Int32Array.from({ length: n }, (_, i) => i);
  if (n > SMALL) return radixOrder(keys, descending, positions);
  const sign = descending ? -1 : 1;
  return positions.sort((a, b) => {
    const x = keys[a]!;
    const y = keys[b]!;
    if (x < y) return -sign;
    if (x > y) return sign;
    if (x === y) return a - b;
    return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
  });
}

/** Least significant digit first over the 64 bits, made so that unsigned order is the wanted order. O(n) for any data. */
function radixOrder(keys: ArrayLike<number>, descending: boolean, positions: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const n = keys.length;
  const low = new Uint32Array(n);
  const high = new Uint32Array(n);
  const cell = new Float64Array(1);
  const words = new Uint32Array(cell.buffer);
  const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
  const [l, h] = littleEndian ? [0, 1] : [1, 0];
  for (let i = 0; i < n; i++) {
    const key = keys[i]!;
    if (Number.isNaN(key)) {
      low[i] = high[i] = 0xffffffff;
      continue;
    }
    cell[0] = key + 0; // -0 becomes 0
    const negative = words[h]! >>> 31 === 1;
    // Ascending: negatives are inverted, others get the sign bit. Descending: the complement of that.
    const invert = negative !== descending;
    low[i] = invert ? ~words[l]! : words[l]!;
    const top = negative ? ~words[h]! : words[h]! | 0x80000000;
    high[i] = descending ? ~top : top;
  }
  let from = positions;
  let to = new Int32Array(n);
  const starts = new Int32Array(DIGITS);
  for (const [word, shift] of [
    [low, 0],
    [low, DIGIT_BITS],
    [high, 0],
    [high, DIGIT_BITS],
  ] as const) {
    starts.fill(0);
    for (let i = 0; i < n; i++) starts[(word[i]! >>> shift) & (DIGITS - 1)]!++;
    if (starts[(word[0]! >>> shift) & (DIGITS - 1)] === n) continue;
    for (let d = 0, sum = 0; d < DIGITS; d++) {
      const count = starts[d]!;
      starts[d] = sum;
      sum += count;
    }
    for (let i = 0; i < n; i++) {
      const position = from[i]!;
      to[starts[(word[position]! >>> shift) & (DIGITS - 1)]!++] = position;
    }
    [from, to] = [to, from];
  }
  return from;
}

/**
 * Ranks 1..n, ties share their mean rank.
 * @param values - [n] without NaN, not modified
 */
export function averageRanks(values: Float64Array): Float64Array<ArrayBuffer> {
  const n = values.length;
  const sorted = orderAscending(values);
  const ranks = new Float64Array(n);
  for (let start = 0; start < n;) {
    let end = start + 1;
    while (end < n && values[sorted[end]!] === values[sorted[start]!]) end++;
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) ranks[sorted[i]!] = rank;
    start = end;
  }
  return ranks;
}
