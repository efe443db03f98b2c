import type { Scope } from '#/queries/scope';

export interface LocalImportanceParams {
  readonly scope: Scope;
  readonly row: number;
}

export interface LocalFeature {
  readonly feature: number;
  readonly name: string;
  /** The row's value as a person reads it; null missing or unknown. */
  readonly value: string | number | boolean | null;
  /** Signed value for the shown output. */
  readonly phi: number;
  readonly standardError: number | null;
  /** Signed value for each class (binary: mirrored), [] for regression. */
  readonly perClass: readonly number[];
}

/** The row was not explained: the view offers to explain it. */
export interface RowNotExplained {
  readonly kind: 'not explained';
  readonly row: number;
}

export interface LocalImportanceAnswer {
  readonly kind: 'explained';
  readonly row: number;
  /** Class shown, -1 for regression. */
  readonly classIndex: number;
  readonly outputLabel: string;
  /** The choice was mean |value|, which has no sign: the predicted class is shown instead. */
  readonly fellBack: boolean;
  readonly base: number | null;
  /** base + sum of all phi, in the additive space; null without base. */
  readonly sum: number | null;
  /** The stored prediction for this class in prediction space; null when unknown. */
  readonly prediction: number | null;
  readonly predictionUnit: string;
  readonly unit: string;
  /** All features, largest |phi| first. */
  readonly features: readonly LocalFeature[];
  readonly classLabels: readonly string[];
}
