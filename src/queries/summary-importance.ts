import type { BoxStats } from '#/queries/plot';
import type { Coverage, Scope } from '#/queries/scope';

export interface SummaryImportanceParams {
  readonly scope: Scope;
  /** 1..nFeatures */
  readonly topK: number;
  readonly chart: 'swarm' | 'box' | 'violin' | 'bar';
  readonly colour: 'value' | 'predicted' | 'true' | 'none';
  readonly group: 'none' | 'predicted' | 'true';
}

interface SummaryBase {
  /** Features drawn, most important first. */
  readonly features: readonly { readonly feature: number; readonly name: string; readonly meanAbs: number }[];
  readonly nFeatures: number;
  readonly unit: string;
  readonly outputLabel: string;
  readonly coverage: Coverage;
  /** False for mean |value|: the axis then starts at 0 and has no direction. */
  readonly signed: boolean;
}

/** At most 3 * MAX_MARKS points in all: one entry a point. */
export interface SwarmPoints extends SummaryBase {
  readonly kind: 'swarm';
  /** Position in `features`. */
  readonly lane: Int32Array;
  readonly rows: Int32Array;
  readonly values: Float64Array;
  /** Deterministic, density-driven, in [-0.45, 0.45] of the lane. */
  readonly offsets: Float32Array;
  /** `value`: feature value scaled 0..1 between its 5th and 95th percentile, NaN missing; classes: codes; null without colour. */
  readonly colours: Float32Array | null;
  readonly colourLabels: readonly string[];
}

/** More points: one raster a lane, [lane][height][width]. */
export interface SwarmRaster extends SummaryBase {
  readonly kind: 'swarm-raster';
  readonly width: number;
  readonly height: number;
  readonly range: readonly [number, number];
  readonly counts: Uint32Array;
  readonly colours: Float32Array | null;
  readonly colourLabels: readonly string[];
  readonly exampleRows: Int32Array;
}

export interface SummaryBoxes extends SummaryBase {
  readonly kind: 'box';
  readonly groupLabels: readonly string[];
  /** [feature][group] */
  readonly boxes: readonly (readonly BoxStats[])[];
  /** A row near the median of each box, [feature][group], -1 when empty. */
  readonly exampleRows: readonly (readonly number[])[];
}

export interface SummaryViolins extends SummaryBase {
  readonly kind: 'violin';
  readonly groupLabels: readonly string[];
  /** Common grid of values. */
  readonly grid: Float64Array;
  /** [feature][group]: density at the grid, Gaussian kernel, Silverman's bandwidth, scaled to a maximum of 1. */
  readonly densities: readonly (readonly Float64Array[])[];
  readonly boxes: readonly (readonly BoxStats[])[];
  readonly exampleRows: readonly (readonly number[])[];
}

export interface SummaryBars extends SummaryBase {
  readonly kind: 'bar';
  readonly groupLabels: readonly string[];
  /** [feature][group] mean |value| */
  readonly means: readonly Float64Array[];
}

export type SummaryImportanceAnswer = SwarmPoints | SwarmRaster | SummaryBoxes | SummaryViolins | SummaryBars;
