// Values of many rows by pattern tables (after Woodelf, arXiv 2511.09376, with whole bottom subtrees in one table).
//
// A cell is a subtree whose outcome hangs on a few yes/no facts about a row: one bit for each player on the path to it ("meets all its
// splits so far") and one for each split inside it. The patterns of all rows are computed eight at a time on quantised columns; one table
// for the cell then maps a pattern to the values of all its leaves together, so that a row costs one line of the table a cell. Tables are
// built, used for all rows and dropped.
//
//   bits of a pattern:  slots of the path | this split | splits of its left subtree | splits of its right subtree
import { Node, node, root, firstOutput, outputId, outputCount, playerCount, CELL, TABLES } from "./forest";
import { RowSet, compare, setBit, clearBit } from "./row-set";
import { slotCover, sum01, sum10, sum11, sum02, sum12, sum20, sum21, sum22, sumLeaf, at } from "./leaf-table";
export { setForest, setOutputs, setCuts, allocate } from "./forest";
export { createRowSet, loadRows } from "./row-set";
export { setRules } from "./leaf-table";

/** Lines longer than this are filled for a few outputs at a time. */
const LINE_FLOATS = 64;
const MOST_LEVELS = 17;
/** Cells that wait to be added to the rows together: each pass over the rows' sums costs as much as reading a table. */
const QUEUE = 4;

let leafValues: usize = 0; // f64 [leaves][outputs]
let usesBackground: bool = false;
let hasPairs: bool = false;
/** Lanes are players of the whole forest; else those of the cell. */
let isDense: bool = true;

// The explained rows' sums since the last flush: f32 [row][output][rowLanes].
let phi: usize = 0;
let rowLanes: i32 = 0;

// Slots of the path: players in order of first appearance; covers are in slotCover.
let pathLength: i32 = 0;
const slotPlayer = new StaticArray<i32>(64);
const slotLane = new StaticArray<i32>(64);

// The current cell.
let lanes: i32 = 0; // floats of a line for one output, a multiple of 4
let laneCount: i32 = 0; // players that have a lane
let lineFloats: i32 = 0;
let groupStart: i32 = 0; // outputs of the line: outputId(groupStart) .. outputId(groupEnd - 1)
let groupEnd: i32 = 0;
const lanePlayer = new StaticArray<i32>(64);
const laneTarget = new StaticArray<i32>(1024);
let bitsOfCell: i32 = 0;

// Cells that wait: their tables and their rows' patterns.
const queueTable = new StaticArray<usize>(QUEUE);
const queuePattern = new StaticArray<usize>(QUEUE);
let queued: i32 = 0;
let queueOutput: i32 = 0;

// Room for tables, weights and child patterns by level inside a cell.
const tableLeft = new StaticArray<usize>(MOST_LEVELS);
const tableRight = new StaticArray<usize>(MOST_LEVELS);
const massesAt = new StaticArray<usize>(MOST_LEVELS);
const mapLeft = new StaticArray<usize>(MOST_LEVELS);
const mapRight = new StaticArray<usize>(MOST_LEVELS);

// The background: its rows, their weights, and each cell's weights by pattern when they are kept.
let background: usize = 0;
let backgroundWeights: usize = 0;
let kept: usize = 0; // f32, cells in the order of the walk
let keptAt: usize = 0;
let isKeeping: bool = false;

let explained: usize = 0;

/**
 * @param bits - most bits of a cell with splits; leaves may have more
 * @param leafBits - most slots of a cell that is a leaf
 */
export function prepare(leafPtr: usize, bits: i32, leafBits: i32, pairs: bool, dense: bool, capacity: i32): void {
  leafValues = leafPtr;
  hasPairs = pairs;
  isDense = dense;
  rowLanes = playerCount + (pairs ? (playerCount * (playerCount - 1)) >> 1 : 0);
  if (dense) rowLanes = (rowLanes + 3) & ~3;
  const most = dense ? rowLanes : pairs ? 80 : 16;
  const line = <usize>max(LINE_FLOATS, most) << 2;
  const top = <usize>1 << max(bits, leafBits);
  for (let q = 0; q < QUEUE; q++) {
    queueTable[q] = heap.alloc(top * line);
    queuePattern[q] = heap.alloc(<usize>((capacity + 7) & ~7) << 1);
  }
  massesAt[0] = heap.alloc(top << 5);
  for (let level = 0; level < bits + 2; level++) {
    const size = <usize>1 << bits;
    if (level > 0) {
      tableLeft[level] = heap.alloc(size * line);
      tableRight[level] = heap.alloc(size * line);
      massesAt[level] = heap.alloc(size << 3);
    }
    mapLeft[level] = heap.alloc(size << 2);
    mapRight[level] = heap.alloc(size << 2);
  }
  phi = heap.alloc(<usize>(capacity * outputCount * rowLanes) << 2);
}

