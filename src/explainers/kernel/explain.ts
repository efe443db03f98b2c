import { LimpidError } from '#/base/errors';
import { hashSeed } from '#/base/rng';
import type { EncodedRows, Predictor } from '#/domain/model';
import { effectiveBackground } from '#/explainers/background';
import type { Background, ExplainedChunk, ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { planCoalitions } from '#/explainers/kernel/budget';
import { drawCoalitionDesign } from '#/explainers/kernel/coalition-design';
import { CoalitionEvaluator } from '#/explainers/kernel/coalition-values';
import { allCoalitions, exactShapley } from '#/explainers/kernel/exact-shapley';
import { factorPairedRegression, fitPairs, type PairedRegression } from '#/explainers/kernel/paired-regression';
import { explainedSpace, type ExplainedSpace } from '#/explainers/kernel/prediction-space';

/** Evaluations that a call aims at: near 100 ms for a small model. */
const CHUNK_EVALUATIONS = 32_768;

/** The coalitions for a number of players: all of them, or a design with its factored regression. */
type Coalitions = {
  /** Coalitions to evaluate, without the empty and the full one. */
  readonly count: number;
} & ({ readonly kind: 'exact'; readonly members: Uint8Array } | { readonly kind: 'sampled'; readonly regression: PairedRegression });

interface KernelJob {
  readonly predictor: Predictor;
  readonly background: Background;
  readonly space: ExplainedSpace;
  readonly seed: number;
  readonly budget: number;
  /** [nOutputs] with the link applied. */
  readonly baseValues: Float64Array;
  /** By number of players; made when first needed, the same for every row of the job. */
  readonly known: Map<number, Coalitions>;
}

/**
 * Kernel SHAP: Shapley values of v(S) = link(E over the weighted background of f(row on S, background elsewhere)), for
 * any model, in `space`. The link is applied after averaging (shap KernelExplainer semantics, Lundberg and Lee 2017).
 *
 * Exact when the budget covers all 2^M - 2 coalitions of the row's M varying features, or when the automatic budget meets
 * 2^M * background rows <= 2^18: then equal to shap 0.51-0.54 KernelExplainer(l1_reg=False) with full enumeration, to
 * rounding. Otherwise a leverage-sampled paired regression with a standard error for each value (LeverageSHAP, arXiv
 * 2410.01917); no l1 regularisation. The design depends on job seed and M only. In both cases values sum to
 * link(f(row)) - base by construction, which says nothing about their accuracy.
 *
 * A feature whose value equals that of every background row (NaN equals NaN) is an exact null player: value and error 0.
 * shap leaves out nearly equal ones too (np.isclose), which drops features such as epoch times. NaN cells are values like
 * others. Predictions of NaN give NaN.
 *
 * Parameters: `budget` coalitions a row (0 = automatic: max(2 M + 2048, 6 M)), `link` identity | logit (averages within
 * 2^-25 of 0 or 1 are clipped), `l1` none.
 * Time: evaluations = coalitions * background rows + 1 a row.
 *
 * @throws LimpidError `BudgetTooSmall` with the smallest budget, `BadRequest`, `ModelFailed`, `Aborted`
 */
export async function prepareKernel(
  spec: ExplainSpec,
  environment: ExplainerEnvironment,
  signal?: AbortSignal,
): Promise<PreparedExplainer> {
  const { predictor } = environment;
  const { budget, link } = readParameters(spec);
  const background = effectiveBackground(spec.background, predictor.nFeatures);
  const space = explainedSpace(predictor.info.space, predictor.nOutputs, spec.outputSpace, link);
  const plan = planCoalitions(predictor.nFeatures, background.rows.nRows, budget);
  const baseValues = new Float64Array(predictor.nOutputs);
  const evaluator = new CoalitionEvaluator(predictor, background, space, signal);
  await evaluator.add(new Float64Array(0), new Int32Array(0), new Uint8Array(0), 0, false, baseValues, 0);
  await evaluator.flush();
  if (space.link !== null) for (let output = 0; output < baseValues.length; output++) baseValues[output] = space.link(baseValues[output]!);
  const job: KernelJob = { predictor, background, space, seed: spec.seed, budget, baseValues, known: new Map() };
  const exact = plan.kind === 'exact';
  return {
    baseValues,
    space: space.space,
    exact,
    additivity: 'by construction',
    chunkRows: Math.max(1, Math.min(256, Math.floor(CHUNK_EVALUATIONS / (plan.coalitions * background.rows.nRows + 1)))),
    explain: (rows, _rowIds, explainSignal) => explainRows(job, rows, exact, explainSignal),
  };
}

function readParameters(spec: ExplainSpec): { budget: number; link: string } {
  const { parameters } = spec;
  const l1 = parameters.l1 ?? 'none';
  if (l1 !== 'none')
    throw new LimpidError({
      tag: 'BadRequest',
      message: `Kernel SHAP here has no l1 regularisation ("${l1}").`,
      hint: 'Leave l1 out or set it to "none".',
    });
  return { budget: Number(parameters.budget ?? 0), link: String(parameters.link ?? 'identity') };
}

async function explainRows(job: KernelJob, rows: EncodedRows, exact: boolean, signal: AbortSignal | undefined): Promise<ExplainedChunk> {
  const { predictor, background } = job;
  const { nRows, nFeatures } = rows;
  const zeros = (): Float64Array[] => Array.from({ length: predictor.nOutputs }, () => new Float64Array(nRows * nFeatures));
  const values = zeros();
  const standardErrors = exact ? null : zeros();
  const evaluator = new CoalitionEvaluator(predictor, background, job.space, signal);
  // Rows whose coalitions are not all evaluated yet: batches run over row borders.
  let waiting: (() => void)[] = [];
  let pendingValues = 0;
  for (let position = 0; position < nRows; position++) {
    const row = rows.values.subarray(position * nFeatures, (position + 1) * nFeatures);
    const players = varyingFeatures(row, background.rows);
    const coalitions = coalitionsFor(job, players.length);
    const game = new Float64Array((coalitions.count + 1) * predictor.nOutputs);
    await evaluateCoalitions(evaluator, row, players, coalitions, predictor.nOutputs, game);
    pendingValues += game.length;
    waiting.push(() => solveRow(job, players, coalitions, game, position * nFeatures, values, standardErrors));
    if (pendingValues > CHUNK_EVALUATIONS || position === nRows - 1) {
      await evaluator.flush();
      for (const solve of waiting) solve();
      waiting = [];
      pendingValues = 0;
    }
  }
  return { values, standardErrors, evaluations: evaluator.evaluations };
}

/** Features of a row that differ from some background row. */
function varyingFeatures(row: Float64Array, background: EncodedRows): Int32Array {
  const varying: number[] = [];
  for (let j = 0; j < row.length; j++) {
    const own = row[j]!;
    for (let i = j; i < background.values.length; i += row.length) {
      const other = background.values[i]!;
      if (own !== other && !(Number.isNaN(own) && Number.isNaN(other))) {
        varying.push(j);
        break;
      }
    }
  }
  return Int32Array.from(varying);
}

function coalitionsFor(job: KernelJob, nPlayers: number): Coalitions {
  const known = job.known.get(nPlayers);
  if (known !== undefined) return known;
  const plan = planCoalitions(nPlayers, job.background.rows.nRows, job.budget);
  const count = plan.coalitions;
  const made: Coalitions =
    plan.kind === 'exact'
      ? { kind: 'exact', count, members: allCoalitions(nPlayers) }
      : {
          kind: 'sampled',
          count,
          regression: factorPairedRegression(drawCoalitionDesign(nPlayers, count / 2, hashSeed(job.seed, nPlayers))),
        };
  job.known.set(nPlayers, made);
  return made;
}

/**
 * Means of all coalitions into `game`: [coalitions + 1, nOutputs], the row's own prediction last. Sampled pairs stand
 * side by side: S at 2 i, its complement at 2 i + 1.
 */
async function evaluateCoalitions(
  evaluator: CoalitionEvaluator,
  row: Float64Array,
  players: Int32Array,
  coalitions: Coalitions,
  nOutputs: number,
  game: Float64Array,
): Promise<void> {
  const n = players.length;
  const { count } = coalitions;
  if (coalitions.kind === 'exact') {
    for (let i = 0; i < count; i++) await evaluator.add(row, players, coalitions.members, i * n, false, game, i * nOutputs);
  } else {
    const { members } = coalitions.regression.design;
    for (let i = 0; i < count; i++) await evaluator.add(row, players, members, (i >> 1) * n, i % 2 === 1, game, i * nOutputs);
  }
  await evaluator.addRow(row, game, count * nOutputs);
}

/** Values and errors of one row from its evaluated coalitions, written from `start` on. */
function solveRow(
  job: KernelJob,
  players: Int32Array,
  coalitions: Coalitions,
  game: Float64Array,
  start: number,
  values: readonly Float64Array[],
  standardErrors: readonly Float64Array[] | null,
): void {
  const n = players.length;
  if (n === 0) return;
  const { count } = coalitions;
  const { nOutputs } = job.predictor;
  const link = job.space.link ?? ((value: number): number => value);
  const phi = new Float64Array(n);
  const errors = new Float64Array(n);
  for (let output = 0; output < nOutputs; output++) {
    const base = job.baseValues[output]!;
    const full = link(game[count * nOutputs + output]!);
    if (coalitions.kind === 'exact') {
      const all = new Float64Array(count + 2);
      // Relative to the empty coalition, so that a large base value costs no digits.
      for (let i = 0; i < count; i++) all[i + 1] = link(game[i * nOutputs + output]!) - base;
      all[count + 1] = full - base;
      exactShapley(all, n, phi);
    } else {
      const { regression } = coalitions;
      const differences = Float64Array.from(
        { length: regression.design.nPairs },
        (_, pair) => link(game[2 * pair * nOutputs + output]!) - link(game[(2 * pair + 1) * nOutputs + output]!),
      );
      fitPairs(regression, differences, full - base, phi, errors);
    }
    for (let p = 0; p < n; p++) {
      values[output]![start + players[p]!] = phi[p]!;
      if (standardErrors !== null) standardErrors[output]![start + players[p]!] = errors[p]!;
    }
  }
}
