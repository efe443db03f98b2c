import { LimpidError } from '#/base/errors';
import { createRng, hashSeed, permutation } from '#/base/rng';
import type { EncodedRows } from '#/domain/model';
import type { ExplainedChunk, ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { wordsFor, type CoalitionPairs } from '#/explainers/kernel/coalition-words';
import { chunkRows, kernelJob, type KernelJob } from '#/explainers/kernel/kernel-job';
import { MixedRows, type ExplainedRow } from '#/explainers/kernel/mixed-rows';
import { readPlayers, varyingPlayers } from '#/explainers/kernel/player-groups';
import { GROUPS } from '#/explainers/kernel/kernel-parameters';
import { choiceParameter, numberParameter } from '#/explainers/parameters';
import { MAX_EVALS, ordersFor } from '#/explainers/permutation-shap/orders';

/** A row under way: orders of its varying players, and the pairs of coalitions along them. */
interface RowState {
  readonly explained: ExplainedRow;
  readonly active: Int32Array;
  readonly orders: readonly Int32Array[];
  /** [orders * (players - 1)]: the first k players of an order and the rest. */
  readonly pairs: CoalitionPairs;
  readonly game: Float64Array;
}

/**
 * Permutation SHAP (Strumbelj and Kononenko 2014; semantics of shap 0.51 PermutationExplainer with an Independent masker): a
 * player's value is the mean change of E over the weighted background of f(row on S, background elsewhere) when it joins,
 * over random orders of the varying players, each run there and back (antithetic): maxEvals // (2 M + 1) orders. Exact for
 * games of order 2; values sum to f(row) - base. Orders are drawn for a row by hash(job seed, row id), not by numpy.
 *
 * Standard errors: deviation over orders / sqrt(orders); NaN where a single order was affordable, 0 for one or two players.
 * The space is that of Kernel SHAP (`link` identity or logit, applied after averaging).
 *
 * @throws LimpidError `BudgetTooSmall` where not even one order is affordable, `BadRequest`, `ModelFailed`, `Aborted`
 */
export async function preparePermutationShap(
  spec: ExplainSpec,
  environment: ExplainerEnvironment,
  signal?: AbortSignal,
): Promise<PreparedExplainer> {
  const maxEvals = numberParameter(spec.parameters, MAX_EVALS);
  const players = readPlayers(choiceParameter(spec.parameters, GROUPS), environment.features, environment.predictor.nFeatures);
  if (ordersFor(maxEvals, players.count) === 0) {
    throw new LimpidError({
      tag: 'BudgetTooSmall',
      message: `${maxEvals} coalitions a row are too few for one order of ${players.count} features, there and back.`,
      hint: `Give at least ${2 * players.count + 1} coalitions.`,
    });
  }
  const settings = {
    mode: 'better',
    budget: 0,
    error: 0,
    groups: '',
    selection: { kind: 'all' },
    link: String(spec.parameters.link ?? 'identity'),
  } as const;
  const job = await kernelJob(spec, environment, settings, players, signal);
  return {
    baseValues: job.baseValues,
    space: job.space.space,
    exact: false,
    additivity: 'by construction',
    chunkRows: chunkRows(maxEvals * job.background.rows.nRows + 1),
    ...(players.schemas === null ? {} : { players: { featureSpace: 'grouped', features: players.schemas } }),
    explain: (rows, rowIds, explainSignal) => explainRows(job, maxEvals, rows, rowIds, explainSignal),
  };
}

async function explainRows(
  job: KernelJob,
  maxEvals: number,
  rows: EncodedRows,
  rowIds: Int32Array,
  signal: AbortSignal | undefined,
): Promise<ExplainedChunk> {
  const { nRows, nFeatures } = rows;
  const { players, nOutputs, background } = job;
  const zeros = (): Float64Array[] => Array.from({ length: nOutputs }, () => new Float64Array(nRows * players.count));
  const values = zeros();
  const standardErrors = zeros();
  const mixed = new MixedRows(job.predict, nOutputs, background, job.backgroundPredictions, players, job.space, signal);
  let waiting: { state: RowState; position: number }[] = [];
  for (let position = 0; position < nRows; position++) {
    const row = rows.values.slice(position * nFeatures, (position + 1) * nFeatures);
    const state = startRow(job, maxEvals, row, hashSeed(job.seed, rowIds[position]!));
    await mixed.addOwn(state.explained);
    const chosen = Int32Array.from({ length: state.pairs.nPairs }, (_, i) => i);
    if (chosen.length > 0) {
      for (let b = 0; b < background.rows.nRows; b++) {
        await mixed.addPairs(state.explained, b, state.active, state.pairs, chosen, state.game);
        if (mixed.full) await mixed.settle();
      }
    }
    waiting.push({ state, position });
    if (!mixed.full && position < nRows - 1) continue;
    await mixed.settle();
    for (const { state: done, position: at } of waiting) solveRow(job, done, at * players.count, values, standardErrors);
    waiting = [];
  }
  return { values, standardErrors, evaluations: mixed.evaluations };
}

function startRow(job: KernelJob, maxEvals: number, row: Float64Array, seed: number): RowState {
  const active = varyingPlayers(job.players, row, job.background.rows.values);
  const n = active.length;
  const rng = createRng(seed);
  // One order is exact for two players; none is needed for one.
  const nOrders = n < 2 ? 0 : n === 2 ? 1 : ordersFor(maxEvals, n);
  const orders = Array.from({ length: nOrders }, () => permutation(n, rng));
  const nWords = wordsFor(n);
  const nPairs = nOrders * Math.max(0, n - 1);
  const words = new Int32Array(nPairs * nWords);
  let at = 0;
  for (const order of orders) {
    const held = new Int32Array(nWords);
    for (let k = 0; k < n - 1; k++) {
      held[order[k]! >>> 5]! |= 1 << (order[k]! & 31);
      words.set(held, at);
      at += nWords;
    }
  }
  return {
    explained: { row, own: new Float64Array(job.nOutputs) },
    active,
    orders,
    pairs: { nPlayers: n, nWords, nPairs, words },
    game: new Float64Array(2 * nPairs * job.nOutputs),
  };
}

function solveRow(
  job: KernelJob,
  state: RowState,
  start: number,
  values: readonly Float64Array[],
  standardErrors: readonly Float64Array[],
): void {
  const { active, orders, game, explained } = state;
  const { nOutputs } = job;
  const n = active.length;
  const link = job.space.link ?? ((value: number): number => value);
  for (let k = 0; k < nOutputs; k++) {
    const none = job.baseValues[k]!;
    const all = link(explained.own[k]!);
    if (n === 1) values[k]![start + active[0]!] = all - none;
    const sums = new Float64Array(n);
    const squares = new Float64Array(n);
    orders.forEach((order, index) => {
      let forward = none;
      let backward = all;
      for (let i = 0; i < n; i++) {
        const pair = 2 * (index * (n - 1) + i);
        const nextForward = i === n - 1 ? all : link(game[pair * nOutputs + k]!);
        const nextBackward = i === n - 1 ? none : link(game[(pair + 1) * nOutputs + k]!);
        const change = (nextForward - forward + backward - nextBackward) / 2;
        sums[order[i]!]! += change;
        squares[order[i]!]! += change * change;
        forward = nextForward;
        backward = nextBackward;
      }
    });
    for (let i = 0; i < n && orders.length > 0; i++) {
      const mean = sums[i]! / orders.length;
      const variance = Math.max(0, squares[i]! / orders.length - mean * mean) / (orders.length - 1);
      values[k]![start + active[i]!] = mean;
      standardErrors[k]![start + active[i]!] = n === 2 ? 0 : orders.length === 1 ? NaN : Math.sqrt(variance);
    }
  }
}
