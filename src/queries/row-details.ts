export interface RowDetailsParams {
  readonly row: number;
}

export interface RowCell {
  readonly column: number;
  readonly name: string;
  readonly value: string | number | boolean | null;
}

export interface RowDetailsAnswer {
  readonly row: number;
  /** The id column's value, else `Row 17`. */
  readonly title: string;
  readonly cells: readonly RowCell[];
  /** Per model feature, encoded (codes for categories, NaN missing): what what-if edits start from. Null without data. */
  readonly encoded: Float64Array | null;
  /** -1 for regression or unknown. */
  readonly predictedClass: number;
  readonly predictedLabel: string | null;
  /** Per class (probabilities or scores), or one value for regression; null unknown. */
  readonly scores: readonly number[] | null;
  readonly scoreUnit: string;
  readonly trueLabel: string | null;
  /** Regression: predicted minus true. Classifier: 0 correct, 1 wrong. Null unknown. */
  readonly error: number | null;
}
