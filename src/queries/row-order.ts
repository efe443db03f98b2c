export type RowOrder = 'index' | 'most wrong' | 'highest prediction' | 'lowest prediction';

/** Find a row: by position in an order, relative to a row, or by text (row number or id). */
export type RowOrderParams =
  | { readonly kind: 'at'; readonly order: RowOrder; readonly position: number }
  | { readonly kind: 'locate'; readonly order: RowOrder; readonly row: number }
  /** A row number, or (part of) a cell of the id column; at most 20 matches. */
  | { readonly kind: 'find'; readonly text: string };

export interface RowOrderAnswer {
  /** Rows found, best first; [] when none. */
  readonly rows: readonly number[];
  readonly titles: readonly string[];
  /** Position of the first in the order; -1 for `find`. */
  readonly position: number;
  readonly total: number;
}
