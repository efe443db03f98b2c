import { createRng, permutation } from '#/base/rng';
import { binomial, drawCombinations, forEachCombination } from '#/math/combinatorics';
import { wordsFor, type CoalitionPairs } from '#/explainers/kernel/coalition-words';

/** Pairs of one size: coalitions S of `size` players with their complements. */
export interface Stratum {
  readonly size: number;
  /** How many such pairs there are. */
  readonly population: number;
  /** Pairs of the design, in the order drawn. */
  readonly pairs: Int32Array;
  /** How many of `pairs`, from the start, belong to each stage. */
  readonly counts: readonly number[];
}

/** A sample of coalition pairs, the same for all rows with the same number of players. */
export interface CoalitionDesign extends CoalitionPairs {
  readonly strata: readonly Stratum[];
  readonly nStages: number;
}

/**
 * Coalition pairs (S, complement of S) without replacement, stratified by size. Sizes get equal shares, up to all pairs
 * of a size (leverage scores: LeverageSHAP, Musco and Witter, ICLR 2025, arXiv 2410.01917, section 3), with two changes:
 * size 1 is always complete, so that additive parts are known, and every other size holds at least two pairs, so that its
 * variance can be estimated. Each stage is such a design; later ones go on where earlier ones ended.
 *
 * @param nPlayers - 6 or more
 * @param stages - numbers of pairs, rising, each from nPlayers + 2 floor(nPlayers / 2) to the number of all pairs, exclusive
 * @param seed - same seed, same design
 */
export function drawCoalitionDesign(nPlayers: number, stages: readonly number[], seed: number): CoalitionDesign {
  const populations = pairPopulations(nPlayers);
  const shares = stages.map((nPairs) => shareOut(populations, nPlayers, nPairs));
  const nWords = wordsFor(nPlayers);
  const rng = createRng(seed);
  const rows: Int32Array[] = [];
  const strata = populations.map((population, index): Stratum => {
    const size = index + 1;
    const isMiddle = 2 * size === nPlayers;
    const counts = shares.map((share) => share[index]!);
    const most = Math.max(...counts);
    // Of the two halves in the middle, the one with player 0 stands for the pair.
    const [n, k] = isMiddle ? [nPlayers - 1, size - 1] : [nPlayers, size];
    let drawn: Int32Array[];
    if (2 * most > population) {
      const every: Int32Array[] = [];
      forEachCombination(n, k, (members) => every.push(members.slice()));
      drawn = Array.from(permutation(every.length, rng).subarray(0, most), (at) => every[at]!);
    } else drawn = drawCombinations(n, k, most, rng);
    const first = rows.length;
    for (const members of drawn) {
      const words = new Int32Array(nWords);
      if (isMiddle) words[0] = 1;
      for (const member of members) {
        const player = isMiddle ? member + 1 : member;
        words[player >>> 5]! |= 1 << (player & 31);
      }
      rows.push(words);
    }
    return { size, population, counts, pairs: Int32Array.from(drawn, (_, i) => first + i) };
  });
  const words = new Int32Array(rows.length * nWords);
  rows.forEach((row, pair) => {
    words.set(row, pair * nWords);
  });
  return { nPlayers, nWords, nPairs: rows.length, words, strata, nStages: stages.length };
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
