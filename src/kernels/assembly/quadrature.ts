// Path-dependent values by Gauss-Legendre quadrature (Quadrature-TreeSHAP, arXiv 2605.04497).
//
// A path's player j is kept (h = 1) when the row passes all its splits on the path; c is the product of their cover shares. The
// value of player i at a leaf of value v is
//   v * integral over [0, 1] of (h_i - c_i) * product over j != i of (h_j t + c_j (1 - t)) dt.
// A walk takes four nodes of the rule. An edge stores what it multiplies the running products by (`keep`, `drop`) and how the sums of
// the subtree below it are credited to its player (`gain`). A player that comes again replaces its earlier factor, in which
// it counted as kept; rows that had dropped it before only shrink by the cover share.
//
// runBatch holds 16 rows in the lanes, runRow holds the rule's nodes there.
import { Node, node, root, firstOutput, outputId, looksUp, binOf, columnCount, outputCount, playerCount, LOOKUP, WALKS } from "./forest";
export { setForest, setOutputs, setCuts, allocate } from "./forest";

const VECTORS: usize = 4;
export const ROWS: i32 = 16;
const LEVEL: usize = VECTORS * 64; // [node of the rule][vector] v128
const MASKS: usize = VECTORS * 16;

/** The edge into a node, by that node's id. */
@unmanaged
class Edge {
  player: i32;
  /** The node below the path's previous split on this player, or -1, and the depth of that node. */
  ancestor: i32;
  ancestorDepth: i32;
  share: f32;
}

// Multipliers of a node: for each block of four rule nodes keep f32[4], gainKeep f32[4]; then for each block drop, gainDrop. For rows
// in lanes, keep and gainKeep are stored as what they are above drop and gainDrop: `and` and `add` then choose between the two.
const PART: usize = 32;
const GAIN: usize = 16;

let edges: usize = 0;
let leafValues: usize = 0; // f32 [leaves][outputs]
let treeMultipliers: usize = 0; // usize[trees]
let treeBlocks: usize = 0; // i32[trees]

let products: usize = 0; // [level] LEVEL
let sums: usize = 0;
let masks: usize = 0; // [depth] MASKS: rows that still keep the player of the edge into that depth
let columns: usize = 0; // u32 [column][16]
let phi: usize = 0; // [output][player] MASKS

let row: usize = 0; // u32 [column]
let rowPhi: usize = 0; // [output][player] v128
let alive: usize = 0; // u8[node]

let pathPlayer: usize = 0; // i32[depth]
let pathNode: usize = 0; // i32[depth]
let pathCover: usize = 0; // f64[depth]

// This walk's tree, block and output.
let treeRoot: i32 = 0;
let multipliers: usize = 0;
let stride: usize = 0;
let dropPart: usize = 0;
let output: i32 = 0;

@inline function edge(id: i32): Edge {
  return changetype<Edge>(edges + <usize>id * offsetof<Edge>());
}

@inline function multipliersOf(id: i32): usize {
  return multipliers + <usize>(id - treeRoot) * stride;
}

@inline function leafValue(n: Node): f32 {
  return load<f32>(leafValues + (<usize>(n.leaf * outputCount + output) << 2));
}

let isBatch: bool = true;

/** @param batch - runBatch will be called; else runRow */
export function prepare(nodeCount: i32, trees: i32, depth: i32, leafPtr: usize, batch: bool): void {
  isBatch = batch;
  leafValues = leafPtr;
  edges = heap.alloc(<usize>nodeCount * offsetof<Edge>());
  treeMultipliers = heap.alloc(<usize>trees << 2);
  treeBlocks = heap.alloc(<usize>trees << 2);
  const levels = <usize>depth + 2;
  products = heap.alloc(levels * LEVEL);
  sums = heap.alloc(levels * LEVEL);
  masks = heap.alloc(levels * MASKS);
  columns = heap.alloc(<usize>columnCount * MASKS);
  phi = heap.alloc(<usize>(outputCount * playerCount) * MASKS);
  row = heap.alloc(<usize>columnCount << 2);
  rowPhi = heap.alloc(<usize>(outputCount * playerCount) << 4);
  alive = heap.alloc(nodeCount);
  pathPlayer = heap.alloc(levels << 2);
  pathNode = heap.alloc(levels << 2);
  pathCover = heap.alloc(levels << 3);
}

