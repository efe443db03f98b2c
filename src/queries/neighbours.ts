/**
 * Rows most like the given encoded values: Gower distance (numeric: |difference| / range, categorical: 0 or 1,
 * missing against present: 1), averaged over the model's features.
 */
export interface NeighboursParams {
  /** Encoded per model feature. */
  readonly values: Float64Array;
  readonly count: number;
  /** Left out of the result (the row itself); -1 keeps all. */
  readonly exceptRow: number;
}

export interface NeighboursAnswer {
  readonly rows: readonly { readonly row: number; readonly title: string; readonly distance: number; readonly predicted: string | null }[];
  /** 95th percentile of nearest-neighbour distances among (a sample of) the data: beyond it the values are unlike the data. */
  readonly usualDistance: number;
  readonly unlike: boolean;
}
