import type { Finding } from '#/domain/study';

export interface OverviewAnswer {
  readonly nRows: number;
  readonly columns: readonly {
    readonly column: number;
    readonly name: string;
    readonly kind: 'numeric' | 'categorical' | 'boolean' | 'datetime';
    readonly role: string;
    readonly missing: number;
    readonly nUnique: number;
    /** `17 to 90`, or the most frequent labels. */
    readonly summary: string;
  }[];
  readonly missingCells: number;
  /** Counts by true class, where known. */
  readonly classCounts: readonly { readonly label: string; readonly trueCount: number | null; readonly predictedCount: number | null }[];
  /** Score of the model on the labels: accuracy, macro F1, AUC (binary with scores); R², MAE, RMSE. [] without labels or predictions. */
  readonly scores: readonly { readonly name: string; readonly value: number; readonly nRows: number }[];
  readonly findings: readonly Finding[];
}
