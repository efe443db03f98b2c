import type { EncodedRows } from '#/domain/model';
import type { KernelModules } from '#/explainers/explainer';
import { blockRows, rowBlock, treeColumns, type Forest } from '#/explainers/forest';
import { kernelForest } from '#/explainers/kernel-forest';
import { closeDiagonals, LeafAccumulator, type LeafGame } from '#/explainers/leaf-values';
import { createPacer } from '#/explainers/pacer';
import { walkTree } from '#/explainers/tree-walk';
import type { KernelForest } from '#/kernels/kernel-forest';
import { MOST_ROWS_ALONE, planKernels, type KernelPlan } from '#/kernels/kernel-plan';
import { QuadratureKernel } from '#/kernels/quadrature-kernel';
import type { RowKernel } from '#/kernels/row-kernel';
import { isDense, TablesKernel, type KernelBackground } from '#/kernels/tables-kernel';
import { encodeForTrees } from '#/trees/apply-steps';

/** Values of rows by all trees, without any base. */
export interface TreeSums {
  /** [nOutputs][nRows * nFeatures] */
  readonly values: Float64Array[];
  /** [nOutputs][nRows * nFeatures * nFeatures], laid out as domain/explanation says; null where not asked for. */
  readonly interactions: Float64Array[] | null;
}

/** What computes values for rows. */
export interface TreeValues {
  readonly chunkRows: number;
  explain(rows: EncodedRows, signal: AbortSignal | undefined): Promise<TreeSums>;
}

export interface TreeValuesOptions {
  readonly forest: Forest;
  /** Covers of the path-dependent game; null for the interventional one. */
  readonly cover: Float64Array | null;
  readonly background: KernelBackground | null;
  readonly pairs: boolean;
  readonly banzhaf: boolean;
  /** Rows of the whole job. */
  readonly nRows: number;
  readonly kernels: KernelModules | null;
  /** Seconds that the plain code takes for the job and to get ready, to compare with. */
  readonly plainSeconds: number;
  readonly plainSetupSeconds: number;
  /** Makes the plain code's game; asked for when the kernels do not take the job. */
  readonly plainGame: (signal: AbortSignal | undefined) => Promise<() => LeafGame>;
}

/** A call of `explain` with tables should take about this long. */
const CALL_SECONDS = 0.1;
const MOST_ROWS = 8192;
/** Bytes of a chunk's results, at most. */
const CHUNK_BYTES = 32 * 2 ** 20;

/**
 * Picks what computes the values: WebAssembly kernels where they are there and estimated to be faster for the whole job (their sums
 * are float32 within a few trees: about 1e-6 of the largest value), else the plain float64 code. The choice depends on the model and
 * the job alone. What a row gets does not depend on the rows beside it.
 */
export async function prepareTreeValues(options: TreeValuesOptions, signal: AbortSignal | undefined): Promise<TreeValues> {
  return (await withKernels(options, signal)) ?? (await plainTreeValues(options, signal));
}

// ---- kernels ----

async function withKernels(options: TreeValuesOptions, signal: AbortSignal | undefined): Promise<TreeValues | null> {
  const { forest, kernels, pairs, banzhaf } = options;
  const nRows = Math.max(1, options.nRows);
  if (kernels === null) return null;
  const compiled = kernelForest(forest, options.cover);
  const nPlayers = compiled.players.length;
  if (nPlayers === 0) return null;
  const lanes = lanesOf(nPlayers, pairs);
  const most = mostRowsOf(forest, compiled.nOutputs * lanes, options);
  const plan = planKernels(compiled, { nRows: most, pairs, banzhaf, background: options.background !== null, lanes });
  if (plan === null) return null;
  const chunkRows = chunkRowsOf(plan, most, nRows);
  const loads = Math.ceil(nRows / chunkRows);
  // Jobs of a row or two come from a person who edits it, again and again.
  const calls = nRows <= MOST_ROWS_ALONE ? 10 : 1;
  const seconds = calls * (loads * plan.tableSeconds + nRows * plan.rowSeconds);
  const setupSeconds = (options.background?.weights.length ?? 0) * plan.rowSeconds;
  if (setupSeconds + seconds > options.plainSetupSeconds + calls * options.plainSeconds) return null;
  const running: RowKernel[] = [];
  if (plan.usesTables) {
    const tablesOptions = { capacity: chunkRows, pairs, banzhaf, background: options.background };
    const tables = new TablesKernel(kernels.tables, compiled, plan, tablesOptions);
    if (tables.keeps) {
      const pacer = createPacer(signal);
      for (let group = 0; group < tables.groups; group++) {
        tables.keep(group);
        if (pacer.due()) await pacer.pause();
      }
    }
    running.push((await kernels.gpu?.choose({ forest: compiled, plan, options: tablesOptions, wasm: tables, seconds }, signal)) ?? tables);
  }
  if (plan.usesWalks) {
    running.push(new QuadratureKernel(kernels.quadrature, compiled, plan.flags, { byRow: nRows <= MOST_ROWS_ALONE, banzhaf }));
  }
  // One call at a time: a kernel's memory holds the rows of one.
  let last: Promise<unknown> = Promise.resolve();
  return {
    chunkRows,
    explain: (rows, explainSignal) => {
      const result = last.catch(() => undefined).then(() => runKernels(forest, compiled, running, pairs, rows, explainSignal));
      last = result;
      return result;
    },
  };
}

