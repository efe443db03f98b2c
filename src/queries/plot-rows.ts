/** Which rows a plot draws: explained ones where an importance is drawn, those with x and y present, those in the extent. */
import type { Study } from '#/domain/study';
import type { PlotParams } from './plot';
import type { ResolvedAxis } from './resolve-axis';
import { countRows, explainedRows, requireExplanation } from './resolve-scope';

export interface PlotAxes {
  readonly x: ResolvedAxis;
  readonly y: ResolvedAxis | null;
  readonly colour: ResolvedAxis | null;
}

/** Rows to draw with their numbers, in table order (in explained order where an importance is drawn). */
export interface PlotRows {
  readonly rows: Int32Array<ArrayBuffer>;
  readonly xs: Float64Array<ArrayBuffer>;
  /** Zeros without y. */
  readonly ys: Float64Array<ArrayBuffer>;
  /** Rows left out because x or y is missing, infinite, or not above 0 on a log axis. */
  readonly missing: number;
}

/** Table rows that could be drawn: null stands for all. */
function candidateRows(study: Study, params: PlotParams): Int32Array | null {
  const drawn = [params.x.ref, params.y?.ref];
  if (!drawn.some((ref) => ref?.kind === 'importance')) return null;
  return explainedRows(requireExplanation(study, params.scope));
}

/**
 * @param withExtent - leave out rows outside the visible range of numeric axes
 */
export function selectRows(study: Study, params: PlotParams, axes: PlotAxes, withExtent: boolean): PlotRows {
  const candidates = candidateRows(study, params);
  const n = candidates?.length ?? countRows(study);
  const { x, y } = axes;
  const xValues = x.values;
  const yValues = y?.values ?? null;
  const [xLow, xHigh] = limits(x, params.x.log === true, withExtent ? params.extent?.x : undefined);
  const [yLow, yHigh] = y === null ? [-Infinity, Infinity] : limits(y, params.y?.log === true, withExtent ? params.extent?.y : undefined);
  const xFloor = positiveFloor(x, params.x.log === true);
  const yFloor = y === null ? -Infinity : positiveFloor(y, params.y?.log === true);
  const rows = new Int32Array(n);
  const xs = new Float64Array(n);
  const ys = new Float64Array(n);
  let kept = 0;
  let missing = 0;
  for (let i = 0; i < n; i++) {
    const row = candidates === null ? i : candidates[i]!;
    const px = xValues[row]!;
    const py = yValues === null ? 0 : yValues[row]!;
    // Also false for NaN; infinities have no place on an axis.
    if (!(px > xFloor && px < Infinity && py > yFloor && py < Infinity)) {
      missing++;
      continue;
    }
    if (px < xLow || px > xHigh || py < yLow || py > yHigh) continue;
    rows[kept] = row;
    xs[kept] = px;
    ys[kept] = py;
    kept++;
  }
  return { rows: rows.subarray(0, kept), xs: xs.subarray(0, kept), ys: ys.subarray(0, kept), missing };
}

/** Values must lie above this: 0 on a log axis. */
function positiveFloor(axis: ResolvedAxis, log: boolean): number {
  return log && axis.info.kind === 'numeric' ? 0 : -Infinity;
}

/** The visible range of a numeric axis; categories are always drawn all. */
function limits(axis: ResolvedAxis, log: boolean, extent: readonly [number, number] | undefined): readonly [number, number] {
  if (extent === undefined || axis.info.kind === 'categorical') return [-Infinity, Infinity];
  const [a, b] = extent;
  return [log ? Math.max(0, Math.min(a, b)) : Math.min(a, b), Math.max(a, b)];
}

/** Colour values of the drawn rows, null without colour. */
export function coloursOf(colour: ResolvedAxis | null, rows: Int32Array): Float64Array<ArrayBuffer> | null {
  if (colour === null) return null;
  const { values } = colour;
  const colours = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) colours[i] = values[rows[i]!]!;
  return colours;
}