export function lanesOfRow(): i32 {
  return rowLanes;
}

/** From here on values compare with a background. @param room - bytes for its patterns' weights, 0 to compute them again each time */
export function setBackground(set: usize, weights: usize, room: usize): void {
  usesBackground = true;
  background = set;
  backgroundWeights = weights;
  if (room > 0) {
    kept = heap.alloc(room);
    keptAt = kept;
  }
}

/** Keeps the weights of the background's patterns for the cells of trees [from, to); trees come in order. */
export function keepBackground(from: i32, to: i32): void {
  isKeeping = true;
  for (let tree = from; tree < to; tree++) walkTree(tree);
  isKeeping = false;
}

/** Called before the first trees of a run. */
export function begin(set: usize): void {
  explained = set;
  keptAt = kept;
}

/** Adds trees [from, to) to out f64 [row][output][lane]. Trees come in order; sums within a call are f32. */
export function run(from: i32, to: i32, count: i32, out: usize): void {
  const values = count * outputCount * rowLanes;
  memory.fill(phi, 0, <usize>(changetype<RowSet>(explained).rows * outputCount * rowLanes) << 2);
  for (let tree = from; tree < to; tree++) walkTree(tree);
  emptyQueue();
  for (let v: usize = 0, p = phi; v < <usize>values; v++, p += 4, out += 8) store<f64>(out, load<f64>(out) + <f64>load<f32>(p));
}

function walkTree(tree: i32): void {
  pathLength = 0;
  const first = firstOutput(tree);
  const end = firstOutput(tree + 1);
  groupStart = first;
  groupEnd = end;
  if (node(root(tree)).flags & TABLES) walk(root(tree), 0);
}

/** The path's slot for a player, or -1. */
@inline function findSlot(player: i32): i32 {
  for (let k = 0; k < pathLength; k++) if (slotPlayer[k] == player) return k;
  return -1;
}

function walk(id: i32, depth: i32): void {
  const n = node(id);
  if (n.flags & CELL) { addCell(id, n, depth); return; }
  const rows = changetype<RowSet>(explained);
  const others = changetype<RowSet>(background);
  const withOthers = usesBackground && (isKeeping || kept == 0);
  if (!isKeeping) compare(n, rows, rows.conditionsAt(depth));
  if (withOthers) compare(n, others, others.conditionsAt(depth));
  for (let side = 0; side < 2; side++) {
    const childId = side == 0 ? id + 1 : n.right;
    const child = node(childId);
    if ((child.flags & TABLES) == 0) continue;
    const flip = side == 0 ? i16x8.splat(0) : i16x8.splat(-1);
    let slot = findSlot(n.player);
    const isNew = slot < 0;
    if (isNew) slot = openSlot(n.player);
    if (!isKeeping) step(rows, depth, slot, isNew, flip);
    if (withOthers) step(others, depth, slot, isNew, flip);
    const before = load<f64>(slotCover + (<usize>slot << 3));
    store<f64>(slotCover + (<usize>slot << 3), before * child.share);
    walk(childId, depth + 1);
    store<f64>(slotCover + (<usize>slot << 3), before);
    if (isNew) pathLength--;
  }
}

@inline function openSlot(player: i32): i32 {
  slotPlayer[pathLength] = player;
  store<f64>(slotCover + (<usize>pathLength << 3), 1.0);
  return pathLength++;
}

@inline function step(set: RowSet, depth: i32, slot: i32, isNew: bool, flip: v128): void {
  const from = set.patternsAt(depth);
  const to = set.patternsAt(depth + 1);
  if (isNew) setBit(set, from, set.conditionsAt(depth), flip, slot, to);
  else clearBit(set, from, set.conditionsAt(depth), flip, slot, to);
}

