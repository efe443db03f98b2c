import type { Rng } from '#/base/rng';

/**
 * Binomial coefficient n over k as a float64: exact up to 2^53, correctly sized beyond, Infinity above 1.8e308.
 * @param n - 0 or more
 * @param k - any integer; 0 outside [0, n]
 */
export function binomial(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  const m = Math.min(k, n - k);
  let value = 1;
  for (let i = 1; i <= m; i++) value = (value * (n - m + i)) / i;
  return value < 2 ** 53 ? Math.round(value) : value;
}

/** Number of set bits of a 32-bit integer. */
export function popcount(bits: number): number {
  let v = bits - ((bits >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * Calls `visit` with every k-subset of 0..n-1 in lexicographic order (the order of Python's itertools.combinations).
 * @param visit - receives the same ascending array each time, changed in place
 */
export function forEachCombination(n: number, k: number, visit: (members: Int32Array) => void): void {
  if (k < 0 || k > n) return;
  const members = Int32Array.from({ length: k }, (_, i) => i);
  for (;;) {
    visit(members);
    let at = k - 1;
    while (at >= 0 && members[at] === n - k + at) at--;
    if (at < 0) return;
    members[at]!++;
    for (let i = at + 1; i < k; i++) members[i] = members[i - 1]! + 1;
  }
}

/**
 * `count` distinct k-subsets of 0..n-1, uniform without replacement (Floyd's draw of one subset, repeats rejected).
 * Meant for count well below n over k: expected draws are total * ln(total / (total - count)).
 *
 * @param count - at most n over k
 * @returns ascending subsets in the order drawn
 */
export function drawCombinations(n: number, k: number, count: number, rng: Rng): Int32Array[] {
  const seen = new Set<string>();
  const drawn: Int32Array[] = [];
  while (drawn.length < count) {
    const members = drawCombination(n, k, rng);
    const key = members.join(',');
    if (seen.has(key)) continue;
    seen.add(key);
    drawn.push(members);
  }
  return drawn;
}

/** One uniform k-subset of 0..n-1, ascending (Floyd 1987: k draws, no rejection). */
function drawCombination(n: number, k: number, rng: Rng): Int32Array {
  const chosen = new Set<number>();
  for (let top = n - k; top < n; top++) {
    const candidate = rng.below(top + 1);
    chosen.add(chosen.has(candidate) ? top : candidate);
  }
  return Int32Array.from(chosen).sort();
}