/** Numbers a row and output of a table, without padding to groups. */
function lanesOf(nPlayers: number, pairs: boolean): number {
  const all = pairs ? (nPlayers * (nPlayers + 1)) / 2 : nPlayers;
  if (isDense(nPlayers, pairs)) return 4 * Math.ceil(all / 4);
  return all;
}

/** Rows whose results and sums fit in a call. */
function mostRowsOf(forest: Forest, numbersPerRow: number, options: TreeValuesOptions): number {
  const { nOutputs } = forest.model.ensemble;
  const perRow = 8 * (nOutputs * forest.nFeatures * (options.pairs ? forest.nFeatures + 1 : 1) + 2 * numbersPerRow);
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(CHUNK_BYTES / perRow), options.nRows));
}

/**
 * Rows a call. Tables are built anew for each call, so that they should serve many rows: those of about 100 ms, and at least so many
 * that building is a quarter of the work.
 */
function chunkRowsOf(plan: KernelPlan, most: number, nRows: number): number {
  const rowSeconds = Math.max(plan.rowSeconds, 1e-8);
  const wanted = Math.max((CALL_SECONDS - plan.tableSeconds) / rowSeconds, (3 * plan.tableSeconds) / rowSeconds, 16);
  const chunk = Math.min(most, Math.ceil(wanted / 16) * 16);
  // Even chunks: the last one costs the same tables as the others.
  return Math.ceil(nRows / Math.ceil(nRows / chunk));
}

async function runKernels(
  forest: Forest,
  compiled: KernelForest,
  kernels: readonly RowKernel[],
  pairs: boolean,
  rows: EncodedRows,
  signal: AbortSignal | undefined,
): Promise<TreeSums> {
  const sums = emptySums(forest, rows.nRows, pairs);
  const pacer = createPacer(signal);
  for (const kernel of kernels) {
    for (let start = 0; start < rows.nRows; start += kernel.rows) {
      const count = Math.min(kernel.rows, rows.nRows - start);
      kernel.load(encodeForTrees(forest.model, rowBlock(rows, start, count)), count);
      for (let group = 0; group < kernel.groups; group++) {
        kernel.run(group);
        if (pacer.due()) await pacer.pause();
      }
      await kernel.finish?.();
      addSums(sums, compiled, kernel, start, count, forest.nFeatures);
    }
  }
  if (sums.interactions !== null) closeDiagonals(sums.values, sums.interactions, forest.nFeatures);
  return sums;
}

function emptySums(forest: Forest, nRows: number, pairs: boolean): TreeSums {
  const { nOutputs } = forest.model.ensemble;
  const all = (perRow: number): Float64Array[] => Array.from({ length: nOutputs }, () => new Float64Array(nRows * perRow));
  return { values: all(forest.nFeatures), interactions: pairs ? all(forest.nFeatures ** 2) : null };
}

function addSums(sums: TreeSums, compiled: KernelForest, kernel: RowKernel, start: number, count: number, nFeatures: number): void {
  const numbers = kernel.values();
  const { players, nOutputs } = compiled;
  const n = players.length;
  for (let output = 0; output < nOutputs; output++) {
    const values = sums.values[output]!;
    for (let row = 0; row < count; row++) {
      const from = (row * nOutputs + output) * kernel.lanes;
      const to = (start + row) * nFeatures;
      for (let player = 0; player < n; player++) values[to + players[player]!]! += numbers[from + player]!;
    }
    const matrices = sums.interactions?.[output];
    if (matrices === undefined) continue;
    for (let row = 0; row < count; row++) {
      let from = (row * nOutputs + output) * kernel.lanes + n;
      const to = (start + row) * nFeatures * nFeatures;
      for (let a = 0; a < n; a++) {
        for (let b = a + 1; b < n; b++) {
          const half = numbers[from++]!;
          matrices[to + players[a]! * nFeatures + players[b]!]! += half;
          matrices[to + players[b]! * nFeatures + players[a]!]! += half;
        }
      }
    }
  }
}

// ---- plain ----

async function plainTreeValues(options: TreeValuesOptions, signal: AbortSignal | undefined): Promise<TreeValues> {
  const { forest, cover, pairs } = options;
  const { ensemble } = forest.model;
  const createGame = await options.plainGame(signal);
  const step = blockRows(forest);
  return {
    chunkRows: step,
    async explain(rows, explainSignal) {
      const sums = emptySums(forest, rows.nRows, pairs);
      const pacer = createPacer(explainSignal);
      for (let start = 0; start < rows.nRows; start += step) {
        const count = Math.min(step, rows.nRows - start);
        const columns = treeColumns(forest.model, rowBlock(rows, start, count));
        const game = createGame();
        const leaves = new LeafAccumulator(game, sums.values, sums.interactions, start, forest.nFeatures, ensemble.leafValues);
        for (let tree = 0; tree < ensemble.roots.length; tree++) {
          game.enterTree(tree);
          let leaf = 0;
          walkTree(ensemble, ensemble.roots[tree]!, forest.shapes[tree]!, forest.playerOf, columns, count, cover, (path, patterns) => {
            leaves.add(path, leaf++, patterns, count);
          });
          if (pacer.due()) await pacer.pause();
        }
      }
      if (sums.interactions !== null) closeDiagonals(sums.values, sums.interactions, forest.nFeatures);
      return sums;
    },
  };
}
