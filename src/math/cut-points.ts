/** Cut points of a column: where a rule may say `at most` or `above`. */
import { quantileOfSorted } from '#/math/quantiles';

export interface CutOptions {
  readonly kind: 'numeric' | 'datetime';
  /** Every value is whole. */
  readonly integer: boolean;
}

/** A column of at most this many different values is cut at each of them. */
const FEW_VALUES = 6;
/** A value of so many characters is its own cut. */
const SHORT = 8;
const QUARTILES = [0.25, 0.5, 0.75];
const STEPS_OF_TIME = [86_400_000, 3_600_000, 60_000, 1000];

/**
 * Ascending cut points c, each meaning `value <= c` or `value > c`: the quartiles (numpy's default quantile; equal ones once), or
 * every value of a column with few. A cut is moved to the shortest number that parts the same values (a whole day, hour, minute
 * or second for dates), so that it can be printed in full. Cuts that all values pass are left out.
 * @param values - not modified; NaN is left out
 */
export function cutPoints(values: Float64Array, { kind, integer }: CutOptions): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return [];
  const few = fewValues(sorted);
  const wanted = few ?? QUARTILES.map((p) => quantileOfSorted(sorted, p));
  const cuts: number[] = [];
  for (const cut of wanted) {
    const next = firstAbove(sorted, cut);
    if (next === sorted.length || next === 0) continue;
    const low = sorted[next - 1]!;
    const high = sorted[next]!;
    const round = integer
      ? low
      : kind === 'datetime'
        ? roundTime(low, high)
        : few !== null && String(low).length <= SHORT
          ? low
          : shortestBetween(low, high, few === null ? cut : low);
    if (cuts.at(-1) !== round) cuts.push(round);
  }
  return cuts;
}

/** The different values when there are few, else null. */
function fewValues(sorted: Float64Array): number[] | null {
  const distinct: number[] = [];
  for (let at = 0; at < sorted.length; at = firstAbove(sorted, sorted[at]!)) {
    distinct.push(sorted[at]!);
    if (distinct.length > FEW_VALUES) return null;
  }
  return distinct;
}

/** Position of the first value above `limit`. */
function firstAbove(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A number of few digits in [low, high), as near to `wanted` as these digits allow; `low` where there is no shorter one. */
function shortestBetween(low: number, high: number, wanted: number): number {
  const size = wanted === 0 ? 0 : Math.floor(Math.log10(Math.abs(wanted)));
  for (let digits = 1; digits < 16; digits++) {
    const nearest = Number(wanted.toPrecision(digits));
    // Rounded down it may leave the range that it has to part: then the next one up.
    for (const rounded of [nearest, Number((nearest + 10 ** (size - digits + 1)).toPrecision(15))]) {
      if (rounded >= low && rounded < high) return rounded + 0;
    }
  }
  return low;
}

function roundTime(low: number, high: number): number {
  for (const step of STEPS_OF_TIME) {
    const time = Math.ceil(low / step) * step;
    if (time < high) return time;
  }
  return low;
}