// ---- cells ----

function addCell(id: i32, n: Node, depth: i32): void {
  bitsOfCell = pathLength + n.splits;
  const size = 1 << bitsOfCell;
  if (usesBackground) {
    if (isKeeping || kept == 0) weighPatterns(id, depth);
    if (isKeeping) {
      for (let p = 0; p < size; p++, keptAt += 4) store<f32>(keptAt, <f32>load<f64>(massesAt[0] + (<usize>p << 3)));
      return;
    }
    if (kept != 0) for (let p = 0; p < size; p++, keptAt += 4) store<f64>(massesAt[0] + (<usize>p << 3), <f64>load<f32>(keptAt));
  }
  if (bitsOfCell == 0) return; // a tree without splits
  giveLanes(id);
  const rows = changetype<RowSet>(explained);
  const first = groupStart;
  const end = groupEnd;
  const perLine = max(1, LINE_FLOATS / lanes);
  if (isDense && end - first == 1) {
    const o = outputId(first);
    if (queued == QUEUE || o != queueOutput) emptyQueue();
    queueOutput = o;
    cellPatterns(rows, id, depth, queuePattern[queued]);
    lineFloats = lanes;
    build(id, 0, queueTable[queued], massesAt[0]);
    queued++;
    return;
  }
  emptyQueue();
  cellPatterns(rows, id, depth, queuePattern[0]);
  for (let o = first; o < end; o += perLine) {
    groupStart = o;
    groupEnd = min(end, o + perLine);
    lineFloats = (groupEnd - groupStart) * lanes;
    build(id, 0, queueTable[0], massesAt[0]);
    gather(queuePattern[0], rows.rows);
  }
  groupStart = first;
  groupEnd = end;
}

/** Patterns of the rows with the bits of the cell's own splits, in out u16 [rows]. */
function cellPatterns(set: RowSet, id: i32, depth: i32, out: usize): void {
  const n = node(id);
  let pattern = set.patternsAt(depth);
  if (n.splits == 0) { memory.copy(out, pattern, set.bytes); return; }
  let bit = pathLength;
  // Depth-first order: the cell's inner nodes in the order of their bits.
  for (let inner = id, left = n.splits; left > 0; inner++) {
    const split = node(inner);
    if (split.right < 0) continue;
    left--;
    compare(split, set, set.condition);
    setBit(set, pattern, set.condition, i16x8.splat(0), bit++, out);
    pattern = out;
  }
}

/** massesAt[0][pattern]: weight of the background rows with that pattern. */
function weighPatterns(id: i32, depth: i32): void {
  const set = changetype<RowSet>(background);
  const pattern = set.pattern;
  cellPatterns(set, id, depth, pattern);
  const masses = massesAt[0];
  const part: usize = <usize>8 << bitsOfCell;
  memory.fill(masses, 0, part << 2);
  // Four counts side by side: rows with the same pattern would wait for each other. Rows that only fill up the set have weight 0.
  let weight = backgroundWeights;
  for (let p = pattern, end = pattern + set.bytes; p < end; p += 8, weight += 32) {
    addWeight(masses, load<u16>(p), load<f64>(weight));
    addWeight(masses + part, load<u16>(p, 2), load<f64>(weight, 8));
    addWeight(masses + part * 2, load<u16>(p, 4), load<f64>(weight, 16));
    addWeight(masses + part * 3, load<u16>(p, 6), load<f64>(weight, 24));
  }
  for (let p = masses, end = masses + part; p < end; p += 8) {
    store<f64>(p, load<f64>(p) + load<f64>(p + part) + (load<f64>(p + part * 2) + load<f64>(p + part * 3)));
  }
}

@inline function addWeight(masses: usize, pattern: u32, weight: f64): void {
  const p = masses + (<usize>pattern << 3);
  store<f64>(p, load<f64>(p) + weight);
}

