import { CELL, TABLES, treeCount, type KernelForest } from '#/kernels/kernel-forest';
import type { KernelPlan } from '#/kernels/kernel-plan';

/**
 * The cells of a plan (kernels/kernel-plan) as flat arrays for the GPU. A cell's pattern has one bit for each player on the path to it and
 * one for each split inside it; it starts with all bits set and every test that fails clears its bit.
 */
export interface CellLayout {
  /** By entry (a cell with one of its tree's outputs): first test, end of tests, bits, position of the table; leaves, masses. */
  readonly entries: Uint32Array;
  /** By test: column; low; span; bit | flips << 8 | looks up << 9. */
  readonly tests: Uint32Array;
  /** By leaf of an entry: first slot, slots, value as float32 bits, 0. */
  readonly leaves: Uint32Array;
  /** By slot of a leaf: player, mask, wanted (met where pattern & mask = wanted), share of the covers as float32 bits. */
  readonly slots: Uint32Array;
  /** Background patterns of a cell with their weights as float32 bits; empty without a background. */
  readonly masses: Uint32Array;
  /** Entries of [group][output]: from, to. */
  readonly ranges: Uint32Array;
  readonly groups: number;
  readonly mostSlots: number;
  /** Vectors of 4 numbers in all tables together. */
  readonly tableVectors: number;
}

export const ENTRY_WORDS = 8;

/** Trees summed in float32 before their sums go to float64. */
const GROUP_TREES = 16;

/** Background rows as bins, column-major, with their weights. */
export interface BinnedRows {
  readonly bins: Uint32Array;
  readonly weights: Float64Array;
}

interface Slot {
  readonly player: number;
  readonly mask: number;
  readonly wanted: number;
  readonly share: number;
}

interface PathSlot {
  readonly player: number;
  readonly share: number;
  /** Nodes on the path that test the player, and whether the path goes where the test fails. */
  readonly tests: readonly { readonly node: number; readonly flips: number }[];
}

const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);
function bitsOf(value: number): number {
  floats[0] = value;
  return words[0]!;
}

