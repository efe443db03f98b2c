import { CELL, TABLES, treeCount, WALKS, type KernelForest } from '#/kernels/kernel-forest';
import { multiplierBytes, ruleBlocks } from '#/kernels/quadrature-kernel';

/** Which leaves are answered by tables and which by walks. */
export interface KernelPlan {
  /** By node: CELL, TABLES, WALKS. */
  readonly flags: Uint8Array;
  /** Most bits of a cell with splits, and of one that is a leaf. */
  readonly cellBits: number;
  readonly leafBits: number;
  /** Patterns of all cells together. */
  readonly patterns: number;
  readonly usesTables: boolean;
  readonly usesWalks: boolean;
  /** Estimated seconds of one load of tables apart from its rows, and of each row. */
  readonly tableSeconds: number;
  readonly rowSeconds: number;
}

export interface PlanOptions {
  /** Rows that a table serves: those of the job, as far as they fit in one load. */
  readonly nRows: number;
  readonly pairs: boolean;
  readonly banzhaf: boolean;
  /** Compare with background rows: no walks. */
  readonly background: boolean;
  /** Numbers a row and output of a table. */
  readonly lanes: number;
}

/** Most bits of a cell with splits; most slots of a leaf with a table of its own. */
const CELL_BITS = 9;
const LEAF_BITS = 13;
const LEAF_BITS_WITH_PAIRS = 11;

/** Deeper trees are left to the plain code: the kernels recurse. */
const MOST_DEPTH = 1000;

/** Walks need multipliers: not more than this. */
const MOST_MULTIPLIER_BYTES = 1.5 * 2 ** 30;

// Nanoseconds, measured (bench/kernels.ts).
const WALK_EDGE = 1.9; // a row of 16, edge, four nodes of the rule
const WALK_EDGE_ALONE = 10;
const COMPARE = 0.1; // a row, one test
const STEP = 0.08; // a row, one edge of the path
const GATHER = 0.4; // a row, one cell
const GATHER_VECTOR = 0.3;
const LEAF = 150;
const LEAF_PRODUCT = 1; // a pattern, one node of the rule
const LEAF_MASSES = 0.7; // a pattern, one node of the rule, one slot
const LEAF_VALUE = 1.3; // a pattern, one slot, one output
const LEAF_PAIR = 1.5;
const JOIN_VECTOR = 0.6; // a pattern, four lanes

/** Rows that are walked one at a time. */
export const MOST_ROWS_ALONE = 2;

/**
 * Chooses, for each tree and subtree, tables or walks by estimated time; depends on the forest and the job alone.
 * @returns null when some leaf suits neither: the plain code does the work
 */