/** Lanes of the line: all players, or those on the path and inside the cell. */
function giveLanes(id: i32): void {
  if (isDense) {
    laneCount = playerCount;
    lanes = rowLanes;
    for (let k = 0; k < pathLength; k++) slotLane[k] = slotPlayer[k];
    return;
  }
  laneCount = 0;
  for (let k = 0; k < pathLength; k++) {
    slotLane[k] = laneCount;
    lanePlayer[laneCount++] = slotPlayer[k];
  }
  for (let inner = id, left = node(id).splits; left > 0; inner++) {
    const split = node(inner);
    if (split.right < 0) continue;
    left--;
    laneOf(split.player);
  }
  let used = laneCount;
  for (let a = 0; a < laneCount; a++) laneTarget[a] = lanePlayer[a];
  if (hasPairs) {
    for (let a = 0; a < laneCount; a++) {
      for (let b = a + 1; b < laneCount; b++) laneTarget[used++] = playerCount + pairAt(lanePlayer[a], lanePlayer[b], playerCount);
    }
  }
  for (lanes = (used + 3) & ~3; used < lanes; used++) laneTarget[used] = -1;
}

/** A player's lane inside the cell, made when it has none. */
function laneOf(player: i32): i32 {
  if (isDense) return player;
  for (let k = 0; k < laneCount; k++) if (lanePlayer[k] == player) return k;
  lanePlayer[laneCount] = player;
  return laneCount++;
}

/** Position of the pair {a, b} among the n (n - 1) / 2 pairs in the order (0, 1), (0, 2), .. (1, 2), .. */
@inline function pairAt(a: i32, b: i32, n: i32): i32 {
  const low = min(a, b);
  const high = max(a, b);
  return ((low * (2 * n - low - 1)) >> 1) + high - low - 1;
}

/** Fills `table` for the subtree: [pattern][line] over its path bits and splits. `masses`: the background's weights by pattern. */
function build(id: i32, level: i32, table: usize, masses: usize): void {
  const n = node(id);
  if (n.right < 0) { buildLeaf(n, table, masses); return; }
  const d = pathLength;
  const leftId = id + 1;
  const leftSplits = node(leftId).splits;
  const rightSplits = node(n.right).splits;
  let slot = findSlot(n.player);
  const isNew = slot < 0;
  if (isNew) {
    slot = openSlot(n.player);
    slotLane[slot] = laneOf(n.player);
  }
  // The child's bits from the path's and this split's.
  const mapL = mapLeft[level];
  const mapR = mapRight[level];
  const low = 1 << (d + 1);
  for (let q = 0; q < low; q++) {
    const holds = (q >> d) & 1;
    let l = q;
    let r = q ^ (1 << d);
    if (!isNew) {
      const path = q & ((1 << d) - 1);
      l = holds ? path : path & ~(1 << slot);
      r = holds ? path & ~(1 << slot) : path;
    }
    store<i32>(mapL + (<usize>q << 2), l);
    store<i32>(mapR + (<usize>q << 2), r);
  }
  const childBits = isNew ? d + 1 : d;
  const before = load<f64>(slotCover + (<usize>slot << 3));
  for (let side = 0; side < 2; side++) {
    const childId = side == 0 ? leftId : n.right;
    store<f64>(slotCover + (<usize>slot << 3), before * node(childId).share);
    const childMasses = massesAt[level + 1];
    if (usesBackground) passMasses(side, d, leftSplits, rightSplits, childBits, side == 0 ? mapL : mapR, masses, childMasses);
    build(childId, level + 1, side == 0 ? tableLeft[level + 1] : tableRight[level + 1], childMasses);
  }
  store<f64>(slotCover + (<usize>slot << 3), before);
  if (isNew) pathLength--;

  const left = tableLeft[level + 1];
  const right = tableRight[level + 1];
  const lineBytes = <usize>lineFloats << 2;
  let out = table;
  for (let rightBits = 0; rightBits < 1 << rightSplits; rightBits++) {
    const rightBase = right + (<usize>rightBits << childBits) * lineBytes;
    for (let leftBits = 0; leftBits < 1 << leftSplits; leftBits++) {
      const leftBase = left + (<usize>leftBits << childBits) * lineBytes;
      for (let q: usize = 0; q < <usize>low; q++) {
        const a = leftBase + <usize>load<i32>(mapL + (q << 2)) * lineBytes;
        const b = rightBase + <usize>load<i32>(mapR + (q << 2)) * lineBytes;
        for (let i: usize = 0; i < lineBytes; i += 16, out += 16) v128.store(out, f32x4.add(v128.load(a + i), v128.load(b + i)));
      }
    }
  }
}

