// Rows as quantised columns, and which conditions of the current path each row meets, eight rows at a time.
import { Node, binOf, looksUp, columnCount, LOOKUP } from "./forest";

@unmanaged
export class RowSet {
  /** Most rows, a multiple of 8. */
  capacity: i32;
  /** Rows now, a multiple of 8; those beyond the real ones count as missing everywhere. */
  rows: i32;
  /** Bins: u16 [column][rows], u32 when `wide`. */
  columns: usize;
  wide: bool;
  /** u16 [depth][rows]: bit s is set where the row meets slot s of the path. */
  patterns: usize;
  /** u16 [depth][rows]: all ones where the row passes the test at that depth. */
  conditions: usize;
  /** u16 [rows] each. */
  pattern: usize;
  condition: usize;

  @inline get bytes(): usize { return <usize>this.rows << 1; }
  @inline patternsAt(depth: i32): usize { return this.patterns + <usize>depth * this.bytes; }
  @inline conditionsAt(depth: i32): usize { return this.conditions + <usize>depth * this.bytes; }
}

export function createRowSet(capacity: i32, depth: i32, wide: bool): usize {
  const p = heap.alloc(offsetof<RowSet>());
  const set = changetype<RowSet>(p);
  const bytes = <usize>capacity << 1;
  set.capacity = capacity;
  set.rows = 0;
  set.wide = wide;
  set.columns = heap.alloc(bytes * (wide ? 2 : 1) * columnCount);
  set.patterns = heap.alloc(bytes * (depth + 1));
  set.conditions = heap.alloc(bytes * (depth + 1));
  set.pattern = heap.alloc(bytes);
  set.condition = heap.alloc(bytes);
  return p;
}

/** x: f64 row-major [count][columns]. */
export function loadRows(p: usize, x: usize, count: i32): void {
  const set = changetype<RowSet>(p);
  const rows = (count + 7) & ~7;
  set.rows = rows;
  const unit: usize = set.wide ? 4 : 2;
  memory.fill(set.columns, 0, <usize>rows * unit * columnCount);
  for (let c = 0; c < columnCount; c++) {
    const column = set.columns + <usize>(c * rows) * unit;
    for (let r = 0; r < count; r++) {
      const bin = binOf(c, load<f64>(x + (<usize>(r * columnCount + c) << 3)));
      if (set.wide) store<u32>(column + (<usize>r << 2), bin);
      else store<u16>(column + (<usize>r << 1), <u16>bin);
    }
  }
  memory.fill(set.patterns, 0, set.bytes);
}

/** out u16 [rows]: all ones where the row passes the node's test. */
export function compare(n: Node, set: RowSet, out: usize): void {
  const end = out + set.bytes;
  let p = set.columns + <usize>(n.column * set.rows) * (set.wide ? 4 : 2);
  if (n.flags & LOOKUP) {
    if (set.wide) for (; out < end; out += 2, p += 4) store<u16>(out, looksUp(n, load<u32>(p)) ? 0xffff : 0);
    else for (; out < end; out += 2, p += 2) store<u16>(out, looksUp(n, <u32>load<u16>(p)) ? 0xffff : 0);
  } else if (set.wide) {
    const low = i32x4.splat(n.low);
    const span = i32x4.splat(n.span);
    for (; out < end; out += 16, p += 32) {
      const a = i32x4.le_u(i32x4.sub(v128.load(p), low), span);
      const b = i32x4.le_u(i32x4.sub(v128.load(p, 16), low), span);
      v128.store(out, i16x8.narrow_i32x4_s(a, b));
    }
  } else {
    const low = i16x8.splat(<i16>n.low);
    const span = i16x8.splat(<i16>n.span);
    for (; out < end; out += 16, p += 16) v128.store(out, i16x8.le_u(i16x8.sub(v128.load(p), low), span));
  }
}

/** A player's first split on the path: sets its bit where the row meets it. */
export function setBit(set: RowSet, from: usize, condition: usize, flip: v128, slot: i32, to: usize): void {
  const bit = i16x8.splat(<i16>1 << <i16>slot);
  for (const end = from + set.bytes; from < end; from += 16, condition += 16, to += 16) {
    const keep = v128.xor(v128.load(condition), flip);
    v128.store(to, v128.or(v128.load(from), v128.and(keep, bit)));
  }
}

/** A player that comes again: clears its bit where the row no longer meets it. */
export function clearBit(set: RowSet, from: usize, condition: usize, flip: v128, slot: i32, to: usize): void {
  const others = i16x8.splat(~(<i16>1 << <i16>slot));
  for (const end = from + set.bytes; from < end; from += 16, condition += 16, to += 16) {
    const keep = v128.xor(v128.load(condition), flip);
    v128.store(to, v128.and(v128.load(from), v128.or(keep, others)));
  }
}
