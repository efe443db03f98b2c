/** Grids of ICE and partial dependence: both ends, equal steps, and the row's own value always a grid point. */

export interface GridFeature {
  readonly kind: 'numeric' | 'categorical' | 'boolean' | 'datetime';
  /** Only whole numbers make sense (numeric only). */
  readonly integer: boolean;
  /** Number of categories (categorical only). */
  readonly categories: number;
}

export interface IceGridOptions {
  readonly min: number;
  readonly max: number;
  /** Intervals between min and max, at least 1: steps + 1 points. */
  readonly steps: number;
  /** The row's value; NaN adds nothing. */
  readonly own: number;
}

/**
 * Encoded values at which a feature is varied.
 * @returns ascending, unique, finite. Numeric and datetime: min + i (max - min) / steps for i = 0..steps, hence both ends
 *   exactly, plus `own` where it is missing from them; whole-number features are rounded, their own value never. A range
 *   without inside gives its one value. Categories: every code; boolean: 0 and 1; a code outside is no grid point.
 */
export function makeIceGrid(feature: GridFeature, { min, max, steps, own }: IceGridOptions): Float64Array<ArrayBuffer> {
  if (feature.kind === 'categorical') return Float64Array.from({ length: feature.categories }, (_, code) => code);
  if (feature.kind === 'boolean') return Float64Array.of(0, 1);
  const points = new Set<number>();
  if (Number.isFinite(min) && Number.isFinite(max) && max >= min) {
    const n = Math.max(1, Math.floor(steps));
    for (let i = 0; i <= n; i++) {
      const value = i === n ? max : min + ((max - min) * i) / n;
      points.add((feature.integer ? Math.round(value) : value) + 0);
    }
  }
  if (Number.isFinite(own)) points.add(own + 0);
  return Float64Array.from(points).sort();
}

/** Position of the row's own value in a grid; -1 when it is missing. */
export function ownPosition(grid: Float64Array, own: number): number {
  return Number.isNaN(own) ? -1 : grid.indexOf(own + 0);
}