/** Multipliers of one tree for a rule of 4 * blocks nodes: f64 nodes, then weights. */
export function prepareTree(tree: i32, nodeCount: i32, blocks: i32, rule: usize): void {
  const base = heap.alloc(<usize>(nodeCount * blocks * 2) * PART);
  store<u32>(treeMultipliers + (<usize>tree << 2), <u32>base);
  store<i32>(treeBlocks + (<usize>tree << 2), blocks);
  selectTree(tree);
  prepareBelow(root(tree), 0, rule, blocks);
}

function selectTree(tree: i32): i32 {
  const blocks = load<i32>(treeBlocks + (<usize>tree << 2));
  treeRoot = root(tree);
  multipliers = <usize>load<u32>(treeMultipliers + (<usize>tree << 2));
  dropPart = <usize>blocks * PART;
  stride = dropPart * 2;
  return blocks;
}

function prepareBelow(id: i32, depth: i32, rule: usize, blocks: i32): void {
  const n = node(id);
  if (n.right < 0 || (n.flags & WALKS) == 0) return;
  prepareEdge(n, id + 1, depth, rule, blocks);
  prepareEdge(n, n.right, depth, rule, blocks);
}

function prepareEdge(parent: Node, childId: i32, depth: i32, rule: usize, blocks: i32): void {
  const e = edge(childId);
  const share = node(childId).share;
  let before = 1.0;
  e.player = parent.player;
  e.share = <f32>share;
  e.ancestor = -1;
  e.ancestorDepth = 0;
  for (let k = depth - 1; k >= 0; k--) {
    if (load<i32>(pathPlayer + (<usize>k << 2)) == parent.player) {
      e.ancestor = load<i32>(pathNode + (<usize>k << 2));
      e.ancestorDepth = k + 1;
      before = load<f64>(pathCover + (<usize>k << 3));
      break;
    }
  }
  const cover = share * before;
  const order = blocks << 2;
  for (let m = 0; m < order; m++) {
    const t = load<f64>(rule + (<usize>m << 3));
    const w = load<f64>(rule + (<usize>(order + m) << 3));
    const dropped = cover * (1.0 - t);
    const kept = t + dropped;
    const previous = e.ancestor < 0 ? 1.0 : t + before * (1.0 - t);
    const previousGain = e.ancestor < 0 ? 0.0 : (1.0 - before) / previous;
    const p = multipliersOf(childId) + <usize>(m >> 2) * PART + (<usize>(m & 3) << 2);
    const drop = dropped / previous;
    const gainDrop = (-1.0 / (1.0 - t) - previousGain) * w;
    store<f32>(p, <f32>(kept / previous - (isBatch ? drop : 0)));
    store<f32>(p + GAIN, <f32>(((1.0 - cover) / kept - previousGain) * w - (isBatch ? gainDrop : 0)));
    store<f32>(p + dropPart, <f32>drop);
    store<f32>(p + dropPart + GAIN, <f32>gainDrop);
  }
  store<i32>(pathPlayer + (<usize>depth << 2), parent.player);
  store<i32>(pathNode + (<usize>depth << 2), childId);
  store<f64>(pathCover + (<usize>depth << 3), cover);
  prepareBelow(childId, depth + 1, rule, blocks);
}

// ---- rows in lanes ----

/** Up to 16 rows of f64 columns, row-major; lanes without a row count as missing everywhere. */
export function loadBatch(x: usize, count: i32): void {
  memory.fill(columns, 0, <usize>columnCount * MASKS);
  for (let c = 0; c < columnCount; c++) {
    for (let r = 0; r < count; r++) {
      store<u32>(columns + (<usize>(c * ROWS + r) << 2), binOf(c, load<f64>(x + (<usize>(r * columnCount + c) << 3))));
    }
  }
}

