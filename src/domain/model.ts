import type { Outputs, PredictionSpace } from '#/domain/outputs';

/** Element types of model inputs that a table can feed. */
export type InputType = 'float' | 'double' | 'string' | 'int64' | 'int32' | 'bool';

/**
 * One tensor input of the model. `width` 1 with several inputs: one input per column;
 * `width` > 1: a matrix of that many columns.
 */
export interface ModelInput {
  readonly name: string;
  readonly type: InputType;
  /** Columns of the tensor; null when the graph leaves it open. */
  readonly width: number | null;
  /** Rank of the tensor: 2 for [n, width], 1 for [n]. */
  readonly rank: 1 | 2;
}

/** Which graph output holds what, after ZipMap was removed. */
export interface ModelOutputs {
  /** Tensor with the predicted label (string or int64), if any. */
  readonly label: string | null;
  /** Tensor with scores: [n, C], [n, 1] or [n]; null when the model only gives labels. */
  readonly scores: string | null;
  /** Columns of the scores tensor; null when unknown until the first run. */
  readonly scoreWidth: number | null;
  /** Class labels as the graph holds them (strings or integers as text), in score order; [] for regression. */
  readonly classLabels: readonly string[];
  /** Decided by post_transform, the last node, or by a probe run. */
  readonly space: PredictionSpace;
}

export interface ModelSignature {
  readonly inputs: readonly ModelInput[];
  readonly outputs: ModelOutputs;
  /** Best guess from the graph: classifier ensembles and label outputs say so. */
  readonly task: 'regression' | 'binary' | 'multiclass';
}

/** A feature as the model and its explainers see it: one number per cell (a categorical cell is its code). */
export interface FeatureSchema {
  readonly name: string;
  readonly kind: 'numeric' | 'categorical' | 'boolean' | 'datetime';
  /** Every observed value is whole (numeric only). */
  readonly integer: boolean;
  /** Labels by code (categorical only, else []). */
  readonly labels: readonly string[];
  /** Text that a string input receives for a missing cell. */
  readonly missingText: string;
  /** Table column, or null when the data was not given. */
  readonly column: number | null;
}

/**
 * How one model input is filled: slot j of the tensor is feature `features[j]`.
 * A string input receives labels; a number input receives values, or codes where a categorical feature meets it.
 */
export interface InputBinding {
  readonly input: string;
  readonly features: readonly number[];
}

/** A model with everything needed to predict: it can be sent to any worker as it is. */
export interface ModelAsset {
  readonly name: string;
  /** `onnx` runs in ONNX Runtime; the others are files of tree libraries, which Limpid evaluates itself. */
  readonly kind: 'onnx' | 'xgboost' | 'lightgbm' | 'catboost';
  /** ONNX: with ZipMap already removed; else the file as it came. Shared, never modified. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly signature: ModelSignature;
  readonly features: readonly FeatureSchema[];
  readonly bindings: readonly InputBinding[];
  readonly outputs: Outputs;
}

/** Rows as explainers see them: dense, row-major [nRows, nFeatures]; a categorical cell is its code, missing is NaN. */
export interface EncodedRows {
  readonly nRows: number;
  readonly nFeatures: number;
  readonly values: Float64Array;
}

export interface PredictorInfo {
  readonly locality: 'local' | 'remote';
  /** Best number of rows per call. */
  readonly maxBatch: number;
  readonly deterministic: boolean;
  readonly space: PredictionSpace;
  /** Measured or estimated seconds per row at maxBatch; NaN before the first call. */
  readonly secondsPerRow: number;
}

/** Predicts encoded rows. Not re-entrant: one call at a time. */
export interface Predictor {
  readonly nFeatures: number;
  readonly nOutputs: number;
  readonly info: PredictorInfo;
  /**
   * Stored outputs (binary: class 1 only), row-major [nRows, nOutputs], in `info.space`. Input is not modified.
   * @throws LimpidError `ModelFailed` | `Aborted`
   */
  predict(rows: EncodedRows, signal?: AbortSignal): Promise<Float64Array>;
  dispose(): Promise<void>;
}
