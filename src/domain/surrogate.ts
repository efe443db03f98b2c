import type { LinearModel } from '#/domain/linear-model';
import type { TreeModel } from '#/domain/tree-model';
import type { Fidelity } from '#/domain/units';

export type SurrogateKind = 'lightgbm' | 'linear' | 'sgd' | 'tree';

/** A simple model that imitates the real one; kept with the explanation that it made. */
export interface Surrogate {
  readonly kind: SurrogateKind;
  /** Exactly one of the two is set. */
  readonly trees: TreeModel | null;
  readonly linear: LinearModel | null;
  /** Agreement with the teacher on the rows it was asked about: accuracy for classes, R² for values. */
  readonly fidelity: Fidelity;
  /** Rows it was trained on, augmented ones included. */
  readonly trainedOn: number;
}
