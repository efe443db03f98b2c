import type { PredictionSpace } from '#/domain/outputs';

/** What the ICE view looks at: which row, and which output of the model. */
export interface IceScope {
  readonly row: number;
  /** -1 for regression. */
  readonly classIndex: number;
  readonly outputLabel: string;
  readonly unit: string;
  readonly space: PredictionSpace;
}
