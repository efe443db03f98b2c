import type { FeatureSchema } from '#/domain/model';

/** Facts about each model feature for inputs and grids. */
export interface FeatureProfile {
  readonly feature: number;
  readonly schema: FeatureSchema;
  readonly missing: number;
  /** Numeric and datetime; NaN without data. */
  readonly min: number;
  readonly max: number;
  readonly median: number;
  /** 20 equal bins between min and max. */
  readonly histogram: Uint32Array;
  /** Rows by code (categorical), by 0/1 (boolean). */
  readonly labelCounts: Uint32Array;
}

export interface ProfilesAnswer {
  readonly profiles: readonly FeatureProfile[];
}
