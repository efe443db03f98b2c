/** One condition of a rule over the encoded values of a feature. */
export type Predicate =
  /** Category codes that satisfy it. */
  | { readonly kind: 'is'; readonly feature: number; readonly codes: readonly number[] }
  /** above < value <= upTo; -Infinity and Infinity leave a side open. */
  | { readonly kind: 'between'; readonly feature: number; readonly above: number; readonly upTo: number }
  | { readonly kind: 'missing'; readonly feature: number };

/** A rule that (nearly always) keeps the model's decision, whatever the other features are. */
export interface AnchorRule {
  readonly predicates: readonly Predicate[];
  /** Share of sampled neighbours of the row with the same decision, and its confidence bounds from the search. */
  readonly precision: number;
  readonly precisionLow: number;
  readonly precisionHigh: number;
  /** Share of training rows that satisfy the rule. */
  readonly coverage: number;
  /** Decision that is anchored: class index. */
  readonly predictedClass: number;
  /** False: no rule reached the threshold; this is the best one found. */
  readonly success: boolean;
  readonly evaluations: number;
}
