/**
 * Cholesky factor of a symmetric positive definite matrix, in place.
 *
 * @param matrix - [n, n] row-major; its lower triangle becomes L with L L' = matrix, the upper triangle is left alone
 * @returns false when a pivot is not above `tolerance` times the largest diagonal entry (rank deficient): `matrix` is then useless
 */
export function choleskyInPlace(matrix: Float64Array, n: number, tolerance = 1e-12): boolean {
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, matrix[i * n + i]!);
  for (let j = 0; j < n; j++) {
    let pivot = matrix[j * n + j]!;
    for (let k = 0; k < j; k++) pivot -= matrix[j * n + k]! ** 2;
    if (!(pivot > tolerance * largest)) return false;
    const root = Math.sqrt(pivot);
    matrix[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!;
      matrix[i * n + j] = sum / root;
    }
  }
  return true;
}

/**
 * Solves L L' x = b for one right-hand side.
 * @param factor - [n, n] from `choleskyInPlace`
 * @param b - [n], replaced by x
 */
export function choleskySolveInPlace(factor: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * b[k]!;
    b[i] = sum / factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < n; k++) sum -= factor[k * n + i]! * b[k]!;
    b[i] = sum / factor[i * n + i]!;
  }
}
