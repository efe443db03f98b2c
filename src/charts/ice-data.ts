import { predictionOfClass, storedOutputOfClass, type Outputs, type PredictionSpace } from '#/domain/outputs';
import { looksLikeYears } from '#/text/numbers';

/** One curve over a grid, for the shown output. */
export type Curve = Float64Array;

/**
 * The shown output of stored predictions over a grid.
 * @param stored - [n, nOutputs] row-major in prediction space
 * @param classIndex - class shown, -1 for the only value
 * @returns [n]
 */
export function curveOf(outputs: Outputs, space: PredictionSpace, stored: Float64Array, nOutputs: number, classIndex: number): Curve {
  const n = Math.floor(stored.length / nOutputs);
  return Float64Array.from({ length: n }, (_, i) => {
    const row = stored.subarray(i * nOutputs, (i + 1) * nOutputs);
    return classIndex < 0 ? row[0]! : predictionOfClass(outputs, space, row, classIndex);
  });
}

/** Effects of the shown output, which have no level: those of a mirrored class turn their sign. @returns [n] */
export function effectsOf(outputs: Outputs, stored: Float64Array, nOutputs: number, classIndex: number): Curve {
  const { output, sign } = storedOutputOfClass(outputs, classIndex);
  return Float64Array.from({ length: Math.floor(stored.length / nOutputs) }, (_, i) => sign * stored[i * nOutputs + output]! + 0);
}

/** How lines are drawn: as predictions, as changes from the row's own value, or as slopes (of numbers and dates only). */
export type LineStyle = 'value' | 'centred' | 'derivative';

/** What the ICE chart draws: the row's curve over `grid`, the others over grids of their own. */
export interface IceAnswer {
  readonly row: number;
  readonly featureName: string;
  readonly featureKind: 'numeric' | 'categorical' | 'boolean' | 'datetime';
  /** Labels by grid value for categories and booleans. */
  readonly labels: readonly string[];
  readonly grid: Float64Array;
  readonly curve: Curve;
  /** Grid position of the row's own value, -1 when it is missing. */
  readonly own: number;
  readonly edited: { readonly curve: Curve; readonly own: number; readonly grid: Float64Array } | null;
  /** Over rows: mean predictions (`pdp`), or accumulated local effects with mean 0 (`ale`). */
  readonly average: { readonly kind: 'pdp' | 'ale'; readonly grid: Float64Array; readonly curve: Curve; readonly nRows: number } | null;
  /** Lines of some other rows. */
  readonly others: { readonly grid: Float64Array; readonly lines: readonly Curve[]; readonly rows: readonly number[] } | null;
  /** Rows of the data by 20 equal bins between the feature's min and max, or by category. */
  readonly density: { readonly counts: Uint32Array; readonly min: number; readonly max: number } | null;
  readonly outputLabel: string;
  readonly unit: string;
  readonly line: LineStyle;
  readonly showLines: boolean;
}

export type IceAxis = 'linear' | 'year' | 'time' | 'category';

/** How the axis of a feature is drawn: whole numbers that read like years have no thousands separators. */
export function iceAxisOf(kind: IceAnswer['featureKind'], grid: Float64Array): IceAxis {
  if (kind === 'categorical' || kind === 'boolean') return 'category';
  if (kind === 'datetime') return 'time';
  return looksLikeYears(grid.every(Number.isInteger), Math.min(...grid), Math.max(...grid)) ? 'year' : 'linear';
}

/** The part of an axis shape that it decides. */
export function iceScale(axis: IceAxis): { readonly type: 'linear' | 'time' | 'category'; readonly plain: boolean } {
  return axis === 'year' ? { type: 'linear', plain: true } : { type: axis, plain: false };
}

/** A picture of two features: of one row, or the average over `nRows` (2-way partial dependence). */
export interface IceSurface {
  readonly row: number;
  /** Null: of the row. */
  readonly nRows: number | null;
  readonly a: SurfaceAxis;
  readonly b: SurfaceAxis;
  /** [gridA, gridB] */
  readonly values: Float64Array;
  readonly outputLabel: string;
  readonly unit: string;
}

export interface SurfaceAxis {
  readonly name: string;
  readonly kind: 'numeric' | 'categorical' | 'boolean' | 'datetime';
  readonly labels: readonly string[];
  readonly grid: Float64Array;
  /** The row's own value, NaN when it is missing or outside. */
  readonly own: number;
}
