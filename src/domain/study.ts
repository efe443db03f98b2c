import type { ErrorPlace } from '#/base/errors';
import type { Explanation } from '#/domain/explanation';
import type { PointId, StudyId } from '#/domain/ids';
import type { ModelAsset } from '#/domain/model';
import type { Outputs, PredictionSpace } from '#/domain/outputs';
import type { Table } from '#/domain/table';

/** Something the import doctor inferred, repaired or warns of. Text is made in text/ from code + fields. */
export interface Finding {
  readonly severity: 'info' | 'warning' | 'error';
  /** Stable id, e.g. `blanks-as-text`, `class-axis-first`, `base-mirrored`. */
  readonly code: string;
  /** One plain sentence: what was found or inferred, and why. */
  readonly message: string;
  /** One plain sentence: how to change it, if it can be. */
  readonly fix?: string;
  readonly place?: ErrorPlace;
}

export interface Predictions {
  readonly space: PredictionSpace;
  /** [nOutputs] arrays of [nRows]; NaN where a row has none. Null when only labels are known. */
  readonly values: readonly (Float32Array | Float64Array)[] | null;
  /** Predicted class index by row, -1 unknown; null for regression. */
  readonly classes: Int32Array | null;
  /** `file` as imported, `model` computed here. */
  readonly source: 'file' | 'model';
}

/** True values: class index by row (-1 unknown) or the value (NaN unknown). */
export type Target =
  | { readonly kind: 'class'; readonly column: number | null; readonly classes: Int32Array }
  | { readonly kind: 'value'; readonly column: number | null; readonly values: Float64Array };

/** A named row that the user made by editing one. Values are per model feature (codes for categories). */
export interface WhatIfPoint {
  readonly id: PointId;
  readonly name: string;
  readonly baseRow: number;
  readonly values: Float64Array;
  /** Stored outputs [nOutputs] in predictions.space. */
  readonly prediction: Float64Array;
}

/** Monotone counters: an answer's cache key holds the revisions of the parts it reads. */
export interface Revisions {
  readonly table: number;
  readonly model: number;
  readonly predictions: number;
  readonly explanations: number;
  readonly points: number;
  readonly meta: number;
}

/** What a person works on. Immutable by replacement. */
export interface Study {
  readonly id: StudyId;
  readonly name: string;
  /** One sentence about it, shown in the overview. */
  readonly description: string;
  readonly notes: string;
  readonly table: Table;
  readonly target: Target | null;
  readonly outputs: Outputs;
  readonly model: ModelAsset | null;
  readonly predictions: Predictions | null;
  readonly explanations: readonly Explanation[];
  readonly points: readonly WhatIfPoint[];
  readonly findings: readonly Finding[];
  readonly revisions: Revisions;
}

export const FIRST_REVISIONS: Revisions = { table: 0, model: 0, predictions: 0, explanations: 0, points: 0, meta: 0 };