/** Adds trees [from, to) to out f64 [row][output][player]. Sums within a call are f32: callers take a few trees a call. */
export function runBatch(from: i32, to: i32, count: i32, out: usize): void {
  memory.fill(phi, 0, <usize>(outputCount * playerCount) * MASKS);
  for (let i: usize = 0; i < LEVEL; i += 16) v128.store(products + i, f32x4.splat(1));
  for (let tree = from; tree < to; tree++) {
    const n = node(root(tree));
    if (n.right < 0 || (n.flags & WALKS) == 0) continue;
    const blocks = selectTree(tree);
    const first = multipliers;
    const end = firstOutput(tree + 1);
    for (let o = firstOutput(tree); o < end; o++) {
      output = outputId(o);
      for (let b = 0; b < blocks; b++) {
        multipliers = first + <usize>b * PART;
        walk(n, treeRoot, 0, products, sums);
      }
    }
  }
  const values = outputCount * playerCount;
  for (let v = 0; v < values; v++) {
    for (let r = 0; r < count; r++) {
      const p = out + (<usize>(r * values + v) << 3);
      store<f64>(p, load<f64>(p) + <f64>load<f32>(phi + (<usize>(v * ROWS + r) << 2)));
    }
  }
}

/** All ones in the lanes of four rows that pass a node's lookup. */
function lookupMask(n: Node, column: usize): v128 {
  let mask = i32x4.splat(0);
  mask = i32x4.replace_lane(mask, 0, looksUp(n, load<u32>(column)) ? -1 : 0);
  mask = i32x4.replace_lane(mask, 1, looksUp(n, load<u32>(column, 4)) ? -1 : 0);
  mask = i32x4.replace_lane(mask, 2, looksUp(n, load<u32>(column, 8)) ? -1 : 0);
  mask = i32x4.replace_lane(mask, 3, looksUp(n, load<u32>(column, 12)) ? -1 : 0);
  return mask;
}

/** Leaves the sums of the subtree below an inner node in `sum`; its products are given. */
function walk(n: Node, id: i32, depth: i32, product: usize, sum: usize): void {
  if (node(id + 1).flags & WALKS) descend(n, id + 1, depth, product, sum, i32x4.splat(0), false);
  else memory.fill(sum, 0, LEVEL);
  if (node(n.right).flags & WALKS) descend(n, n.right, depth, product, sum, i32x4.splat(-1), true);
}

@inline function holdsIn(n: Node, column: usize): v128 {
  if (n.flags & LOOKUP) return lookupMask(n, column);
  return i32x4.le_u(i32x4.sub(v128.load(column), i32x4.splat(n.low)), i32x4.splat(n.span));
}

/** high where the mask is set, else low; `above` is high - low. */
@inline function choose(low: v128, above: v128, mask: v128): v128 {
  return f32x4.add(low, v128.and(above, mask));
}

/** Walks one child. The left child's sums are written to `sum`, the right child's are added to it. */
function descend(parent: Node, childId: i32, depth: i32, product: usize, sum: usize, flip: v128, isRight: bool): void {
  const child = node(childId);
  const e = edge(childId);
  const at = multipliersOf(childId);
  const ancestor: usize = e.ancestor < 0 ? 0 : masks + <usize>e.ancestorDepth * MASKS;
  const column = columns + <usize>parent.column * MASKS;
  let k0 = v128.xor(holdsIn(parent, column), flip);
  let k1 = v128.xor(holdsIn(parent, column + 16), flip);
  let k2 = v128.xor(holdsIn(parent, column + 32), flip);
  let k3 = v128.xor(holdsIn(parent, column + 48), flip);
  if (ancestor != 0) {
    k0 = v128.and(k0, v128.load(ancestor));
    k1 = v128.and(k1, v128.load(ancestor, 16));
    k2 = v128.and(k2, v128.load(ancestor, 32));
    k3 = v128.and(k3, v128.load(ancestor, 48));
  }
  const isLeaf = child.right < 0;
  let value = f32x4.splat(0);
  if (isLeaf) value = f32x4.splat(leafValue(child));
  const target = phi + <usize>(output * playerCount + e.player) * MASKS;
  if (!isLeaf) {
    const mask = masks + <usize>(depth + 1) * MASKS;
    v128.store(mask, k0);
    v128.store(mask, k1, 16);
    v128.store(mask, k2, 32);
    v128.store(mask, k3, 48);
    if (ancestor == 0) multiply(at, product, k0, k1, k2, k3);
    else multiplyAgain(at, product, k0, k1, k2, k3, ancestor, f32x4.splat(e.share));
    const childSum = isRight ? sum + LEVEL : sum;
    walk(child, childId, depth + 1, product + LEVEL, childSum);
    // Masks wait in memory: the walk took the registers.
    k0 = v128.load(mask);
    k1 = v128.load(mask, 16);
    k2 = v128.load(mask, 32);
    k3 = v128.load(mask, 48);
    credit(at, target, ancestor, childSum, k0, k1, k2, k3);
    if (isRight) {
      for (let i: usize = 0; i < LEVEL; i += 16) v128.store(sum + i, f32x4.add(v128.load(sum + i), v128.load(childSum + i)));
    }
    return;
  }
  if (ancestor == 0) reachLeaf(at, target, product, sum, value, k0, k1, k2, k3, isRight, false, 0, value);
  else reachLeaf(at, target, product, sum, value, k0, k1, k2, k3, isRight, true, ancestor, f32x4.mul(value, f32x4.splat(e.share)));
}