/** The background's weights by the child's patterns: sums over the bits that the child does not have. */
function passMasses(side: i32, d: i32, leftSplits: i32, rightSplits: i32, childBits: i32, map: usize, masses: usize, out: usize): void {
  const own = side == 0 ? leftSplits : rightSplits;
  memory.fill(out, 0, <usize>8 << (childBits + own));
  const low: usize = 1 << (d + 1);
  for (let rightBits = 0; rightBits < 1 << rightSplits; rightBits++) {
    for (let leftBits = 0; leftBits < 1 << leftSplits; leftBits++) {
      const base = out + (<usize>((side == 0 ? leftBits : rightBits) << childBits) << 3);
      for (let q: usize = 0; q < low; q++, masses += 8) {
        const p = base + (<usize>load<i32>(map + (q << 2)) << 3);
        store<f64>(p, load<f64>(p) + load<f64>(masses));
      }
    }
  }
}

function buildLeaf(n: Node, table: usize, masses: usize): void {
  const d = pathLength;
  const size = 1 << d;
  const lineBytes = <usize>lineFloats << 2;
  memory.fill(table, 0, <usize>size * lineBytes);
  if (d == 0) return;
  const values = leafValues + (<usize>(n.leaf * outputCount) << 3);
  let isZero = true;
  for (let o = groupStart; o < groupEnd; o++) if (load<f64>(values + (<usize>outputId(o) << 3)) != 0) isZero = false;
  if (isZero) return;
  sumLeaf(d, usesBackground ? masses : 0, hasPairs);
  if (groupEnd - groupStart == 1) fillLines(d, table, lineBytes, values, true, load<f64>(values + (<usize>outputId(groupStart) << 3)));
  else fillLines(d, table, lineBytes, values, false, 0);
}

/** @param single - one output, of value v */
@inline function fillLines(d: i32, table: usize, lineBytes: usize, values: usize, single: bool, v: f64): void {
  const size = 1 << d;
  for (let j = 0; j < d; j++) {
    const bit = 1 << j;
    for (let p = 0; p < size; p = ((p | bit) + 1) & ~bit) { // patterns without the slot; each has its twin with it
      const line = table + <usize>p * lineBytes + (<usize>slotLane[j] << 2);
      put(line, values, single, v, -at(sum01, p));
      put(line + <usize>bit * lineBytes, values, single, v, at(sum10, p | bit) - at(sum11, p));
    }
  }
  if (!hasPairs) return;
  // Half of each pair's interaction, as shap stores it off the diagonal.
  for (let i = 0; i < d; i++) {
    for (let j = i + 1; j < d; j++) {
      const a = 1 << i;
      const b = 1 << j;
      const lane = table + (<usize>(laneCount + pairAt(slotLane[i], slotLane[j], laneCount)) << 2);
      for (let p = 0; p < size; p = ((p | a | b) + 1) & ~(a | b)) {
        const line = lane + <usize>p * lineBytes;
        const across = at(sum12, p);
        put(line, values, single, v, 0.5 * at(sum02, p));
        put(line + <usize>a * lineBytes, values, single, v, 0.5 * (across - at(sum11, p | a)));
        put(line + <usize>b * lineBytes, values, single, v, 0.5 * (across - at(sum11, p | b)));
        put(line + <usize>(a | b) * lineBytes, values, single, v, 0.5 * (at(sum20, p | a | b) - at(sum21, p | a) - at(sum21, p | b) + at(sum22, p)));
      }
    }
  }
}

/** A leaf's weight times its value for each output of the line. */
@inline function put(lane: usize, values: usize, single: bool, v: f64, weight: f64): void {
  if (single) { store<f32>(lane, <f32>(weight * v)); return; }
  for (let o = groupStart; o < groupEnd; o++, lane += <usize>lanes << 2) {
    store<f32>(lane, <f32>(weight * load<f64>(values + (<usize>outputId(o) << 3))));
  }
}

// ---- rows ----