export function planKernels(forest: KernelForest, options: PlanOptions): KernelPlan | null {
  const { starts, right, splits, slots, outputStarts, mostSlots, depths } = forest;
  const nTrees = treeCount(forest);
  const nNodes = starts[nTrees]!;
  if (depths.some((depth) => depth > MOST_DEPTH)) return null;
  const { nRows } = options;
  const leafLimit = options.pairs ? LEAF_BITS_WITH_PAIRS : LEAF_BITS;
  const walkNanoseconds = nRows <= MOST_ROWS_ALONE ? WALK_EDGE_ALONE : WALK_EDGE * (Math.ceil(nRows / 16) * (16 / nRows));
  const vectors = options.lanes / 4;
  const flags = new Uint8Array(nNodes);
  const build = new Float64Array(nNodes);
  const best = new Float64Array(nNodes);
  const isCell = new Uint8Array(nNodes);
  const isWalked = new Uint8Array(nNodes);
  let tableNanoseconds = 0;
  let rowNanoseconds = 0;
  let patterns = 0;
  let cellBits = 1;
  let leafBits = 1;
  let bytes = 0;

  for (let tree = 0; tree < nTrees; tree++) {
    const root = starts[tree]!;
    const end = starts[tree + 1]!;
    const nOutputs = outputStarts[tree + 1]! - outputStarts[tree]!;
    const blocks = ruleBlocks(mostSlots[tree]!, options.banzhaf);
    const edgeNanoseconds = walkNanoseconds * blocks * nOutputs * nRows;
    const cellRow = GATHER + GATHER_VECTOR * vectors * nOutputs;
    // Children stand behind their parents: backwards, every node finds its children done.
    for (let node = end - 1; node >= root; node--) {
      const isLeaf = right[node]! < 0;
      const d = slots[node]!;
      const bits = d + splits[node]!;
      const size = 2 ** bits;
      build[node] = isLeaf
        ? leafNanoseconds(d, nOutputs, options)
        : build[node + 1]! + build[right[node]!]! + size * nOutputs * vectors * JOIN_VECTOR;
      const asCell = bits <= (isLeaf ? leafLimit : CELL_BITS) ? build[node]! + nRows * (cellRow + splits[node]! * COMPARE) : Infinity;
      const apart = isLeaf
        ? options.background || options.pairs
          ? Infinity
          : 2.2 * edgeNanoseconds
        : best[node + 1]! + best[right[node]!]! + nRows * (COMPARE + 2 * STEP);
      best[node] = Math.min(asCell, apart);
      isCell[node] = asCell <= apart ? 1 : 0;
      isWalked[node] = isLeaf && asCell > apart ? 1 : 0;
    }
    if (best[root] === Infinity) return null;
    const walked = options.background || options.pairs ? Infinity : (end - root - 1) * edgeNanoseconds;
    const walksAll = walked <= best[root]!;
    if (walksAll) {
      rowNanoseconds += walked / nRows;
      flags.fill(WALKS, root, end);
      bytes += multiplierBytes(end - root, blocks);
      continue;
    }
    // Top down: the first cell on a path takes its whole subtree.
    for (let node = root; node < end;) {
      if (isCell[node] === 1) {
        const bits = slots[node]! + splits[node]!;
        flags[node] = CELL | TABLES;
        patterns += 2 ** bits;
        if (splits[node] === 0) leafBits = Math.max(leafBits, bits);
        else cellBits = Math.max(cellBits, bits);
        tableNanoseconds += build[node]!;
        rowNanoseconds += cellRow + splits[node]! * COMPARE;
        node += 2 * splits[node]! + 1;
        continue;
      }
      if (isWalked[node] === 1) flags[node] = WALKS;
      else rowNanoseconds += COMPARE + 2 * STEP;
      node++;
    }
    for (let node = end - 1; node >= root; node--) {
      if (flags[node] === 0 && right[node]! >= 0) flags[node] = (flags[node + 1]! | flags[right[node]!]!) & (TABLES | WALKS);
      if (isWalked[node] === 1 && flags[node] === WALKS) rowNanoseconds += (2.2 * edgeNanoseconds) / nRows;
    }
    if (flags[root]! & WALKS) bytes += multiplierBytes(end - root, blocks);
  }
  if (bytes > MOST_MULTIPLIER_BYTES) return null;
  let all = 0;
  for (let tree = 0; tree < nTrees; tree++) all |= flags[starts[tree]!]!;
  return {
    flags,
    cellBits,
    leafBits,
    patterns,
    usesTables: (all & TABLES) !== 0,
    usesWalks: (all & WALKS) !== 0,
    tableSeconds: tableNanoseconds * 1e-9,
    rowSeconds: rowNanoseconds * 1e-9,
  };
}

/** Nanoseconds for the table of a leaf with d slots. */
function leafNanoseconds(d: number, nOutputs: number, options: PlanOptions): number {
  const order = options.banzhaf ? 1 : Math.max(1, Math.ceil(d / 2));
  const product = LEAF_PRODUCT * (options.pairs ? 2.5 : 1) + (options.background ? LEAF_MASSES * d : 0);
  const values = d * nOutputs * LEAF_VALUE + (options.pairs ? ((d * (d - 1)) / 2) * nOutputs * LEAF_PAIR : 0);
  return LEAF + 2 ** d * (order * product + values);
}