/** The child's products, one level below the parent's. */
@inline function multiply(at: usize, product: usize, k0: v128, k1: v128, k2: v128, k3: v128): void {
  for (let m: usize = 0; m < 16; m += 4, product += 64) {
    const low = v128.load32_splat(at + dropPart + m);
    const above = v128.load32_splat(at + m);
    v128.store(product, f32x4.mul(v128.load(product), choose(low, above, k0)), LEVEL);
    v128.store(product, f32x4.mul(v128.load(product, 16), choose(low, above, k1)), LEVEL + 16);
    v128.store(product, f32x4.mul(v128.load(product, 32), choose(low, above, k2)), LEVEL + 32);
    v128.store(product, f32x4.mul(v128.load(product, 48), choose(low, above, k3)), LEVEL + 48);
  }
}

/** For a player that comes again: rows that had dropped it only shrink by the cover share. */
@inline function multiplyAgain(at: usize, product: usize, k0: v128, k1: v128, k2: v128, k3: v128, alive: usize, share: v128): void {
  for (let m: usize = 0; m < 16; m += 4, product += 64) {
    const low = v128.load32_splat(at + dropPart + m);
    const above = v128.load32_splat(at + m);
    v128.store(product, f32x4.mul(v128.load(product), v128.bitselect(choose(low, above, k0), share, v128.load(alive))), LEVEL);
    v128.store(product, f32x4.mul(v128.load(product, 16), v128.bitselect(choose(low, above, k1), share, v128.load(alive, 16))), LEVEL + 16);
    v128.store(product, f32x4.mul(v128.load(product, 32), v128.bitselect(choose(low, above, k2), share, v128.load(alive, 32))), LEVEL + 32);
    v128.store(product, f32x4.mul(v128.load(product, 48), v128.bitselect(choose(low, above, k3), share, v128.load(alive, 48))), LEVEL + 48);
  }
}

/** Credits the edge's player with a child's sums. */
@inline function credit(at: usize, target: usize, ancestor: usize, sum: usize, k0: v128, k1: v128, k2: v128, k3: v128): void {
  let q0 = f32x4.splat(0);
  let q1 = q0;
  let q2 = q0;
  let q3 = q0;
  for (let m: usize = 0; m < 16; m += 4, sum += 64) {
    const low = v128.load32_splat(at + dropPart + GAIN + m);
    const above = v128.load32_splat(at + GAIN + m);
    q0 = f32x4.add(q0, f32x4.mul(v128.load(sum), choose(low, above, k0)));
    q1 = f32x4.add(q1, f32x4.mul(v128.load(sum, 16), choose(low, above, k1)));
    q2 = f32x4.add(q2, f32x4.mul(v128.load(sum, 32), choose(low, above, k2)));
    q3 = f32x4.add(q3, f32x4.mul(v128.load(sum, 48), choose(low, above, k3)));
  }
  if (ancestor != 0) {
    q0 = v128.and(q0, v128.load(ancestor));
    q1 = v128.and(q1, v128.load(ancestor, 16));
    q2 = v128.and(q2, v128.load(ancestor, 32));
    q3 = v128.and(q3, v128.load(ancestor, 48));
  }
  v128.store(target, f32x4.add(v128.load(target), q0));
  v128.store(target, f32x4.add(v128.load(target, 16), q1), 16);
  v128.store(target, f32x4.add(v128.load(target, 32), q2), 32);
  v128.store(target, f32x4.add(v128.load(target, 48), q3), 48);
}

