import { gaussLegendre } from '#/math/quadrature';
import { hasWideBins, treeCount, type KernelForest } from '#/kernels/kernel-forest';
import type { KernelPlan } from '#/kernels/kernel-plan';
import { ModuleMemory } from '#/kernels/module-memory';
import { groupBorders, type RowKernel } from '#/kernels/row-kernel';

interface TablesExports {
  prepare(leafValues: number, bits: number, leafBits: number, pairs: number, dense: number, capacity: number): void;
  lanesOfRow(): number;
  setRules(rules: number, banzhaf: number): void;
  createRowSet(capacity: number, depth: number, wide: number): number;
  loadRows(set: number, x: number, count: number): void;
  setBackground(set: number, weights: number, room: number): void;
  keepBackground(from: number, to: number): void;
  begin(set: number): void;
  run(from: number, to: number, count: number, out: number): void;
}

/** Trees summed in float32 before their sums go to float64. */
const GROUP_TREES = 4;
const MOST_ORDER = 8;

/** Weights of the background's patterns are kept up to this size, else computed again for each load. */
const KEPT_BYTES = 48 * 2 ** 20;

/** What absent players are replaced by. */
export interface KernelBackground {
  /** Row-major [rows, columns of the ensemble], as the trees compare them. */
  readonly x: Float64Array;
  /** [rows], summing to 1. */
  readonly weights: Float64Array;
}

export interface TablesOptions {
  readonly capacity: number;
  readonly pairs: boolean;
  readonly banzhaf: boolean;
  /** Null: covers. */
  readonly background: KernelBackground | null;
}

/**
 * Values and, where asked for, interactions of many rows by pattern tables, in float32 within a group of trees. Takes the leaves below
 * the plan's cells.
 */
export class TablesKernel implements RowKernel {
  readonly rows: number;
  readonly groups: number;
  readonly lanes: number;
  readonly #memory: ModuleMemory<TablesExports>;
  readonly #borders: number[];
  readonly #set: number;
  readonly #x: number;
  readonly #out: number;
  readonly #nColumns: number;
  readonly #width: number;
  #count = 0;
  #keeps = false;

  constructor(module: WebAssembly.Module, forest: KernelForest, plan: KernelPlan, options: TablesOptions) {
    const nTrees = treeCount(forest);
    this.rows = options.capacity;
    this.#borders = groupBorders(nTrees, GROUP_TREES);
    this.groups = this.#borders.length - 1;
    this.#nColumns = forest.nColumns;
    const memory = new ModuleMemory<TablesExports>(module, forest, plan.flags);
    this.#memory = memory;
    const { exports } = memory;
    const capacity = Math.ceil(this.rows / 8) * 8;
    const depth = forest.depths.reduce((most, one) => Math.max(most, one), 0);
    const wide = hasWideBins(forest) ? 1 : 0;
    exports.prepare(
      memory.put(forest.leafValues),
      plan.cellBits,
      plan.leafBits,
      Number(options.pairs),
      Number(isDense(forest.players.length, options.pairs)),
      capacity,
    );
    exports.setRules(memory.put(allRules()), Number(options.banzhaf));
    this.lanes = exports.lanesOfRow();
    this.#width = forest.nOutputs * this.lanes;
    this.#set = exports.createRowSet(capacity, depth, wide);
    this.#x = exports.allocate(8 * Math.max(1, this.rows * this.#nColumns));
    this.#out = exports.allocate(8 * Math.max(1, this.rows * this.#width));
    if (options.background !== null) this.#takeBackground(options.background, plan, depth, wide);
  }

  /** Whether the background's weights are kept: call `keep` for each group, once and in order, before the first row. */
  get keeps(): boolean {
    return this.#keeps;
  }

  keep(group: number): void {
    this.#memory.exports.keepBackground(this.#borders[group]!, this.#borders[group + 1]!);
  }

  load(x: Float64Array, count: number): void {
    const { exports } = this.#memory;
    this.#count = count;
    this.#memory.doubles(this.#x, count * this.#nColumns).set(x);
    this.#memory.doubles(this.#out, count * this.#width).fill(0);
    exports.loadRows(this.#set, this.#x, count);
    exports.begin(this.#set);
  }

  run(group: number): void {
    this.#memory.exports.run(this.#borders[group]!, this.#borders[group + 1]!, this.#count, this.#out);
  }

  values(): Float64Array {
    return this.#memory.doubles(this.#out, this.#count * this.#width);
  }

  #takeBackground(background: KernelBackground, plan: KernelPlan, depth: number, wide: number): void {
    const memory = this.#memory;
    const { exports } = memory;
    const count = background.weights.length;
    const capacity = Math.ceil(count / 8) * 8;
    const weights = new Float64Array(capacity);
    weights.set(background.weights);
    const set = exports.createRowSet(capacity, depth, wide);
    const x = memory.put(background.x);
    exports.loadRows(set, x, count);
    const bytes = 4 * plan.patterns;
    this.#keeps = bytes <= KEPT_BYTES;
    exports.setBackground(set, memory.put(weights), this.#keeps ? Math.max(16, bytes) : 0);
  }
}

/** Few players: every line of a table has a lane for each. */
export function isDense(players: number, pairs: boolean): boolean {
  return players <= (pairs ? 16 : 32);
}

/** Rules of order 1 to 8: nodes and weights, eight places each. */
function allRules(): Float64Array {
  const rules = new Float64Array(MOST_ORDER * 16);
  for (let order = 1; order <= MOST_ORDER; order++) {
    const { nodes, weights } = gaussLegendre(order);
    rules.set(nodes, (order - 1) * 16);
    rules.set(weights, (order - 1) * 16 + 8);
  }
  return rules;
}
