import { binomial, popcount } from '#/math/combinatorics';

/**
 * Shapley values from the values of all coalitions (Shapley 1953): the limit of Kernel SHAP's regression when every
 * coalition is in it.
 *
 * @param game - [2^nPlayers] value of each coalition by mask; not modified
 * @param values - [nPlayers], written; they sum to game[all] - game[none] within rounding
 */
export function exactShapley(game: Float64Array, nPlayers: number, values: Float64Array): void {
  const weights = Float64Array.from({ length: nPlayers }, (_, size) => 1 / (nPlayers * binomial(nPlayers - 1, size)));
  values.fill(0);
  for (let mask = 0; mask < game.length; mask++) {
    const size = popcount(mask);
    const value = game[mask]!;
    // A coalition of s players counts + w(s - 1) for its members and - w(s) for the others.
    const plus = size > 0 ? weights[size - 1]! * value : 0;
    const minus = size < nPlayers ? weights[size]! * value : 0;
    for (let j = 0; j < nPlayers; j++) {
      if ((mask >>> j) & 1) values[j]! += plus;
      else values[j]! -= minus;
    }
  }
}
