import { gaussLegendre } from '#/math/quadrature';
import { treeCount, WALKS, type KernelForest } from '#/kernels/kernel-forest';
import { ModuleMemory } from '#/kernels/module-memory';
import { groupBorders, type RowKernel } from '#/kernels/row-kernel';

interface QuadratureExports {
  prepare(nodes: number, trees: number, depth: number, leafValues: number, batch: number): void;
  prepareTree(tree: number, nodes: number, blocks: number, rule: number): void;
  loadBatch(x: number, count: number): void;
  runBatch(from: number, to: number, count: number, out: number): void;
  loadRow(x: number): void;
  runRow(from: number, to: number, out: number): void;
}

/** Rows in the lanes of one walk. */
export const BATCH_ROWS = 16;

/** Trees summed in float32 before their sums go to float64. */
const GROUP_TREES = 8;

/** Blocks of four rule nodes that make a tree's integrals exact. */
export function ruleBlocks(mostSlots: number, banzhaf: boolean): number {
  return banzhaf ? 1 : Math.max(1, Math.ceil(mostSlots / 8));
}

/** Bytes of the multipliers of a tree. */
export function multiplierBytes(nodes: number, blocks: number): number {
  return nodes * blocks * 64;
}

/**
 * Path-dependent values by quadrature, in float32 within a group of trees: one row at a time with the rule's nodes in the vector
 * lanes, or 16 rows in the lanes. Takes the leaves below nodes with WALKS.
 */
export class QuadratureKernel implements RowKernel {
  readonly rows: number;
  readonly groups: number;
  readonly lanes: number;
  readonly #memory: ModuleMemory<QuadratureExports>;
  readonly #borders: number[];
  readonly #x: number;
  readonly #out: number;
  readonly #nColumns: number;
  readonly #width: number;
  #count = 0;

  /** @param byRow - one row at a time: less work than 16 lanes for up to four rows */
  constructor(
    module: WebAssembly.Module,
    forest: KernelForest,
    flags: Uint8Array,
    options: { readonly byRow: boolean; readonly banzhaf: boolean },
  ) {
    this.rows = options.byRow ? 1 : BATCH_ROWS;
    this.lanes = forest.players.length;
    const nTrees = treeCount(forest);
    this.#borders = groupBorders(nTrees, GROUP_TREES);
    this.groups = this.#borders.length - 1;
    this.#nColumns = forest.nColumns;
    this.#width = forest.nOutputs * this.lanes;
    const memory = new ModuleMemory<QuadratureExports>(module, forest, flags);
    this.#memory = memory;
    const { exports } = memory;
    const nNodes = forest.starts[nTrees]!;
    const depth = forest.depths.reduce((most, one) => Math.max(most, one), 0);
    exports.prepare(nNodes, nTrees, depth, memory.put(Float32Array.from(forest.leafValues)), Number(!options.byRow));
    const rules = new Map<number, number>();
    for (let tree = 0; tree < nTrees; tree++) {
      if ((flags[forest.starts[tree]!]! & WALKS) === 0) continue;
      const blocks = ruleBlocks(forest.mostSlots[tree]!, options.banzhaf);
      let rule = rules.get(blocks);
      if (rule === undefined) {
        rule = memory.put(ruleOf(blocks, options.banzhaf));
        rules.set(blocks, rule);
      }
      exports.prepareTree(tree, forest.starts[tree + 1]! - forest.starts[tree]!, blocks, rule);
    }
    this.#x = exports.allocate(8 * Math.max(1, this.rows * this.#nColumns));
    this.#out = exports.allocate(8 * Math.max(1, this.rows * this.#width));
  }

  load(x: Float64Array, count: number): void {
    this.#count = count;
    this.#memory.doubles(this.#x, count * this.#nColumns).set(x);
    this.#memory.doubles(this.#out, count * this.#width).fill(0);
    if (this.rows === 1) this.#memory.exports.loadRow(this.#x);
    else this.#memory.exports.loadBatch(this.#x, count);
  }

  run(group: number): void {
    const from = this.#borders[group]!;
    const to = this.#borders[group + 1]!;
    if (this.rows === 1) this.#memory.exports.runRow(from, to, this.#out);
    else this.#memory.exports.runBatch(from, to, this.#count, this.#out);
  }

  values(): Float64Array {
    return this.#memory.doubles(this.#out, this.#count * this.#width);
  }
}

/** Nodes, then weights. Banzhaf values take the integrand at one half; the other nodes of the block weigh nothing. */
function ruleOf(blocks: number, banzhaf: boolean): Float64Array {
  if (banzhaf) return Float64Array.of(0.5, 0.5, 0.5, 0.5, 1, 0, 0, 0);
  const { nodes, weights } = gaussLegendre(4 * blocks);
  return Float64Array.of(...nodes, ...weights);
}
