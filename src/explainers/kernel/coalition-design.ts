import { createRng } from '#/base/rng';
import { binomial, drawCombinations, forEachCombination } from '#/math/combinatorics';

/** Pairs of one size: coalitions S of `size` players with their complements. */
export interface Stratum {
  readonly size: number;
  /** How many such pairs there are. */
  readonly population: number;
  /** Pairs [start, end) of the design; all of them when end - start equals `population`. */
  readonly start: number;
  readonly end: number;
}

/** A sample of coalition pairs, the same for all rows with the same number of players. */
export interface CoalitionDesign {
  readonly nPlayers: number;
  readonly nPairs: number;
  /** [nPairs, nPlayers] row-major, 1 where the player is in S; the complement is the rest. */
  readonly members: Uint8Array;
  readonly strata: readonly Stratum[];
}

/**
 * Coalition pairs (S, complement of S) without replacement, stratified by size. Sizes get equal shares, up to all pairs
 * of a size (leverage scores: LeverageSHAP, Musco and Witter, ICLR 2025, arXiv 2410.01917, section 3), with two changes:
 * size 1 is always complete, so that the regression has full rank, and every other size holds at least two pairs, so that
 * its variance can be estimated.
 *
 * @param nPlayers - 5 or more
 * @param nPairs - from `smallestPairs` to the number of all pairs, exclusive
 * @param seed - same seed, same design
 */
export function drawCoalitionDesign(nPlayers: number, nPairs: number, seed: number): CoalitionDesign {
  const populations = pairPopulations(nPlayers);
  const counts = shareOut(populations, nPlayers, nPairs);
  const members = new Uint8Array(nPairs * nPlayers);
  const strata: Stratum[] = [];
  const rng = createRng(seed);
  let at = 0;
  const put = (chosen: Int32Array): void => {
    for (const player of chosen) members[at * nPlayers + player] = 1;
    at++;
  };
  for (let size = 1; size <= populations.length; size++) {
    const start = at;
    const isMiddle = 2 * size === nPlayers;
    // Of the two halves in the middle, the one with player 0 stands for the pair.
    const putHalf = (rest: Int32Array): void => put(Int32Array.from([0, ...rest.map((player) => player + 1)]));
    const count = counts[size - 1]!;
    if (count === populations[size - 1])
      forEachCombination(isMiddle ? nPlayers - 1 : nPlayers, isMiddle ? size - 1 : size, isMiddle ? putHalf : put);
    else drawCombinations(isMiddle ? nPlayers - 1 : nPlayers, isMiddle ? size - 1 : size, count, rng).forEach(isMiddle ? putHalf : put);
    strata.push({ size, population: populations[size - 1]!, start, end: at });
  }
  return { nPlayers, nPairs, members, strata };
}

/** Number of pairs by size 1 .. floor(nPlayers / 2). */
export function pairPopulations(nPlayers: number): number[] {
  return Array.from({ length: Math.floor(nPlayers / 2) }, (_, index) => {
    const size = index + 1;
    return 2 * size === nPlayers ? binomial(nPlayers - 1, size - 1) : binomial(nPlayers, size);
  });
}

/** Pairs by size: min(c * share, population) for the c that spends all, rounded by largest remainders. */
function shareOut(populations: readonly number[], nPlayers: number, nPairs: number): number[] {
  const share = (index: number): number => (2 * (index + 1) === nPlayers ? 0.5 : 1);
  const least = populations.map((population, index) => (index === 0 ? population : Math.min(2, population)));
  const wanted = (c: number): number[] =>
    populations.map((population, index) => Math.max(least[index]!, Math.min(c * share(index), population)));
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
  let low = 0;
  let high = 2 * nPairs;
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (total(wanted(middle)) <= nPairs) low = middle;
    else high = middle;
  }
  const exact = wanted(low);
  const counts = exact.map((count) => Math.floor(count + 1e-9));
  const order = exact
    .map((count, index) => ({ index, remainder: count - counts[index]! }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (let left = nPairs - total(counts); left > 0;) {
    for (const { index } of order) {
      if (left === 0) break;
      if (counts[index]! >= populations[index]!) continue;
      counts[index]!++;
      left--;
    }
  }
  return counts;
}
