/**
 * A tree ensemble as the kernels take it. Nodes of all trees stand in one index space, each tree in depth-first order: the child for
 * values that pass a node's test is the next node, `right` is the other one (-1 in leaves). Values are compared by bins: the bin
 * of x is 1 + how many of its column's cuts lie below x, 0 for NaN; cuts are float64, so that no comparison is rounded.
 */
export interface KernelForest {
  /** Position of each tree's root; one more entry holds the number of nodes. */
  readonly starts: Int32Array;
  readonly right: Int32Array;
  /** Column and player of the test, -1 in leaves. Players are numbered among those that any node tests. */
  readonly column: Int32Array;
  readonly player: Int32Array;
  /** The test holds for bins in [low, low + span]; where `lookup` is 1, low is a position in `words`: a bit set over bins. */
  readonly low: Uint32Array;
  readonly span: Uint32Array;
  readonly lookup: Uint8Array;
  readonly words: Uint32Array;
  /** Row of `leafValues`, -1 in inner nodes. */
  readonly leaf: Int32Array;
  /** Inner nodes at and below the node. */
  readonly splits: Int32Array;
  /** The node's part of its parent's cover; 1 where there are no covers. */
  readonly share: Float64Array;
  /** Players on the path to the node. */
  readonly slots: Int32Array;
  /** [leaves, nOutputs] in the order of the nodes. */
  readonly leafValues: Float64Array;
  readonly nOutputs: number;
  /** Outputs that a tree has any value for: outputs[outputStarts[tree]] .. outputs[outputStarts[tree + 1]]. */
  readonly outputStarts: Int32Array;
  readonly outputs: Int32Array;
  readonly nColumns: number;
  /** Cuts of column c: cuts[cutStarts[c]] .. cuts[cutStarts[c + 1]], ascending. */
  readonly cuts: Float64Array;
  readonly cutStarts: Int32Array;
  /** Model features that are players, by player. */
  readonly players: Int32Array;
  /** By tree: longest path and most players on one. */
  readonly depths: Int32Array;
  readonly mostSlots: Int32Array;
}

export const CELL = 2;
export const TABLES = 4;
export const WALKS = 8;

export function treeCount(forest: KernelForest): number {
  return forest.starts.length - 1;
}

/** Whether bins fit in 16 bits. */
export function hasWideBins(forest: KernelForest): boolean {
  return forest.cutStarts.some((start, column) => column > 0 && start - forest.cutStarts[column - 1]! > 65_534);
}
