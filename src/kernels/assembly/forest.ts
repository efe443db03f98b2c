// A tree ensemble in linear memory, shared by both kernels. Nodes of all trees stand in one index space in depth-first order,
// so the child to which a passed test leads is the next node. Written by kernels/module-memory.ts.

/** 40 bytes. */
@unmanaged
export class Node {
  /** The child for rows that fail the test; -1 in leaves. */
  right: i32;
  column: i32;
  player: i32;
  /** The test holds for bins in [low, low + span]; with LOOKUP, low is the address of a bit set over bins. */
  low: u32;
  span: u32;
  flags: u32;
  /** Leaf position, -1 in inner nodes. */
  leaf: i32;
  /** Inner nodes at and below this one. */
  splits: i32;
  /** This node's part of its parent's cover. */
  share: f64;
}

export const LOOKUP: u32 = 1;
/** One table answers the whole subtree. */
export const CELL: u32 = 2;
/** There is a cell at or below this node. */
export const TABLES: u32 = 4;
/** There are leaves at or below this node that the quadrature walks to. */
export const WALKS: u32 = 8;

/** Bin of a missing value; others count from 1. */
export const MISSING: u32 = 0;

let nodes: usize = 0;
let roots: usize = 0;
let outputStarts: usize = 0;
let outputIds: usize = 0;
let cuts: usize = 0;
let cutStarts: usize = 0;
export let columnCount: i32 = 0;
export let outputCount: i32 = 0;
export let playerCount: i32 = 0;

/** Room for the host's arrays; 16-byte aligned, never freed. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

export function setForest(nodePtr: usize, rootPtr: usize, columns: i32, players: i32, outputs: i32): void {
  nodes = nodePtr;
  roots = rootPtr;
  columnCount = columns;
  playerCount = players;
  outputCount = outputs;
}

/** Outputs that a tree's leaves have values for: ids[starts[tree]] .. ids[starts[tree + 1]]. */
export function setOutputs(starts: usize, ids: usize): void {
  outputStarts = starts;
  outputIds = ids;
}

/** Sorted f64 cuts of each column: cuts[starts[column]] .. cuts[starts[column + 1]]. */
export function setCuts(starts: usize, values: usize): void {
  cutStarts = starts;
  cuts = values;
}

@inline export function node(id: i32): Node {
  return changetype<Node>(nodes + <usize>id * offsetof<Node>());
}

@inline export function root(tree: i32): i32 {
  return load<i32>(roots + (<usize>tree << 2));
}

@inline export function firstOutput(tree: i32): i32 {
  return load<i32>(outputStarts + (<usize>tree << 2));
}

@inline export function outputId(at: i32): i32 {
  return load<i32>(outputIds + (<usize>at << 2));
}

/** Whether a bin passes the test of a node with LOOKUP. */
@inline export function looksUp(n: Node, bin: u32): bool {
  return ((load<u32>(<usize>n.low + ((bin >> 5) << 2)) >> (bin & 31)) & 1) != 0;
}

/** How many of the column's cuts lie below x, plus one; 0 for a missing value. */
export function binOf(column: i32, x: f64): u32 {
  if (x != x) return MISSING;
  const start = load<i32>(cutStarts + (<usize>column << 2));
  let size = load<i32>(cutStarts + (<usize>column << 2), 4) - start;
  const sorted = cuts + (<usize>start << 3);
  let below = 0;
  while (size > 0) { // bisection without branches
    const half = (size + 1) >> 1;
    below = select(below + half, below, load<f64>(sorted + (<usize>(below + half - 1) << 3)) < x);
    size -= half;
  }
  return <u32>below + 1;
}
