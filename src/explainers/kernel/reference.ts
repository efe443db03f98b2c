import type { EncodedRows } from '#/domain/model';
import { LimpidError } from '#/base/errors';
import { binomial, forEachCombination } from '#/math/combinatorics';
import { choleskyInPlace, choleskySolveInPlace } from '#/math/least-squares';
import type { ExplainedChunk } from '#/explainers/explainer';
import { fullWord, holds, wordsFor, type CoalitionPairs, type WeightedCoalitions } from '#/explainers/kernel/coalition-words';
import type { KernelJob } from '#/explainers/kernel/kernel-job';
import { keptPlayers } from '#/explainers/kernel/feature-selection';
import { MixedRows } from '#/explainers/kernel/mixed-rows';
import { NumpyRandom } from '#/explainers/kernel/numpy-random';

/**
 * The coalitions that shap 0.51 KernelExplainer evaluates, in its order: sizes enumerated while the budget allows it, then
 * random ones, whose weights count how often they were drawn.
 *
 * @param nPlayers - 2 or more
 * @param nSamples - coalitions, at most 2^nPlayers - 2
 * @param seed - of numpy's global generator
 */
export function referenceCoalitions(nPlayers: number, nSamples: number, seed: number): WeightedCoalitions {
  const m = nPlayers;
  const nWords = wordsFor(m);
  const nSizes = Math.ceil((m - 1) / 2);
  const nPaired = Math.floor((m - 1) / 2);
  const raw = Array.from({ length: nSizes }, (_, i) => ((m - 1) / ((i + 1) * (m - i - 1))) * (i < nPaired ? 2 : 1));
  const rawSum = raw.reduce((sum, weight) => sum + weight, 0);
  const sizeWeights = raw.map((weight) => weight / rawSum);
  const list: Int32Array[] = [];
  const weights: number[] = [];
  const complementOf = (words: Int32Array): Int32Array => words.map((word, i) => ~word & fullWord(m, i));
  const wordsOf = (members: Iterable<number>): Int32Array => {
    const words = new Int32Array(nWords);
    for (const player of members) words[player >>> 5]! |= 1 << (player & 31);
    return words;
  };
  const put = (words: Int32Array, weight: number): void => {
    list.push(words);
    weights.push(weight);
  };

  let left = nSamples;
  let remaining = sizeWeights.slice();
  let nFull = 0;
  for (let size = 1; size <= nSizes; size++) {
    const isPaired = size <= nPaired;
    const subsets = binomial(m, size) * (isPaired ? 2 : 1);
    if ((left * remaining[size - 1]!) / subsets < 1 - 1e-8) break;
    nFull++;
    left -= subsets;
    const spent = remaining[size - 1]!;
    if (spent < 1) remaining = remaining.map((weight) => weight / (1 - spent));
    const weight = sizeWeights[size - 1]! / binomial(m, size) / (isPaired ? 2 : 1);
    forEachCombination(m, size, (members) => {
      const words = wordsOf(members);
      put(words, weight);
      if (isPaired) put(complementOf(words), weight);
    });
  }
  if (nFull < nSizes) {
    const nFixed = list.length;
    left = nSamples - nFixed;
    const shares = sizeWeights.map((weight, i) => (i < nPaired ? weight / 2 : weight)).slice(nFull);
    const shareSum = shares.reduce((sum, share) => sum + share, 0);
    const rng = new NumpyRandom(seed);
    const sizes = rng.choice(
      shares.map((share) => share / shareSum),
      4 * left,
    );
    const seen = new Map<string, number>();
    for (const index of sizes) {
      if (left <= 0) break;
      const size = index + nFull + 1;
      const words = wordsOf(rng.permutation(m).subarray(0, size));
      const key = words.join();
      const known = seen.get(key);
      if (known === undefined) {
        seen.set(key, list.length);
        left--;
        put(words, 1);
      } else weights[known]!++;
      if (left > 0 && size <= nPaired) {
        if (known === undefined) {
          left--;
          put(complementOf(words), 1);
        } else weights[known + 1]!++;
      }
    }
    const weightLeft = sizeWeights.slice(nFull).reduce((sum, weight) => sum + weight, 0);
    const drawn = weights.slice(nFixed).reduce((sum, weight) => sum + weight, 0);
    for (let i = nFixed; i < weights.length; i++) weights[i]! *= weightLeft / drawn;
  }
  const words = new Int32Array(list.length * nWords);
  list.forEach((one, i) => {
    words.set(one, i * nWords);
  });
  return { nPlayers: m, words, weights: Float64Array.from(weights) };
}

/** numpy.isclose with its defaults and equal_nan. */
function isClose(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  if (!Number.isFinite(a) || !Number.isFinite(b)) return a === b;
  return Math.abs(a - b) <= 1e-8 + 1e-5 * Math.abs(b);
}

/**
 * Kernel SHAP as shap 0.51 computes it: `KernelExplainer(f, background, link).shap_values(row, nsamples, l1_reg)` after
 * `numpy.random.seed(job seed)` before each row, so that rows do not depend on each other. l1: `none` is l1_reg=False,
 * `num_features(k)` shap's own default with k = 10, `auto` AIC. No standard errors: shap has none.
 * Nearly equal features (numpy.isclose over the whole background) get 0; absolute values below 1e-10 are set to 0.
 */
