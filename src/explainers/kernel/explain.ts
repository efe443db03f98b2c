import type { EncodedRows } from '#/domain/model';
import { hashSeed } from '#/base/rng';
import type { ExplainedChunk, ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { smallestBudget } from '#/explainers/kernel/budget';
import { drawCoalitionDesign } from '#/explainers/kernel/coalition-design';
import { allPairs, type CoalitionPairs } from '#/explainers/kernel/coalition-words';
import { exactShapley } from '#/explainers/kernel/exact-shapley';
import { chunkRows, kernelJob, type KernelJob, type SampledDesign } from '#/explainers/kernel/kernel-job';
import { readKernelSettings } from '#/explainers/kernel/kernel-parameters';
import { MixedRows, type ExplainedRow } from '#/explainers/kernel/mixed-rows';
import { factorOddRegression, fitOdd, type OddRegression } from '#/explainers/kernel/odd-regression';
import { readPlayers, varyingPlayers } from '#/explainers/kernel/player-groups';
import { explainAsReference } from '#/explainers/kernel/reference';
import { listsAllCoalitions, planRow } from '#/explainers/kernel/row-plan';
import type { Pacer } from '#/explainers/pacer';

/** Designs kept with their factored regressions, by number of players. */
const KEPT_DESIGNS = 8;

/**
 * Kernel SHAP: Shapley values of v(S) = link(E over the weighted background of f(row on S, background elsewhere)), for
 * any model, in `space`. The link is applied after averaging (shap KernelExplainer semantics, Lundberg and Lee 2017).
 *
 * Mode `better`. Without a link, background rows that share most cells with the explained row are enumerated (`planRow`), and
 * the rest is sampled; a row is exact when the budget covers all background rows, or with the automatic budget when
 * that takes at most 2^18 evaluations: then equal to shap 0.51-0.54 KernelExplainer(l1_reg=False) with full enumeration, to
 * rounding. Sampled: leverage-sampled pairs (arXiv 2410.01917), the same for all rows with as many players, and a regression
 * on all odd orders (`factorOddRegression`) with a standard error for each value; exact rows have error 0. In both cases
 * values sum to link(f(row)) - base by construction, which says nothing about their accuracy.
 *
 * A player whose features equal those of every background row (NaN equals NaN) is an exact null player: value and error 0.
 * shap leaves out nearly equal ones too (np.isclose), which drops features such as epoch times: mode `reference` only, see
 * `explainAsReference`. NaN cells are values like others. Predictions of NaN give NaN.
 *
 * Parameters: see kernel-parameters.ts; `link` identity | logit (averages within 2^-25 of 0 or 1 are clipped). With `error` above 0 a
 * row stops at the first of the doubling budgets at which its largest standard error is that share of the spread of
 * predictions over the background (of |f(row) - base| where there is none).
 * Time: evaluations <= coalitions * background rows + 1 a row.
 *
 * @throws LimpidError `BudgetTooSmall` with the smallest budget, `BadRequest`, `ModelFailed`, `Aborted`
 */
export async function prepareKernel(
  spec: ExplainSpec,
  environment: ExplainerEnvironment,
  signal?: AbortSignal,
): Promise<PreparedExplainer> {
  const settings = readKernelSettings(spec.parameters);
  const players = readPlayers(settings.groups, environment.features, environment.predictor.nFeatures);
  const isReference = settings.mode === 'reference';
  const job = await kernelJob(spec, environment, settings, players, signal);
  const exact = job.plan.kind === 'exact';
  return {
    baseValues: job.baseValues,
    space: job.space.space,
    exact,
    additivity: 'by construction',
    chunkRows: chunkRows(job.plan.coalitions * job.background.rows.nRows + 1),
    ...(players.schemas === null ? {} : { players: { featureSpace: 'grouped', features: players.schemas } }),
    explain: (rows, _rowIds, explainSignal) =>
      isReference ? explainAsReference(job, rows, explainSignal) : explainRows(job, rows, exact, explainSignal),
  };
}

/** A row under way. */
interface RowState {
  readonly explained: ExplainedRow;
  readonly position: number;
  /** [nOutputs][players] what is known exactly. */
  readonly known: readonly Float64Array[];
  readonly sampled: readonly number[];
  /** Players that vary over the sampled background rows. */
  readonly active: Int32Array;
  readonly pairs: CoalitionPairs | null;
  readonly design: SampledDesign | null;
  /** [2 pairs, nOutputs] S at 2 i, its complement at 2 i + 1. */
  readonly game: Float64Array;
  /** Pairs already in `game`. */
  readonly evaluated: Uint8Array;
  stage: number;
}

async function explainRows(job: KernelJob, rows: EncodedRows, exact: boolean, signal: AbortSignal | undefined): Promise<ExplainedChunk> {
  const { nRows, nFeatures } = rows;
  const width = job.players.count;
  const zeros = (): Float64Array[] => Array.from({ length: job.nOutputs }, () => new Float64Array(nRows * width));
  const values = zeros();
  const standardErrors = exact ? null : zeros();
  const mixed = new MixedRows(job.predict, job.nOutputs, job.background, job.backgroundPredictions, job.players, job.space, signal);
  let waiting: RowState[] = [];
  for (let position = 0; position < nRows; position++) {
    const state = startRow(job, mixed, rows.values.slice(position * nFeatures, (position + 1) * nFeatures), position);
    await addRow(job, mixed, state);
    waiting.push(state);
    if (!mixed.full && position < nRows - 1) continue;
    while (waiting.length > 0) {
      await mixed.settle();
      const open: RowState[] = [];
      for (const state of waiting) {
        if (await solveRow(job, state, values, standardErrors, mixed.pacer)) continue;
        open.push(state);
        await addStage(mixed, state);
      }
      waiting = open;
    }
  }
  return { values, standardErrors, evaluations: mixed.evaluations };
}

/** Decides what to enumerate and what to sample. */
function startRow(job: KernelJob, mixed: MixedRows, row: Float64Array, position: number): RowState {
  const { background, players, nOutputs, plan, settings } = job;
  const nBackground = background.rows.nRows;
  const varying = varyingPlayers(players, row, background.rows.values);
  const differing = new Int32Array(nBackground);
  for (let b = 0; b < nBackground; b++) for (const player of varying) if (mixed.differs(row, b, player)) differing[b]!++;
  const hasLink = job.space.link !== null;
  const { sampled } = hasLink ? { sampled: [...differing.keys()] } : planRow(plan, settings.budget, differing);
  const active = sampled.length === nBackground ? varying : varying.filter((player) => sampled.some((b) => mixed.differs(row, b, player)));
  const listsAll = hasLink && listsAllCoalitions(plan, settings.budget, varying.length, differing);
  const design = sampled.length === 0 || listsAll || active.length === 0 ? null : designFor(job, active.length);
  const pairs = design?.design ?? (listsAll ? allPairs(active.length) : null);
  return {
    explained: { row, own: new Float64Array(nOutputs) },
    position,
    known: Array.from({ length: nOutputs }, () => new Float64Array(players.count)),
    sampled,
    active,
    pairs,
    design,
    game: new Float64Array((pairs?.nPairs ?? 0) * 2 * nOutputs),
    evaluated: new Uint8Array(pairs?.nPairs ?? 0),
    stage: 0,
  };
}

async function addRow(job: KernelJob, mixed: MixedRows, state: RowState): Promise<void> {
  await mixed.addOwn(state.explained);
  const sampled = new Set(state.sampled);
  for (let b = 0; b < job.background.rows.nRows; b++) {
    if (sampled.has(b)) continue;
    const differing = Int32Array.from(
      Array.from({ length: job.players.count }, (_, player) => player).filter((player) => mixed.differs(state.explained.row, b, player)),
    );
    await mixed.addExact(state.explained, b, differing, state.known);
    if (mixed.full) await mixed.settle();
  }
  await addStage(mixed, state);
}

/** Evaluates the pairs of the row's stage that no earlier stage had. */
async function addStage(mixed: MixedRows, state: RowState): Promise<void> {
  const { pairs, evaluated } = state;
  if (pairs === null) return;
  const wanted: number[] = [];
  const want = (pair: number): void => {
    if (evaluated[pair] === 1) return;
    evaluated[pair] = 1;
    wanted.push(pair);
  };
  if (state.design === null) for (let pair = 0; pair < pairs.nPairs; pair++) want(pair);
  else for (const { pairs: drawn, counts } of state.design.design.strata) drawn.subarray(0, counts[state.stage]).forEach(want);
  const chosen = Int32Array.from(wanted);
  for (const b of state.sampled) {
    await mixed.addPairs(state.explained, b, state.active, pairs, chosen, state.game);
    if (mixed.full) await mixed.settle();
  }
}

function designFor(job: KernelJob, nPlayers: number): SampledDesign {
  const { designs } = job;
  const known = designs.get(nPlayers);
  designs.delete(nPlayers);
  const most = Math.min(Math.floor(job.plan.coalitions / 2), 2 ** (nPlayers - 1) - 2);
  const stages = [most];
  if (job.settings.error > 0)
    for (let next = Math.floor(most / 2); 2 * next >= smallestBudget(nPlayers); next = Math.floor(next / 2)) stages.unshift(next);
  const made = known ?? { design: drawCoalitionDesign(nPlayers, stages, hashSeed(job.seed, nPlayers)), regressions: [] };
  designs.set(nPlayers, made);
  if (designs.size > KEPT_DESIGNS) designs.delete(designs.keys().next().value!);
  return made;
}

/** Writes the values and errors of a row whose stage is evaluated. False when it goes on to the next stage. */
async function solveRow(
  job: KernelJob,
  state: RowState,
  values: readonly Float64Array[],
  standardErrors: readonly Float64Array[] | null,
  pacer: Pacer,
): Promise<boolean> {
  const { active, pairs, game, explained, design, known } = state;
  const { nOutputs, players, background } = job;
  const link = job.space.link ?? ((value: number): number => value);
  const n = active.length;
  const phi = new Float64Array(n);
  const errors = new Float64Array(n);
  const start = state.position * players.count;
  const isLast = design === null || state.stage === design.design.nStages - 1;
  let regression: OddRegression | null = null;
  if (design !== null) regression = design.regressions[state.stage] ??= await factorOddRegression(design.design, state.stage, pacer);
  let isSettled = true;
  const differences = new Float64Array(pairs?.nPairs ?? 0);
  for (let k = 0; k < nOutputs; k++) {
    const at = (i: number): number => link(game[i * nOutputs + k]!);
    phi.fill(0);
    errors.fill(0);
    if (design === null && pairs !== null) {
      const all = new Float64Array(2 ** n);
      const base = job.baseValues[k]!;
      for (let pair = 0; pair < pairs.nPairs; pair++) {
        all[pair + 1] = at(2 * pair) - base;
        all[all.length - 2 - pair] = at(2 * pair + 1) - base;
      }
      all[all.length - 1] = link(explained.own[k]!) - base;
      if (n > 0) exactShapley(all, n, phi);
    } else if (regression !== null) {
      for (let pair = 0; pair < differences.length; pair++) differences[pair] = at(2 * pair) - at(2 * pair + 1);
      let gap = link(explained.own[k]!) - job.baseValues[k]!;
      if (job.space.link === null) {
        gap = 0;
        for (const b of state.sampled) gap += background.weights[b]! * (explained.own[k]! - job.backgroundPredictions[b * nOutputs + k]!);
      }
      fitOdd(regression, differences, gap, phi, errors);
      const spread = job.spreads[k]! > 0 ? job.spreads[k]! : Math.abs(gap);
      if (errors.some((error) => error > job.settings.error * spread)) isSettled = false;
    }
    for (let player = 0; player < players.count; player++) values[k]![start + player] = known[k]![player]!;
    for (let i = 0; i < n; i++) {
      values[k]![start + active[i]!]! += phi[i]!;
      if (standardErrors !== null) standardErrors[k]![start + active[i]!] = errors[i]!;
    }
  }
  if (isLast || isSettled) return true;
  state.stage++;
  return false;
}
