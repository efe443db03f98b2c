import type { EncodedRows } from '#/domain/model';
import type { TreeModel } from '#/domain/tree-model';
import type { Background } from '#/explainers/explainer';
import { rowBlock, type Forest } from '#/explainers/forest';
import { closeDiagonals } from '#/explainers/leaf-values';
import { createPacer } from '#/explainers/pacer';
import { betaTable } from '#/explainers/tree-interventional/pattern-weights';
import type { TreeSums } from '#/explainers/tree-values';
import { popcount } from '#/math/combinatorics';
import { encodeForTrees } from '#/trees/apply-steps';
import { evaluateEnsemble } from '#/trees/evaluate';
import { applyInverseLink } from '#/trees/link';

/** Mixed rows that are evaluated at a time. */
const BATCH_ROWS = 4096;

/**
 * Shapley (or Banzhaf) values of the model's prediction by the definition: all coalitions of the players that the trees test, with
 * v(S) = weighted mean over the background of the prediction for (row's values on S, background's values elsewhere).
 * Time: 2^players * background rows evaluations a row; float64, exact.
 *
 * @param players - model features that the trees test
 */
export async function exactPredictionValues(
  forest: Forest,
  players: Int32Array,
  background: Background,
  choices: { readonly pairs: boolean; readonly banzhaf: boolean },
  rows: EncodedRows,
  signal: AbortSignal | undefined,
): Promise<TreeSums> {
  const { model, nFeatures } = forest;
  const { nOutputs } = model.ensemble;
  const others = encodeForTrees(model, background.rows);
  const beta = betaTable(players.length, choices.banzhaf);
  const values = Array.from({ length: nOutputs }, () => new Float64Array(rows.nRows * nFeatures));
  const interactions = choices.pairs ? Array.from({ length: nOutputs }, () => new Float64Array(rows.nRows * nFeatures ** 2)) : null;
  for (let row = 0; row < rows.nRows; row++) {
    const own = encodeForTrees(model, rowBlock(rows, row, 1));
    const game = await coalitionValues(model, forest.playerOf, players, own, others, background.weights, signal);
    for (let output = 0; output < nOutputs; output++) {
      const v = game.subarray(output << players.length, (output + 1) << players.length);
      addValues(v, players, beta, values[output]!, row * nFeatures);
      if (interactions !== null) addPairs(v, players, beta, interactions[output]!, row * nFeatures ** 2, nFeatures);
    }
  }
  if (interactions !== null) closeDiagonals(values, interactions, nFeatures);
  return { values, interactions };
}

/** v(S) at [output][mask]. */
async function coalitionValues(
  model: TreeModel,
  playerOf: Int32Array,
  players: Int32Array,
  own: Float64Array,
  others: Float64Array,
  weights: Float64Array,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const { nOutputs, nFeatures: width } = model.ensemble;
  const masks = 1 << players.length;
  const bitOf = Int32Array.from(playerOf, (player) => 1 << players.indexOf(player));
  const game = new Float64Array(nOutputs * masks);
  const pacer = createPacer(signal);
  const batch = new Float64Array(BATCH_ROWS * width);
  const total = masks * weights.length;
  for (let start = 0; start < total; start += BATCH_ROWS) {
    const count = Math.min(BATCH_ROWS, total - start);
    for (let i = 0; i < count; i++) {
      const mask = Math.floor((start + i) / weights.length);
      const other = ((start + i) % weights.length) * width;
      for (let column = 0; column < width; column++)
        batch[i * width + column] = mask & bitOf[column]! ? own[column]! : others[other + column]!;
    }
    const predictions = applyInverseLink(model.link, evaluateEnsemble(model.ensemble, batch.subarray(0, count * width), count), nOutputs);
    for (let i = 0; i < count; i++) {
      const mask = Math.floor((start + i) / weights.length);
      const weight = weights[(start + i) % weights.length]!;
      for (let output = 0; output < nOutputs; output++) game[output * masks + mask]! += weight * predictions[i * nOutputs + output]!;
    }
    if (pacer.due()) await pacer.pause();
  }
  return game;
}

/** Sum over coalitions S without i of beta(|S|, n - 1 - |S|) (v(S + i) - v(S)). */
function addValues(v: Float64Array, players: Int32Array, beta: Float64Array, out: Float64Array, at: number): void {
  const n = players.length;
  const side = n + 1;
  for (let mask = 0; mask < v.length; mask++) {
    const size = popcount(mask);
    for (let i = 0; i < n; i++) {
      const bit = 1 << i;
      if ((mask & bit) === 0) out[at + players[i]!]! += beta[size * side + n - 1 - size]! * (v[mask | bit]! - v[mask]!);
    }
  }
}

/** Half of each pair's interaction: sum over S without i, j of beta(|S|, n - 2 - |S|) (v(S + ij) - v(S + i) - v(S + j) + v(S)). */
function addPairs(v: Float64Array, players: Int32Array, beta: Float64Array, out: Float64Array, at: number, nFeatures: number): void {
  const n = players.length;
  const side = n + 1;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const a = 1 << i;
      const b = 1 << j;
      let sum = 0;
      for (let mask = 0; mask < v.length; mask++) {
        if (mask & (a | b)) continue;
        const size = popcount(mask);
        sum += beta[size * side + n - 2 - size]! * (v[mask | a | b]! - v[mask | a]! - v[mask | b]! + v[mask]!);
      }
      out[at + players[i]! * nFeatures + players[j]!] = sum / 2;
      out[at + players[j]! * nFeatures + players[i]!] = sum / 2;
    }
  }
}
