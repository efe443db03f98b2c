/**
 * Which raw features the columns of a model are made of. Column j has the entries [starts[j], starts[j + 1]):
 * raw feature raws[e] with weight weights[e] > 0. A column without entries is the same for all rows.
 */
export interface FeatureMap {
  readonly rawNames: readonly string[];
  readonly engineeredNames: readonly string[];
  /** [columns + 1] */
  readonly starts: Int32Array;
  readonly raws: Int32Array;
  readonly weights: Float64Array;
}

/** Some features that are shown as one. */
export interface FeatureGroup {
  readonly name: string;
  /** Positions of features, none twice. */
  readonly features: readonly number[];
}