/** phi[row] += table[pattern[row]] for the cells in the queue. */
function emptyQueue(): void {
  if (queued == 0) return;
  const lineBytes = <usize>rowLanes << 2;
  const phiBytes = <usize>(outputCount * rowLanes) << 2;
  const out = phi + (<usize>(queueOutput * rowLanes) << 2);
  const bytes = changetype<RowSet>(explained).bytes;
  if (queued < QUEUE) {
    for (let q = 0; q < queued; q++) gatherLine(queuePattern[q], queuePattern[q] + bytes, queueTable[q], lineBytes, out, phiBytes, lineBytes);
  } else if (lineBytes == 32) gatherFour(bytes, 32, out, phiBytes, 2);
  else if (lineBytes == 48) gatherFour(bytes, 48, out, phiBytes, 3);
  else if (lineBytes == 64) gatherFour(bytes, 64, out, phiBytes, 4);
  else gatherFour(bytes, lineBytes, out, phiBytes, 0);
  queued = 0;
}

/** @param vectors - of a line, 0: as many as lineBytes says */
@inline function gatherFour(bytes: usize, lineBytes: usize, out: usize, phiBytes: usize, vectors: i32): void {
  let p0 = queuePattern[0];
  const p1 = queuePattern[1] - p0;
  const p2 = queuePattern[2] - p0;
  const p3 = queuePattern[3] - p0;
  const t0 = queueTable[0];
  const t1 = queueTable[1];
  const t2 = queueTable[2];
  const t3 = queueTable[3];
  for (const end = p0 + bytes; p0 < end; p0 += 2, out += phiBytes) {
    const a = t0 + <usize>load<u16>(p0) * lineBytes;
    const b = t1 + <usize>load<u16>(p0 + p1) * lineBytes;
    const c = t2 + <usize>load<u16>(p0 + p2) * lineBytes;
    const d = t3 + <usize>load<u16>(p0 + p3) * lineBytes;
    if (vectors > 0) {
      addFour(out, a, b, c, d);
      addFour(out + 16, a + 16, b + 16, c + 16, d + 16);
      if (vectors > 2) addFour(out + 32, a + 32, b + 32, c + 32, d + 32);
      if (vectors > 3) addFour(out + 48, a + 48, b + 48, c + 48, d + 48);
    } else for (let i: usize = 0; i < lineBytes; i += 16) addFour(out + i, a + i, b + i, c + i, d + i);
  }
}

@inline function addFour(out: usize, a: usize, b: usize, c: usize, d: usize): void {
  const left = f32x4.add(v128.load(a), v128.load(b));
  const right = f32x4.add(v128.load(c), v128.load(d));
  v128.store(out, f32x4.add(v128.load(out), f32x4.add(left, right)));
}

/** As emptyQueue, for one table with several outputs or with lanes of its own. */
function gather(pattern: usize, rows: i32): void {
  const table = queueTable[0];
  const end = pattern + (<usize>rows << 1);
  const lineBytes = <usize>lineFloats << 2;
  const phiBytes = <usize>(outputCount * rowLanes) << 2;
  if (!isDense) { gatherLanes(pattern, end, lineBytes, phiBytes); return; }
  let line: usize = 0;
  for (let o = groupStart; o < groupEnd; o++, line += <usize>lanes << 2) {
    gatherLine(pattern, end, table + line, lineBytes, phi + (<usize>(outputId(o) * rowLanes) << 2), phiBytes, <usize>lanes << 2);
  }
}

function gatherLine(pattern: usize, end: usize, table: usize, lineBytes: usize, out: usize, phiBytes: usize, bytes: usize): void {
  for (; pattern < end; pattern += 2, out += phiBytes) {
    const t = table + <usize>load<u16>(pattern) * lineBytes;
    for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, f32x4.add(v128.load(out + i), v128.load(t + i)));
  }
}

/** Many players: each lane goes to its own place. */
function gatherLanes(pattern: usize, end: usize, lineBytes: usize, phiBytes: usize): void {
  const table = queueTable[0];
  let line: usize = 0;
  for (let o = groupStart; o < groupEnd; o++, line += <usize>lanes << 2) {
    let used = lanes;
    while (used > 0 && laneTarget[used - 1] < 0) used--;
    let out = phi + (<usize>(outputId(o) * rowLanes) << 2);
    for (let p = pattern; p < end; p += 2, out += phiBytes) {
      const t = table + line + <usize>load<u16>(p) * lineBytes;
      for (let k = 0; k < used; k++) {
        const to = out + (<usize>laneTarget[k] << 2);
        store<f32>(to, load<f32>(to) + load<f32>(t + (<usize>k << 2)));
      }
    }
  }
}
