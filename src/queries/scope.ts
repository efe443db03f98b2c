import type { ExplanationId } from '#/domain/ids';
import type { OutputChoice } from '#/domain/outputs';

/** The shared context of nearly every question: which explanation, which output, which rows. */
export interface Scope {
  /** Null: no explanation is open; questions that need one answer with `NotFound`. */
  readonly explanation: ExplanationId | null;
  readonly output: OutputChoice;
}

/** "from 1,200 of 48,842 rows" */
export interface Coverage {
  readonly used: number;
  readonly total: number;
}

/** Above this many marks a chart is answered as a binned raster. */
export const MAX_MARKS = 5000;
