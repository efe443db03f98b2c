import { coverShare, isMember } from '#/trees/covers';
import { COMPARISONS, type TreeEnsemble } from '#/domain/tree-model';

/**
 * A walk over all leaves of one tree that carries, for a block of rows at once, which conditions of the path each row
 * meets. Splits of one player (model feature) on a path count as one condition: all of them must hold.
 *
 *   path  age < 40, income >= 2, age >= 20   ->   slots  0: age   1: income
 *   pattern of a row: bit 0 set when 20 <= age < 40, bit 1 when income >= 2; all bits set: the row ends in this leaf
 */
export interface LeafPath {
  /** Number of slots: distinct players on the path. 0 for a tree without splits. */
  nSlots: number;
  /** Player of each slot, in order of first appearance; entries from nSlots on are left-overs. */
  readonly players: Int32Array;
  /** Product of cover(child) / cover(parent) over the slot's splits; all 1 when the walk has no covers. */
  readonly shares: Float64Array;
  /** Row of the ensemble's leaf values. */
  leaf: number;
}

/** `patterns`: word w of row i is at [w * nRows + i], slot s is bit s % 32 of word s / 32; valid during the call only. */
export type LeafVisitor = (path: LeafPath, patterns: Int32Array) => void;

/** Number of 32-bit words that hold one bit for each of `nSlots` slots, at least 1. */
export function patternWords(nSlots: number): number {
  return Math.max(1, (nSlots + 31) >>> 5);
}

/** Word `word` of the pattern in which all `nSlots` conditions hold. */
export function fullWord(nSlots: number, word: number): number {
  const bits = nSlots - word * 32;
  return bits >= 32 ? -1 : ((1 << Math.max(0, bits)) - 1) | 0;
}

export interface TreeShape {
  readonly leaves: number;
  /** Splits on the longest path. */
  readonly depth: number;
  /** Most distinct players on one path. */
  readonly slots: number;
}

/** @param playerOf - player of each ensemble feature */
export function treeShape(ensemble: TreeEnsemble, root: number, playerOf: Int32Array): TreeShape {
  const onPath = new Map<number, number>();
  let leaves = 0;
  let depth = 0;
  let slots = 0;
  const visit = (node: number, level: number): void => {
    const feature = ensemble.feature[node]!;
    if (feature < 0) {
      leaves++;
      depth = Math.max(depth, level);
      slots = Math.max(slots, onPath.size);
      return;
    }
    const player = playerOf[feature]!;
    const uses = onPath.get(player) ?? 0;
    onPath.set(player, uses + 1);
    visit(ensemble.yes[node]!, level + 1);
    visit(ensemble.no[node]!, level + 1);
    if (uses === 0) onPath.delete(player);
    else onPath.set(player, uses);
  };
  visit(root, 0);
  return { leaves, depth, slots };
}

/**
 * Walks one tree depth first, `yes` before `no`.
 *
 * @param columns - the block's values as the trees compare them, column-major [ensemble features][nRows]
 * @param cover - [nodes] or null; below a node with cover 0 each child has share 0.5 (ALGORITHMS 12.3)
 * @param visit - called for every leaf in a fixed order, whether or not a row reaches it
 */
export function walkTree(
  ensemble: TreeEnsemble,
  root: number,
  shape: TreeShape,
  playerOf: Int32Array,
  columns: Float64Array,
  nRows: number,
  cover: Float64Array | null,
  visit: LeafVisitor,
): void {
  const words = patternWords(shape.slots);
  const patternsAt = Array.from({ length: shape.depth + 1 }, () => new Int32Array(words * nRows));
  const metAt = Array.from({ length: shape.depth }, () => new Uint8Array(nRows));
  const path: LeafPath = { nSlots: 0, players: new Int32Array(shape.slots), shares: new Float64Array(shape.slots), leaf: -1 };
  const { players, shares } = path;

  const descend = (node: number, level: number): void => {
    const patterns = patternsAt[level]!;
    const feature = ensemble.feature[node]!;
    if (feature < 0) {
      path.leaf = ensemble.leaf[node]!;
      visit(path, patterns);
      return;
    }
    const player = playerOf[feature]!;
    let slot = 0;
    while (slot < path.nSlots && players[slot] !== player) slot++;
    const isNew = slot === path.nSlots;
    if (isNew) {
      players[slot] = player;
      shares[slot] = 1;
      path.nSlots++;
    }
    const shareBefore = shares[slot]!;
    const met = metAt[level]!;
    compareColumn(ensemble, node, columns.subarray(feature * nRows, (feature + 1) * nRows), met);
    const childPatterns = patternsAt[level + 1]!;
    const word = (slot >>> 5) * nRows;
    const bit = 1 << (slot & 31);
    for (let side = 0; side < 2; side++) {
      const child = side === 0 ? ensemble.yes[node]! : ensemble.no[node]!;
      childPatterns.set(patterns);
      const wanted = side === 0 ? 1 : 0;
      if (isNew) for (let i = 0; i < nRows; i++) childPatterns[word + i]! |= met[i] === wanted ? bit : 0;
      else for (let i = 0; i < nRows; i++) childPatterns[word + i]! &= met[i] === wanted ? -1 : ~bit;
      if (cover !== null) shares[slot] = shareBefore * coverShare(cover, node, child);
      descend(child, level + 1);
    }
    shares[slot] = shareBefore;
    if (isNew) path.nSlots--;
  };
  descend(root, 0);
}

/** met[i] = 1 where row i goes to `yes` at the node. NaN goes where `missingYes` says. */
function compareColumn(ensemble: TreeEnsemble, node: number, column: Float64Array, met: Uint8Array): void {
  const threshold = ensemble.threshold[node]!;
  const missing = ensemble.missingYes[node]!;
  const comparison = COMPARISONS[ensemble.comparison[node]!]!;
  const n = met.length;
  switch (comparison) {
    case 'lt':
      for (let i = 0; i < n; i++) met[i] = column[i]! < threshold ? 1 : 0;
      break;
    case 'lte':
      for (let i = 0; i < n; i++) met[i] = column[i]! <= threshold ? 1 : 0;
      break;
    case 'gt':
      for (let i = 0; i < n; i++) met[i] = column[i]! > threshold ? 1 : 0;
      break;
    case 'gte':
      for (let i = 0; i < n; i++) met[i] = column[i]! >= threshold ? 1 : 0;
      break;
    case 'eq':
      for (let i = 0; i < n; i++) met[i] = column[i] === threshold ? 1 : 0;
      break;
    case 'neq':
      for (let i = 0; i < n; i++) met[i] = column[i] !== threshold ? 1 : 0;
      break;
    case 'in': {
      const set = ensemble.categorySets[threshold]!;
      for (let i = 0; i < n; i++) met[i] = isMember(set, column[i]!) ? 1 : 0;
      break;
    }
    default:
      comparison satisfies never;
  }
  if (missing === 1 || comparison === 'neq') for (let i = 0; i < n; i++) if (Number.isNaN(column[i])) met[i] = missing;
}
