/** Binning of points into a grid of cells, row 0 at the top (largest y). Cells are numbered row-major. */

export interface GridAxis {
  /** Cells along the axis. */
  readonly cells: number;
  /** Range in data units, low < high; both above 0 when `log`. */
  readonly range: readonly [number, number];
  readonly log: boolean;
}

/** A range that has an inside: a single value is widened by half a unit (or a factor) to both sides. */
export function openRange(min: number, max: number, log: boolean): readonly [number, number] {
  if (max > min) return [min, max];
  if (!Number.isFinite(min)) return log ? [1, 10] : [0, 1];
  return log ? [min / 2, min * 2] : [min - 0.5, min + 0.5];
}

/**
 * The cell of each point.
 * @param xs, ys - [n]; NaN missing
 * @returns [n] cell numbers row * x.cells + column; -1 for missing points and those outside the ranges
 */
export function cellsOf(xs: Float64Array, ys: Float64Array, x: GridAxis, y: GridAxis): Int32Array<ArrayBuffer> {
  const n = xs.length;
  const cells = new Int32Array(n);
  const [xLow, xHigh] = x.range;
  const [yLow, yHigh] = y.range;
  const xStart = x.log ? Math.log(xLow) : xLow;
  const yStart = y.log ? Math.log(yLow) : yLow;
  const xScale = x.cells / ((x.log ? Math.log(xHigh) : xHigh) - xStart);
  const yScale = y.cells / ((y.log ? Math.log(yHigh) : yHigh) - yStart);
  const lastX = x.cells - 1;
  const lastY = y.cells - 1;
  for (let i = 0; i < n; i++) {
    const px = xs[i]!;
    const py = ys[i]!;
    if (!(px >= xLow && px <= xHigh && py >= yLow && py <= yHigh)) {
      cells[i] = -1;
      continue;
    }
    const column = Math.min(lastX, Math.max(0, Math.floor(((x.log ? Math.log(px) : px) - xStart) * xScale)));
    const fromBottom = Math.min(lastY, Math.max(0, Math.floor(((y.log ? Math.log(py) : py) - yStart) * yScale)));
    cells[i] = (lastY - fromBottom) * x.cells + column;
  }
  return cells;
}

/** Points per cell. */
export function countCells(cells: Int32Array, nCells: number): Uint32Array<ArrayBuffer> {
  const counts = new Uint32Array(nCells);
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!;
    if (cell >= 0) counts[cell]!++;
  }
  return counts;
}

/** The first point of each cell in the given order: its entry of `ids`; -1 in empty cells. */
export function firstInCells(cells: Int32Array, nCells: number, ids: Int32Array): Int32Array<ArrayBuffer> {
  const first = new Int32Array(nCells).fill(-1);
  for (let i = cells.length - 1; i >= 0; i--) {
    const cell = cells[i]!;
    if (cell >= 0) first[cell] = ids[i]!;
  }
  return first;
}

/** Mean of the present values in each cell; NaN where there are none. */
export function meanInCells(cells: Int32Array, nCells: number, values: Float64Array): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(nCells);
  const counts = new Uint32Array(nCells);
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!;
    const value = values[i]!;
    if (cell < 0 || Number.isNaN(value)) continue;
    sums[cell]! += value;
    counts[cell]!++;
  }
  for (let cell = 0; cell < nCells; cell++) sums[cell] = counts[cell]! > 0 ? sums[cell]! / counts[cell]! : NaN;
  return sums;
}

/** Above this many counters, codes are sorted instead of counted. */
const MAX_COUNTERS = 1 << 22;

/**
 * The most frequent code in each cell (the smallest wins ties); NaN where there is none.
 * @param codes - [n] whole numbers in [0, nCodes), NaN missing
 */
export function modeInCells(cells: Int32Array, nCells: number, codes: Float64Array, nCodes: number): Float64Array<ArrayBuffer> {
  const modes = new Float64Array(nCells).fill(NaN);
  if (nCodes === 0) return modes;
  if (nCells * nCodes <= MAX_COUNTERS) {
    const counts = new Uint32Array(nCells * nCodes);
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      const code = codes[i]!;
      if (cell >= 0 && code >= 0) counts[cell * nCodes + code]!++;
    }
    for (let cell = 0; cell < nCells; cell++) {
      for (let code = 0, best = 0; code < nCodes; code++) {
        const count = counts[cell * nCodes + code]!;
        if (count > best) {
          best = count;
          modes[cell] = code;
        }
      }
    }
    return modes;
  }
  const keys = new Float64Array(cells.length);
  let n = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!;
    const code = codes[i]!;
    if (cell >= 0 && code >= 0) keys[n++] = cell * nCodes + code;
  }
  const sorted = keys.subarray(0, n).sort();
  const best = new Uint32Array(nCells);
  for (let start = 0; start < n;) {
    const key = sorted[start]!;
    let end = start + 1;
    while (end < n && sorted[end] === key) end++;
    const cell = Math.floor(key / nCodes);
    if (end - start > best[cell]!) {
      best[cell] = end - start;
      modes[cell] = key - cell * nCodes;
    }
    start = end;
  }
  return modes;
}
