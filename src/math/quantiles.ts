/** Order statistics of plain numbers: selection instead of sorting, and numpy's default (linear) quantile. */

/**
 * Moves the k-th smallest value to position k (Hoare selection, median of three): smaller or equal values stand before
 * it, larger or equal ones behind it. Expected O(n).
 * @param values - reordered in place; no NaN in [left, right]
 * @param k - left <= k <= right
 */
export function selectKth(values: Float64Array, k: number, left = 0, right = values.length - 1): number {
  while (right > left) {
    const middle = (left + right) >>> 1;
    const pivot = medianOfThree(values[left]!, values[middle]!, values[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const held = values[i]!;
        values[i] = values[j]!;
        values[j] = held;
        i++;
        j--;
      }
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else break;
  }
  return values[k]!;
}

function medianOfThree(a: number, b: number, c: number): number {
  if (a < b) return b < c ? b : a < c ? c : a;
  return a < c ? a : b < c ? c : b;
}

function interpolate(low: number, high: number, t: number): number {
  return low === high || t === 0 ? low : low + (high - low) * t;
}

/**
 * Quantiles by linear interpolation between order statistics (numpy's default).
 * @param values - [n], reordered in place; no NaN
 * @param probabilities - in [0, 1], ascending
 * @returns one value a probability; NaN when there are no values
 */
export function selectQuantiles(values: Float64Array, probabilities: readonly number[]): number[] {
  const n = values.length;
  if (n === 0) return probabilities.map(() => NaN);
  let left = 0;
  return probabilities.map((p) => {
    const position = (n - 1) * p;
    const k = Math.min(n - 1, Math.floor(position));
    const low = selectKth(values, k, Math.min(left, k), n - 1);
    left = k;
    const t = position - k;
    if (t === 0 || k === n - 1) return low;
    let high = values[k + 1]!;
    for (let i = k + 2; i < n; i++) if (values[i]! < high) high = values[i]!;
    return interpolate(low, high, t);
  });
}

/** One quantile of ascending values (numpy's default); NaN when there are none. */
export function quantileOfSorted(sorted: ArrayLike<number>, p: number): number {
  const n = sorted.length;
  if (n === 0) return NaN;
  const position = (n - 1) * p;
  const k = Math.min(n - 1, Math.floor(position));
  return interpolate(sorted[k]!, sorted[Math.min(n - 1, k + 1)]!, position - k);
}

/** The finite values, in order, as a new array. */
export function finiteValues(values: Float64Array): Float64Array<ArrayBuffer> {
  const kept = new Float64Array(values.length);
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value - value === 0) kept[n++] = value;
  }
  return kept.subarray(0, n);
}

/**
 * At most `limit` of the values, evenly spaced by position, first to last.
 * @returns a new array
 */
export function thinned(values: Float64Array, limit: number): Float64Array<ArrayBuffer> {
  if (values.length <= limit) return values.slice();
  const kept = new Float64Array(limit);
  for (let i = 0; i < limit; i++) kept[i] = values[Math.floor((i * values.length) / limit)]!;
  return kept;
}
