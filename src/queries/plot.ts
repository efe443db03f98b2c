import type { AxisInfo, AxisRef, AxisSpec } from '#/queries/axis';
import type { Coverage, Scope } from '#/queries/scope';

export interface PlotParams {
  readonly scope: Scope;
  readonly x: AxisSpec;
  /** Null: histogram (numeric x) or bars (categorical x). */
  readonly y: AxisSpec | null;
  readonly colour: AxisRef | null;
  /** Visible range when zoomed; null shows all. */
  readonly extent: { readonly x: readonly [number, number]; readonly y: readonly [number, number] } | null;
}

interface PlotBase {
  readonly x: AxisInfo;
  readonly y: AxisInfo | null;
  readonly colour: AxisInfo | null;
  /** Rows drawn, of all rows that the scope has. */
  readonly coverage: Coverage;
  /** Rows left out because x or y is missing. */
  readonly missing: number;
  /** Spearman correlation of x and y where both are numeric, else null. */
  readonly correlation: number | null;
}

/** Numeric x numeric, at most MAX_MARKS rows. */
export interface PointsPlot extends PlotBase {
  readonly kind: 'points';
  readonly rows: Int32Array;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Colour value or code; NaN missing; null without colour. */
  readonly colours: Float64Array | null;
}

/** Numeric x numeric, more rows: a grid, row 0 at the top (largest y). */
export interface RasterPlot extends PlotBase {
  readonly kind: 'raster';
  readonly width: number;
  readonly height: number;
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
  readonly counts: Uint32Array;
  /** Mean colour value of the cell, or its most frequent code; NaN in empty cells; null without colour. */
  readonly colours: Float32Array | null;
  /** A row of the cell (the first in table order); -1 in empty cells. */
  readonly exampleRows: Int32Array;
}

/** One side categorical: strip of points over a box per group. */
export interface BoxesPlot extends PlotBase {
  readonly kind: 'boxes';
  /** Which axis is categorical. */
  readonly groupAxis: 'x' | 'y';
  readonly groups: readonly BoxStats[];
  /** Up to MAX_MARKS rows (evenly chosen when there are more): group position, value, offset in [-0.4, 0.4] by density. */
  readonly rows: Int32Array;
  readonly groupOf: Int32Array;
  readonly values: Float64Array;
  readonly offsets: Float32Array;
  readonly colours: Float64Array | null;
}

/** Quartiles by linear interpolation (numpy default); whiskers: the furthest values within 1.5 IQR. */
export interface BoxStats {
  readonly label: string;
  readonly n: number;
  readonly mean: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly low: number;
  readonly high: number;
}

/** Both sides categorical. */
export interface HeatPlot extends PlotBase {
  readonly kind: 'heat';
  readonly xLabels: readonly string[];
  readonly yLabels: readonly string[];
  /** Row-major [yLabels][xLabels]. */
  readonly counts: Uint32Array;
  /** Mean colour value or most frequent code by cell; null without colour. */
  readonly colours: Float64Array | null;
  readonly exampleRows: Int32Array;
}

/** No y: counts by bin or category, stacked by a categorical colour. */
export interface HistogramPlot extends PlotBase {
  readonly kind: 'histogram';
  /** Numeric x: nBins + 1 edges; null for categories (then `x.labels` name the bars). */
  readonly edges: Float64Array | null;
  readonly stackLabels: readonly string[];
  /** Row-major [bar][stack]. */
  readonly counts: Uint32Array;
  /** [bar][stack] a row in it, -1 when empty. */
  readonly exampleRows: Int32Array;
}

export type PlotAnswer = PointsPlot | RasterPlot | BoxesPlot | HeatPlot | HistogramPlot;
