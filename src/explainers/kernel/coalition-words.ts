/** Coalitions as bit sets: player p is bit p % 32 of word p / 32. */
export interface CoalitionPairs {
  readonly nPlayers: number;
  /** Words of one coalition. */
  readonly nWords: number;
  readonly nPairs: number;
  /** [nPairs, nWords]: S of each pair; its complement is the other half. */
  readonly words: Int32Array;
}

export function wordsFor(nPlayers: number): number {
  return Math.max(1, Math.ceil(nPlayers / 32));
}

/** All players of a word, in bits. */
export function fullWord(nPlayers: number, word: number): number {
  const left = nPlayers - 32 * word;
  return left >= 32 ? -1 : (1 << left) - 1;
}

export function holds(words: Int32Array, from: number, player: number): boolean {
  return ((words[from + (player >>> 5)]! >>> (player & 31)) & 1) === 1;
}

/**
 * Every pair of coalitions but (none, all): pair i is mask i + 1 and its complement.
 * @param nPlayers - at most 30
 */
export function allPairs(nPlayers: number): CoalitionPairs {
  const nPairs = Math.max(0, 2 ** (nPlayers - 1) - 1);
  return { nPlayers, nWords: 1, nPairs, words: Int32Array.from({ length: nPairs }, (_, i) => i + 1) };
}

/** Coalitions of shap with their weights; `words` as in CoalitionPairs, one coalition an entry. */
export interface WeightedCoalitions {
  readonly nPlayers: number;
  readonly words: Int32Array;
  readonly weights: Float64Array;
}
