/** The leading independent columns of a Gram matrix, and how the others follow from them. */
export interface PivotedFactor {
  /** Columns in the order of the pivots; the first `rank` are independent. */
  readonly order: Int32Array;
  readonly rank: number;
  /** [n, n] row-major in pivot order: L of the first `rank` columns, all n rows. */
  readonly factor: Float64Array;
}

/**
 * Cholesky with complete pivoting of a positive semidefinite matrix with unit diagonal (or zeros there): stops at the first pivot
 * below `tolerance`, where what is left depends on the columns taken (Higham 1990).
 * @param gram - [n, n] symmetric row-major; not modified
 */
export function pivotedCholesky(gram: Float64Array, n: number, tolerance: number): PivotedFactor {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const factor = new Float64Array(n * n);
  const left = Float64Array.from({ length: n }, (_, i) => gram[i * n + i]!);
  let rank = 0;
  while (rank < n) {
    let best = rank;
    for (let i = rank + 1; i < n; i++) if (left[order[i]!]! > left[order[best]!]!) best = i;
    if (!(left[order[best]!]! > tolerance)) break;
    const column = order[best]!;
    order[best] = order[rank]!;
    order[rank] = column;
    for (let k = 0; k < rank; k++) {
      const held = factor[best * n + k]!;
      factor[best * n + k] = factor[rank * n + k]!;
      factor[rank * n + k] = held;
    }
    const root = Math.sqrt(left[column]!);
    factor[rank * n + rank] = root;
    for (let i = rank + 1; i < n; i++) {
      let sum = gram[order[i]! * n + column]!;
      for (let k = 0; k < rank; k++) sum -= factor[i * n + k]! * factor[rank * n + k]!;
      const entry = sum / root;
      factor[i * n + rank] = entry;
      left[order[i]!]! -= entry * entry;
    }
    rank++;
  }
  return { order, rank, factor };
}

/**
 * Solves for the independent columns; the others get 0.
 * @param b - [n] in the order of the columns, not modified
 * @returns [n] in the order of the columns
 */
export function solvePivoted({ order, rank, factor }: PivotedFactor, n: number, b: Float64Array): Float64Array {
  const y = new Float64Array(rank);
  for (let i = 0; i < rank; i++) {
    let sum = b[order[i]!]!;
    for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * y[k]!;
    y[i] = sum / factor[i * n + i]!;
  }
  backSubstitute(factor, n, rank, y);
  const x = new Float64Array(n);
  for (let i = 0; i < rank; i++) x[order[i]!] = y[i]!;
  return x;
}

/** Null vectors: each dependent column minus the combination of independent columns that equals it, [n] by column. */
export function nullVectors({ order, rank, factor }: PivotedFactor, n: number): Float64Array[] {
  return Array.from({ length: n - rank }, (_, i) => {
    const y = factor.slice((rank + i) * n, (rank + i) * n + rank);
    backSubstitute(factor, n, rank, y);
    const vector = new Float64Array(n);
    for (let k = 0; k < rank; k++) vector[order[k]!] = -y[k]!;
    vector[order[rank + i]!] = 1;
    return vector;
  });
}

/** Solves L' x = y in place. */
function backSubstitute(factor: Float64Array, n: number, rank: number, y: Float64Array): void {
  for (let i = rank - 1; i >= 0; i--) {
    let sum = y[i]!;
    for (let k = i + 1; k < rank; k++) sum -= factor[k * n + i]! * y[k]!;
    y[i] = sum / factor[i * n + i]!;
  }
}
