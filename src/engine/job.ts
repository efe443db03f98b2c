import type { RowFilter } from '#/domain/row-filter';
import type { BackgroundChoice } from '#/domain/background-choice';
import type { Explainer, ExplainEstimate, ExplainerId } from '#/explainers/explainer';
import type { GlobalMethod } from '#/explainers/global-methods';
import type { Metric } from '#/explainers/metrics';
import type { Parameters, ParameterSpec } from '#/explainers/parameters';
import type { StudySummary } from '#/domain/summary';
import type { PlainError } from '#/base/errors';

/** Which rows to explain. `fit`: as many (a seeded sample) as fit the seconds, at least `atLeast`. */
export type RowSelection =
  | { readonly kind: 'all' }
  | { readonly kind: 'fit'; readonly seconds: number; readonly atLeast: number }
  | { readonly kind: 'sample'; readonly count: number }
  | { readonly kind: 'where'; readonly filter: RowFilter }
  | { readonly kind: 'rows'; readonly rows: readonly number[] };

export interface ExplainJob {
  readonly kind: 'explain';
  readonly explainer: ExplainerId;
  readonly rows: RowSelection;
  readonly background: BackgroundChoice;
  readonly outputSpace: 'raw' | 'probability';
  readonly seed: number;
  readonly parameters: Parameters;
  /** How results are kept; float32 without a wish. The numbers themselves are computed in float64. */
  readonly precision?: 'float32' | 'float64';
}

export interface PermutationJob {
  readonly kind: 'permutation importance';
  /** A metric's id or its name in scikit-learn. Null: accuracy for classes, R² for values. */
  readonly metric: string | null;
  readonly repeats: number;
  /** Rows to measure on, as far as their true value is known; default: all. */
  readonly rows?: RowSelection;
  /** Of more rows a seeded sample is taken. */
  readonly maxRows: number;
  readonly seed: number;
}

/**
 * How predictions follow one feature or two: `pdp` (with some of its ICE lines; the default), `ale` (accumulated local effects) or
 * `pdp-2d`. The result is returned, not stored.
 */
export interface CurveJob {
  readonly kind: 'partial dependence';
  readonly curve?: 'pdp' | 'ale' | 'pdp-2d';
  readonly feature: number;
  /** Encoded grid, ascending. Of `ale` the edges of the bins; empty: chosen from the rows. */
  readonly grid: Float64Array;
  /** The other axis of `pdp-2d`. */
  readonly second?: { readonly feature: number; readonly grid: Float64Array };
  /** Rows to average over; default: all. */
  readonly rows?: RowSelection;
  /** Of more rows a seeded sample is taken. */
  readonly maxRows: number;
  readonly lines: number;
  readonly seed: number;
}

export interface PredictJob {
  readonly kind: 'predict';
}

/** Gain, cover, split counts or |coefficient|: what the model itself says of its features. */
export interface NativeImportanceJob {
  readonly kind: 'native importance';
}

export type Job = ExplainJob | PermutationJob | CurveJob | PredictJob | NativeImportanceJob;

/** What a finished (or cancelled) job gave. */
export type JobOutcome =
  | { readonly kind: 'explanation'; readonly id: string; readonly completed: number; readonly total: number }
  | { readonly kind: 'predicted' }
  | {
      readonly kind: 'curve';
      readonly curve: 'pdp' | 'ale' | 'pdp-2d';
      readonly grid: Float64Array;
      /** `pdp-2d`: the other grid. */
      readonly second: Float64Array | null;
      /**
       * Row-major, in prediction space: [grid, nOutputs]; `pdp-2d`: [grid, second, nOutputs]; `ale`: [edges, nOutputs], effects with
       * mean 0 over the rows.
       */
      readonly average: Float64Array;
      /** `ale`: rows in each bin between two edges. */
      readonly counts: Float64Array | null;
      /** Each [grid, nOutputs], of the rows in `lineRows`. */
      readonly lines: readonly Float64Array[];
      readonly lineRows: readonly number[];
      readonly nRows: number;
      readonly nOutputs: number;
    };

export interface JobStatus {
  readonly id: string;
  /** `Kernel SHAP`, `Predicting`. */
  readonly label: string;
  readonly kind: Job['kind'];
  readonly state: 'running' | 'done' | 'cancelled' | 'failed';
  readonly done: number;
  readonly total: number;
  /** What is counted: rows, features. */
  readonly unit: string;
  /** NaN before the first progress. */
  readonly secondsLeft: number;
  /** The explanation that shows the partial result, null when there is none. */
  readonly explanation: string | null;
  readonly error: PlainError | null;
}

/** One explainer as the dialog shows it, for this model. */
export interface ExplainerOffer {
  readonly id: ExplainerId;
  readonly label: string;
  readonly family: Explainer['family'];
  readonly yields: Explainer['yields'];
  readonly semantics: string;
  readonly sentence: string;
  readonly usesBackground: boolean;
  readonly parameters: readonly ParameterSpec[];
  /** Null: available. */
  readonly unavailable: string | null;
  readonly outputSpaces: readonly { readonly space: 'raw' | 'probability'; readonly unit: string }[];
  readonly estimate: ExplainEstimate | null;
  /** Rows for `fit` 20 s at least 20, with the given background. */
  readonly fitRows: number;
}

/** One global method as the dialog shows it. */
export type GlobalOffer = Omit<GlobalMethod, 'unavailable' | 'parameters'> & {
  readonly unavailable: string | null;
  readonly parameters: readonly ParameterSpec[];
};

export interface ExplainPlanParams {
  readonly backgroundRows: number;
  /** The method that `parameters` belong to; null: none is chosen yet. */
  readonly method: string | null;
  readonly parameters: Parameters;
}

/** What the Explain dialog is drawn from. */
export interface ExplainPlan {
  readonly recommended: ExplainerId;
  readonly reason: string;
  readonly offers: readonly ExplainerOffer[];
  readonly globals: readonly GlobalOffer[];
  /** Of permutation importance, the default first; empty without true values. */
  readonly metrics: readonly Metric[];
  readonly nRows: number;
  readonly nFeatures: number;
  readonly lanes: number;
}

/** Events that the engine sends without being asked. */
export type EngineEvent =
  /** The study changed: a command, an undo, a job's partial result. */
  | { readonly kind: 'study'; readonly summary: StudySummary; readonly history: History }
  | { readonly kind: 'jobs'; readonly jobs: readonly JobStatus[] }
  /** Something a person should know: not kept on this device, a worker was restarted. */
  | { readonly kind: 'notice'; readonly code: string; readonly message: string };

/** Labels of what undo and redo would do, null when there is nothing. */
export interface History {
  readonly undo: string | null;
  readonly redo: string | null;
}
