import type { Marks } from '#/charts/chart';

/** Where a drawn chart's scales put values, in CSS pixels of the chart's box. */
export interface Geometry {
  xOf(value: number): number;
  yOf(value: number): number;
  xAt(pixel: number): number;
  yAt(pixel: number): number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Marks in pixels, and a grid of cells over the plot for finding the nearest one. */
export interface PlacedMarks {
  /** [n] centres; NaN not drawn. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Half extents, 0 for points. */
  readonly halfX: Float32Array;
  readonly halfY: Float32Array;
  /** Marks in the order in which the arrow keys walk them. */
  readonly order: Int32Array;
  /** The mark at or nearest to a place, within reach; -1 when there is none. */
  nearest(x: number, y: number): number;
}

/** Pixels around a point in which it is hit. */
const REACH = 20;
const CELL = 24;

export function placeMarks(marks: Marks, geometry: Geometry): PlacedMarks {
  const { n } = marks;
  const x = new Float32Array(n);
  const y = new Float32Array(n);
  const halfX = new Float32Array(n);
  const halfY = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const vx = marks.x[i] ?? NaN;
    const vy = marks.y[i] ?? NaN;
    const hx = marks.halfX?.[i] ?? 0;
    const hy = marks.halfY?.[i] ?? 0;
    const left = geometry.xOf(vx - hx);
    const right = hx === 0 ? left : geometry.xOf(vx + hx);
    const top = geometry.yOf(vy - hy);
    const bottom = hy === 0 ? top : geometry.yOf(vy + hy);
    x[i] = (left + right) / 2;
    y[i] = (top + bottom) / 2;
    halfX[i] = Math.abs(right - left) / 2;
    halfY[i] = Math.abs(bottom - top) / 2;
    // A zoom leaves points outside: they are not drawn and cannot be hit.
    if (
      marks.halfX === null &&
      (left < geometry.left - 1 || left > geometry.right + 1 || top < geometry.top - 1 || top > geometry.bottom + 1)
    )
      x[i] = NaN;
  }
  return {
    x,
    y,
    halfX,
    halfY,
    order: walkingOrder(marks, x),
    nearest: marks.reach === 'lane' ? laneFinder(x, y, halfX, halfY) : gridFinder(x, y, halfX, halfY),
  };
}

/** Lane by lane, then from left to right. */
function walkingOrder(marks: Marks, x: Float32Array): Int32Array {
  const order = Int32Array.from({ length: marks.n }, (_, i) => i);
  const lanes = marks.lanes;
  const at = (i: number): number => x[i] ?? NaN;
  return order
    .filter((i) => !Number.isNaN(at(i)))
    .sort((a, b) => (lanes === null ? 0 : (lanes[a] ?? 0) - (lanes[b] ?? 0)) || at(a) - at(b) || a - b);
}

/** Distance from a place to a box; 0 inside. */
function outside(distance: number, half: number): number {
  return Math.max(0, Math.abs(distance) - half);
}

/** Bars: first the lane, then the nearest segment in it, however far along the lane. */
function laneFinder(x: Float32Array, y: Float32Array, halfX: Float32Array, halfY: Float32Array): PlacedMarks['nearest'] {
  return (px, py) => {
    let best = -1;
    let bestScore = Infinity;
    for (let i = 0; i < x.length; i++) {
      const dy = outside(py - (y[i] ?? NaN), halfY[i] ?? 0);
      if (!(dy <= 6)) continue;
      const score = dy * 1000 + outside(px - (x[i] ?? NaN), halfX[i] ?? 0);
      if (score < bestScore) {
        bestScore = score;
        best = i;
      }
    }
    return best;
  };
}

/** Points and cells: a grid of buckets, so that a move costs the same for ten marks and for 200,000. */
function gridFinder(x: Float32Array, y: Float32Array, halfX: Float32Array, halfY: Float32Array): PlacedMarks['nearest'] {
  /** Made with the first question: while a picture is dragged nobody asks. */
  let buckets: Map<number, number[]> | null = null;
  const key = (cx: number, cy: number): number => cx * 65_536 + cy;
  const cell = (pixel: number): number => Math.min(65_000, Math.max(0, Math.floor(pixel / CELL)));
  const fill = (): Map<number, number[]> => {
    const filled = new Map<number, number[]>();
    for (let i = 0; i < x.length; i++) {
      const cx = x[i] ?? NaN;
      const cy = y[i] ?? NaN;
      if (Number.isNaN(cx) || Number.isNaN(cy)) continue;
      const hx = halfX[i] ?? 0;
      const hy = halfY[i] ?? 0;
      for (let gx = cell(cx - hx); gx <= cell(cx + hx); gx++) {
        for (let gy = cell(cy - hy); gy <= cell(cy + hy); gy++) {
          const bucket = filled.get(key(gx, gy));
          if (bucket === undefined) filled.set(key(gx, gy), [i]);
          else bucket.push(i);
        }
      }
    }
    return filled;
  };
  return (px, py) => {
    buckets ??= fill();
    let best = -1;
    let bestScore = REACH * REACH;
    for (let gx = cell(px - CELL); gx <= cell(px + CELL); gx++) {
      for (let gy = cell(py - CELL); gy <= cell(py + CELL); gy++) {
        for (const i of buckets.get(key(gx, gy)) ?? []) {
          const dx = outside(px - (x[i] ?? NaN), halfX[i] ?? 0);
          const dy = outside(py - (y[i] ?? NaN), halfY[i] ?? 0);
          const score = dx * dx + dy * dy;
          if (score < bestScore || (score === bestScore && i < best)) {
            bestScore = score;
            best = i;
          }
        }
      }
    }
    return best;
  };
}

export interface ExposedPoint extends Readonly<Record<string, number>> {
  readonly row: number;
  readonly x: number;
  readonly y: number;
}

const EXPOSED = 20;
/** Dense charts have few marks that can be hit alone: no more are looked at than this. */
const EXAMINED = 3000;

/** The first marks for scripts and tests: row and place in CSS pixels of the chart's box. */
export function exposedPoints(marks: Marks, placed: PlacedMarks): readonly ExposedPoint[] {
  const round = (value: number): number => Math.round(value * 10) / 10;
  const points: ExposedPoint[] = [];
  const wanted = marks.exposed ?? EXPOSED;
  for (let i = 0; i < Math.min(marks.n, EXAMINED) && points.length < wanted; i++) {
    const x = placed.x[i] ?? NaN;
    const y = placed.y[i] ?? NaN;
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    // A click there must mean this mark, and clicks come in whole pixels: marks that lie under or beside others are left out.
    if (
      marks.action === 'row' &&
      marks.facts === undefined &&
      [-1, 0, 1].some((shift) => placed.nearest(x + shift, y + shift) !== i || placed.nearest(x + shift, y - shift) !== i)
    )
      continue;
    points.push({
      row: marks.rows[i] ?? -1,
      x: round(x),
      y: round(y),
      ...(marks.features === null ? {} : { feature: marks.features[i] ?? -1 }),
      ...marks.facts?.(i),
    });
  }
  return points;
}
