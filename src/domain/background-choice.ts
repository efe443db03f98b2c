import type { EncodedRows } from '#/domain/model';
import type { RowFilter } from '#/domain/row-filter';

/** What rows are explained against. */
export type BackgroundChoice =
  | { readonly kind: 'all' }
  | { readonly kind: 'sample'; readonly count: number }
  /** Cluster centres moved to observed values, weighted by the sizes of their clusters (shap.kmeans). */
  | { readonly kind: 'k-means'; readonly count: number }
  | { readonly kind: 'where'; readonly filter: RowFilter }
  | { readonly kind: 'rows'; readonly rows: readonly number[] }
  /** Rows that are not in the table: the command line's `--background FILE`. */
  | { readonly kind: 'given'; readonly rows: EncodedRows };