export async function explainAsReference(job: KernelJob, rows: EncodedRows, signal: AbortSignal | undefined): Promise<ExplainedChunk> {
  const { nRows, nFeatures } = rows;
  const { players, background, nOutputs } = job;
  const values = Array.from({ length: nOutputs }, () => new Float64Array(nRows * players.count));
  const mixed = new MixedRows(job.predict, nOutputs, background, job.backgroundPredictions, players, job.space, signal);
  const known = new Map<string, WeightedCoalitions>();
  const link = job.space.link ?? ((value: number): number => value);
  for (let position = 0; position < nRows; position++) {
    const row = rows.values.slice(position * nFeatures, (position + 1) * nFeatures);
    const explained = { row, own: new Float64Array(nOutputs) };
    const active = closelyVarying(job, row);
    const m = active.length;
    const nSamples = Math.min(job.settings.budget === 0 ? 2 * m + 2048 : job.settings.budget, m <= 30 ? 2 ** m - 2 : 2 ** 30);
    const key = `${m} ${nSamples}`;
    const coalitions = m < 2 ? null : (known.get(key) ?? referenceCoalitions(m, nSamples, job.seed));
    if (coalitions !== null) known.set(key, coalitions);
    await mixed.addOwn(explained);
    const count = coalitions?.weights.length ?? 0;
    const game = new Float64Array(count * nOutputs);
    if (coalitions !== null) {
      const numbers = Int32Array.from({ length: count }, (_, i) => i);
      const list: CoalitionPairs = { nPlayers: m, nWords: wordsFor(m), nPairs: count, words: coalitions.words };
      for (let b = 0; b < background.rows.nRows; b++) {
        await mixed.addCoalitions(explained, b, active, list, numbers, 0, game);
        if (mixed.full) await mixed.settle();
      }
    }
    await mixed.settle();
    for (let k = 0; k < nOutputs; k++) {
      const base = job.baseValues[k]!;
      const gap = link(explained.own[k]!) - base;
      if (m === 1) values[k]![position * players.count + active[0]!] = gap;
      if (coalitions === null) continue;
      const y = Float64Array.from({ length: count }, (_, i) => link(game[i * nOutputs + k]!) - base);
      const fractionEvaluated = m <= 30 ? nSamples / (2 ** m - 2) : 0;
      const phi = solveReference(coalitions, y, gap, keptPlayers(coalitions, y, gap, job.settings.selection, fractionEvaluated));
      for (let i = 0; i < m; i++) values[k]![position * players.count + active[i]!] = Math.abs(phi[i]!) < 1e-10 ? 0 : phi[i]!;
    }
  }
  return { values, standardErrors: null, evaluations: mixed.evaluations };
}

function closelyVarying(job: KernelJob, row: Float64Array): Int32Array {
  const { start, features, count } = job.players;
  const { values, nFeatures } = job.background.rows;
  const varies = (feature: number): boolean => {
    for (let i = feature; i < values.length; i += nFeatures) if (!isClose(row[feature]!, values[i]!)) return true;
    return false;
  };
  return Int32Array.from({ length: count }, (_, player) => player).filter((player) =>
    features.subarray(start[player], start[player + 1]).some(varies),
  );
}

/**
 * Weighted least squares of coalition values on the kept players, the last of which takes what the sum leaves.
 * @throws LimpidError `BudgetTooSmall` where the coalitions do not determine the values (shap falls back to a least-norm solution there)
 */
function solveReference(coalitions: WeightedCoalitions, y: Float64Array, gap: number, kept: readonly number[]): Float64Array {
  const { nPlayers, words, weights } = coalitions;
  const nWords = wordsFor(nPlayers);
  const phi = new Float64Array(nPlayers);
  if (kept.length === 0) return phi;
  const last = kept[kept.length - 1]!;
  const free = kept.slice(0, -1);
  const n = free.length;
  const gram = new Float64Array(n * n);
  const right = new Float64Array(n);
  const x = new Float64Array(n);
  for (let i = 0; i < weights.length; i++) {
    const lastIn = Number(holds(words, i * nWords, last));
    for (let j = 0; j < n; j++) x[j] = Number(holds(words, i * nWords, free[j]!)) - lastIn;
    const target = y[i]! - lastIn * gap;
    for (let a = 0; a < n; a++) {
      const weighted = weights[i]! * x[a]!;
      if (weighted === 0) continue;
      right[a]! += weighted * target;
      for (let b = 0; b <= a; b++) gram[a * n + b]! += weighted * x[b]!;
    }
  }
  if (!choleskyInPlace(gram, n)) {
    throw new LimpidError({
      tag: 'BudgetTooSmall',
      message: `${weights.length} coalitions do not determine the values of ${nPlayers} features.`,
      hint: 'Give a larger budget.',
    });
  }
  choleskySolveInPlace(gram, n, right);
  let rest = gap;
  free.forEach((player, i) => {
    phi[player] = right[i]!;
    rest -= right[i]!;
  });
  phi[last] = rest;
  return phi;
}