/**
 * Products, sums and credit of an edge to a leaf.
 * @param again - the player comes again: rows not in `alive` only shrink by `share` (times the leaf's value)
 */
@inline function reachLeaf(at: usize, target: usize, product: usize, sum: usize, value: v128, k0: v128, k1: v128, k2: v128, k3: v128, isRight: bool, again: bool, alive: usize, share: v128): void {
  let q0 = f32x4.splat(0);
  let q1 = q0;
  let q2 = q0;
  let q3 = q0;
  let f: v128, s: v128;
  for (let m: usize = 0; m < 16; m += 4, product += 64, sum += 64) {
    const low = f32x4.mul(v128.load32_splat(at + dropPart + m), value);
    const above = f32x4.mul(v128.load32_splat(at + m), value);
    const gainLow = v128.load32_splat(at + dropPart + GAIN + m);
    const gainAbove = v128.load32_splat(at + GAIN + m);
    f = choose(low, above, k0);
    if (again) f = v128.bitselect(f, share, v128.load(alive));
    s = f32x4.mul(v128.load(product), f);
    q0 = f32x4.add(q0, f32x4.mul(s, choose(gainLow, gainAbove, k0)));
    v128.store(sum, isRight ? f32x4.add(v128.load(sum), s) : s);
    f = choose(low, above, k1);
    if (again) f = v128.bitselect(f, share, v128.load(alive, 16));
    s = f32x4.mul(v128.load(product, 16), f);
    q1 = f32x4.add(q1, f32x4.mul(s, choose(gainLow, gainAbove, k1)));
    v128.store(sum, isRight ? f32x4.add(v128.load(sum, 16), s) : s, 16);
    f = choose(low, above, k2);
    if (again) f = v128.bitselect(f, share, v128.load(alive, 32));
    s = f32x4.mul(v128.load(product, 32), f);
    q2 = f32x4.add(q2, f32x4.mul(s, choose(gainLow, gainAbove, k2)));
    v128.store(sum, isRight ? f32x4.add(v128.load(sum, 32), s) : s, 32);
    f = choose(low, above, k3);
    if (again) f = v128.bitselect(f, share, v128.load(alive, 48));
    s = f32x4.mul(v128.load(product, 48), f);
    q3 = f32x4.add(q3, f32x4.mul(s, choose(gainLow, gainAbove, k3)));
    v128.store(sum, isRight ? f32x4.add(v128.load(sum, 48), s) : s, 48);
  }
  if (again) q0 = v128.and(q0, v128.load(alive));
  v128.store(target, f32x4.add(v128.load(target), q0));
  if (again) q1 = v128.and(q1, v128.load(alive, 16));
  v128.store(target, f32x4.add(v128.load(target, 16), q1), 16);
  if (again) q2 = v128.and(q2, v128.load(alive, 32));
  v128.store(target, f32x4.add(v128.load(target, 32), q2), 32);
  if (again) q3 = v128.and(q3, v128.load(alive, 48));
  v128.store(target, f32x4.add(v128.load(target, 48), q3), 48);
}

// ---- nodes of the rule in lanes ----

export function loadRow(x: usize): void {
  for (let c = 0; c < columnCount; c++) store<u32>(row + (<usize>c << 2), binOf(c, load<f64>(x + (<usize>c << 3))));
}