/** How many of the column's cuts lie below x, plus one; 0 for a missing value (kernels/kernel-forest). */
export function binOf(forest: KernelForest, column: number, x: number): number {
  if (Number.isNaN(x)) return 0;
  const start = forest.cutStarts[column]!;
  let low = start;
  let high = forest.cutStarts[column + 1]!;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (forest.cuts[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low - start + 1;
}

/** @param x - row-major [count, columns] @returns [column][count] */
export function binRows(forest: KernelForest, x: Float64Array, count: number, out = new Uint32Array(count * forest.nColumns)): Uint32Array {
  for (let column = 0; column < forest.nColumns; column++) {
    for (let row = 0; row < count; row++) out[column * count + row] = binOf(forest, column, x[row * forest.nColumns + column]!);
  }
  return out;
}

/**
 * Yields after every tree, so that the caller can pause.
 * @param vectors - of a table's line
 */
export function* layOutCells(
  forest: KernelForest,
  plan: KernelPlan,
  vectors: number,
  background: BinnedRows | null,
): Generator<void, CellLayout, void> {
  const entries: number[] = [];
  const tests: number[] = [];
  const leaves: number[] = [];
  const slots: number[] = [];
  const masses: number[] = [];
  const ranges: number[] = [];
  let tableVectors = 0;
  let mostSlots = 0;
  /** Entries of the current group, by output. */
  let waiting: number[][] = [];

  const addCell = (root: number, path: readonly PathSlot[], outputs: Int32Array): void => {
    const d = path.length;
    const bits = d + forest.splits[root]!;
    if (bits === 0) return;
    const firstTest = tests.length / 4;
    const addTest = (node: number, bit: number, flips: number): void => {
      tests.push(forest.column[node]!, forest.low[node]!, forest.span[node]!, bit | (flips << 8) | (forest.lookup[node]! << 9));
    };
    path.forEach((slot, bit) => slot.tests.forEach(({ node, flips }) => addTest(node, bit, flips)));
    const found: { readonly leaf: number; readonly firstSlot: number; readonly nSlots: number }[] = [];
    let bit = d;
    const descend = (node: number, above: readonly Slot[]): void => {
      if (forest.right[node]! < 0) {
        if (above.length === 0) return;
        found.push({ leaf: forest.leaf[node]!, firstSlot: slots.length / 4, nSlots: above.length });
        mostSlots = Math.max(mostSlots, above.length);
        for (const slot of above) slots.push(slot.player, slot.mask, slot.wanted, bitsOf(slot.share));
        return;
      }
      const own = 1 << bit;
      addTest(node, bit++, 0);
      const player = forest.player[node]!;
      for (const [child, wanted] of [
        [node + 1, own],
        [forest.right[node]!, 0],
      ] as const) {
        const share = forest.share[child]!;
        const isKnown = above.some((slot) => slot.player === player);
        const grown = isKnown ? above : [...above, { player, mask: 0, wanted: 0, share: 1 }];
        descend(
          child,
          grown.map((slot) =>
            slot.player === player ? { player, mask: slot.mask | own, wanted: slot.wanted | wanted, share: slot.share * share } : slot,
          ),
        );
      }
    };
    descend(
      root,
      path.map(({ player, share }, at) => ({ player, mask: 1 << at, wanted: 1 << at, share })),
    );
    const firstMass = masses.length / 2;
    if (background !== null) addMasses(firstTest, tests.length / 4, bits, background);
    for (const output of outputs) {
      const firstLeaf = leaves.length / 4;
      for (const { leaf, firstSlot, nSlots } of found) {
        const value = forest.leafValues[leaf * forest.nOutputs + output]!;
        if (value !== 0) leaves.push(firstSlot, nSlots, bitsOf(value), 0);
      }
      if (leaves.length / 4 === firstLeaf) continue;
      const entry = [firstTest, tests.length / 4, bits, tableVectors, firstLeaf, leaves.length / 4, firstMass, masses.length / 2];
      waiting[output]!.push(...entry);
      tableVectors += 2 ** bits * vectors;
    }
  };

  /** Weights of the background rows by pattern, in the order of the patterns. */
  const addMasses = (from: number, to: number, bits: number, rows: BinnedRows): void => {
    const count = rows.weights.length;
    const sums = new Map<number, number>();
    for (let row = 0; row < count; row++) {
      let pattern = 2 ** bits - 1;
      for (let test = 4 * from; test < 4 * to; test += 4) {
        const bin = rows.bins[tests[test]! * count + row]!;
        const last = tests[test + 3]!;
        const low = tests[test + 1]!;
        const holds =
          (last >> 9) & 1 ? (forest.words[low + (bin >> 5)]! >>> (bin & 31)) & 1 : Number((bin - low) >>> 0 <= tests[test + 2]!);
        if (holds === ((last >> 8) & 1)) pattern &= ~(1 << (last & 255));
      }
      sums.set(pattern, (sums.get(pattern) ?? 0) + rows.weights[row]!);
    }
    for (const [pattern, weight] of [...sums].sort(([a], [b]) => a - b)) masses.push(pattern, bitsOf(weight));
  };

  const walk = (node: number, path: readonly PathSlot[], outputs: Int32Array): void => {
    if (forest.right[node]! < 0 || (plan.flags[node]! & CELL) !== 0) {
      if ((plan.flags[node]! & CELL) !== 0) addCell(node, path, outputs);
      return;
    }
    const player = forest.player[node]!;
    for (const [child, flips] of [
      [node + 1, 0],
      [forest.right[node]!, 1],
    ] as const) {
      if ((plan.flags[child]! & TABLES) === 0) continue;
      const grown = path.some((slot) => slot.player === player) ? path : [...path, { player, share: 1, tests: [] }];
      const share = forest.share[child]!;
      const step = grown.map((slot) =>
        slot.player === player ? { player, share: slot.share * share, tests: [...slot.tests, { node, flips }] } : slot,
      );
      walk(child, step, outputs);
    }
  };

  const nTrees = treeCount(forest);
  let groups = 0;
  for (let tree = 0; tree < nTrees; tree++) {
    if (tree % GROUP_TREES === 0) waiting = Array.from({ length: forest.nOutputs }, () => []);
    const root = forest.starts[tree]!;
    if (plan.flags[root]! & TABLES) walk(root, [], forest.outputs.subarray(forest.outputStarts[tree], forest.outputStarts[tree + 1]));
    yield;
    if ((tree + 1) % GROUP_TREES !== 0 && tree + 1 < nTrees) continue;
    groups++;
    for (const group of waiting) {
      const from = entries.length / ENTRY_WORDS;
      for (const word of group) entries.push(word);
      ranges.push(from, entries.length / ENTRY_WORDS);
    }
  }
  return {
    entries: Uint32Array.from(entries),
    tests: Uint32Array.from(tests),
    leaves: Uint32Array.from(leaves),
    slots: Uint32Array.from(slots),
    masses: Uint32Array.from(masses),
    ranges: Uint32Array.from(ranges),
    groups,
    mostSlots,
    tableVectors,
  };
}
