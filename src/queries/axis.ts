/** What can stand on an axis or give the colour. `importance` belongs to the scope's explanation and output. */
export type AxisRef =
  | { readonly kind: 'column'; readonly column: number }
  | { readonly kind: 'index' }
  | { readonly kind: 'true' }
  | { readonly kind: 'predicted' }
  | { readonly kind: 'probability'; readonly classIndex: number }
  /** Regression: predicted minus true. Classifiers: correct / wrong (binary: true/false positives and negatives of class 1). */
  | { readonly kind: 'error' }
  | { readonly kind: 'importance'; readonly feature: number }
  /** Interaction value of a pair, both halves; explanations with interactions only. */
  | { readonly kind: 'interaction'; readonly first: number; readonly second: number };

export interface AxisSpec {
  readonly ref: AxisRef;
  readonly log?: boolean;
  /** Treat a whole-number column as categories. */
  readonly categorical?: boolean;
}

export interface AxisInfo {
  readonly ref: AxisRef;
  /** `age`, `Importance: age`, `Probability: >50K`, `Predicted income`. */
  readonly label: string;
  /** `log-odds`, `probability`, `miles per gallon`; null without unit. */
  readonly unit: string | null;
  readonly kind: 'numeric' | 'categorical' | 'datetime';
  readonly integer: boolean;
  /** Labels by code, categorical only. */
  readonly labels: readonly string[];
  /** Range of present values; NaN when there are none. */
  readonly min: number;
  readonly max: number;
  readonly missing: number;
}