/** As runBatch, for one row: out f64 [output][player]. */
export function runRow(from: i32, to: i32, out: usize): void {
  const values = outputCount * playerCount;
  memory.fill(rowPhi, 0, <usize>values << 4);
  for (let tree = from; tree < to; tree++) {
    const n = node(root(tree));
    if (n.right < 0 || (n.flags & WALKS) == 0) continue;
    const blocks = selectTree(tree);
    const first = multipliers;
    const end = firstOutput(tree + 1);
    for (let o = firstOutput(tree); o < end; o++) {
      output = outputId(o);
      let b = 0;
      for (; b + 1 < blocks; b += 2) {
        multipliers = first + <usize>b * PART;
        walkTwo(treeRoot, f32x4.splat(1), f32x4.splat(1));
      }
      if (b < blocks) {
        multipliers = first + <usize>b * PART;
        walkOne(treeRoot, f32x4.splat(1));
      }
    }
  }
  for (let v = 0; v < values; v++) {
    const p = out + (<usize>v << 3);
    const q = v128.load(rowPhi + (<usize>v << 4));
    const total = <f64>f32x4.extract_lane(q, 0) + <f64>f32x4.extract_lane(q, 1) + <f64>f32x4.extract_lane(q, 2) + <f64>f32x4.extract_lane(q, 3);
    store<f64>(p, load<f64>(p) + total);
  }
}

@inline function holdsRow(n: Node): bool {
  const bin = load<u32>(row + (<usize>n.column << 2));
  return n.flags & LOOKUP ? looksUp(n, bin) : bin - n.low <= n.span;
}

/** The sums of a subtree, from the products at its top. */
function walkOne(id: i32, product: v128): v128 {
  const n = node(id);
  if (n.right < 0) return f32x4.mul(product, f32x4.splat(leafValue(n)));
  const holds = holdsRow(n);
  let sum = f32x4.splat(0);
  if (node(id + 1).flags & WALKS) sum = descendOne(id + 1, holds, product);
  if (node(n.right).flags & WALKS) sum = f32x4.add(sum, descendOne(n.right, !holds, product));
  return sum;
}

function descendOne(childId: i32, keep: bool, product: v128): v128 {
  const e = edge(childId);
  if (e.ancestor >= 0 && !load<u8>(alive + e.ancestor)) {
    store<u8>(alive + childId, 0);
    return walkOne(childId, f32x4.mul(product, f32x4.splat(e.share)));
  }
  store<u8>(alive + childId, <u8>keep);
  const at = multipliersOf(childId) + (keep ? 0 : dropPart);
  const sum = walkOne(childId, f32x4.mul(product, v128.load(at)));
  const p = rowPhi + (<usize>(output * playerCount + e.player) << 4);
  v128.store(p, f32x4.add(v128.load(p), f32x4.mul(sum, v128.load(at, GAIN))));
  return sum;
}

/** The second four of the sums that walkTwo and descendTwo give. */
let second: v128 = i64x2.splat(0);

function walkTwo(id: i32, product0: v128, product1: v128): v128 {
  const n = node(id);
  if (n.right < 0) {
    const value = f32x4.splat(leafValue(n));
    second = f32x4.mul(product1, value);
    return f32x4.mul(product0, value);
  }
  const holds = holdsRow(n);
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  if (node(id + 1).flags & WALKS) {
    sum0 = descendTwo(id + 1, holds, product0, product1);
    sum1 = second;
  }
  if (node(n.right).flags & WALKS) {
    sum0 = f32x4.add(sum0, descendTwo(n.right, !holds, product0, product1));
    sum1 = f32x4.add(sum1, second);
  }
  second = sum1;
  return sum0;
}

function descendTwo(childId: i32, keep: bool, product0: v128, product1: v128): v128 {
  const e = edge(childId);
  if (e.ancestor >= 0 && !load<u8>(alive + e.ancestor)) {
    store<u8>(alive + childId, 0);
    const share = f32x4.splat(e.share);
    return walkTwo(childId, f32x4.mul(product0, share), f32x4.mul(product1, share));
  }
  store<u8>(alive + childId, <u8>keep);
  const at = multipliersOf(childId) + (keep ? 0 : dropPart);
  const sum = walkTwo(childId, f32x4.mul(product0, v128.load(at)), f32x4.mul(product1, v128.load(at, PART)));
  const p = rowPhi + (<usize>(output * playerCount + e.player) << 4);
  const q = f32x4.add(f32x4.mul(sum, v128.load(at, GAIN)), f32x4.mul(second, v128.load(at, PART + GAIN)));
  v128.store(p, f32x4.add(v128.load(p), q));
  return sum;
}
