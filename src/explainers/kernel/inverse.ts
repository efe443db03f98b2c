import { LimpidError } from '#/base/errors';
import { choleskyInPlace } from '#/math/least-squares';
import type { Pacer } from '#/explainers/pacer';

/**
 * Inverse of a symmetric positive definite matrix by its Cholesky factor; pauses between rows so that aborts are heard.
 *
 * @param matrix - [n, n] row-major, replaced by its whole inverse
 * @throws LimpidError `Internal` when it is not positive definite, `Aborted`
 */
export async function invertInPlace(matrix: Float64Array, n: number, pacer: Pacer): Promise<void> {
  await pacer.pause();
  if (!choleskyInPlace(matrix, n, 1e-15))
    throw new LimpidError({ tag: 'Internal', message: 'The coalition design does not determine the values.' });
  // The inverse of L, row by row, in place of L.
  for (let i = 0; i < n; i++) {
    const own = i * n;
    const scale = 1 / matrix[own + i]!;
    // row_i of the inverse = -(sum over k < i of L_ik row_k) / L_ii; L_ik is read before it is overwritten from the left.
    const held = matrix.slice(own, own + i);
    matrix.fill(0, own, own + i);
    for (let k = 0; k < i; k++) {
      const factor = held[k]! * scale;
      const other = k * n;
      for (let j = 0; j <= k; j++) matrix[own + j]! -= factor * matrix[other + j]!;
    }
    matrix[own + i] = scale;
    if (pacer.due()) await pacer.pause();
  }
  // L^-T L^-1, upper triangle first so that rows still needed stay: entry (i, j) is a sum over k >= max(i, j).
  const result = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const row = k * n;
    for (let i = 0; i <= k; i++) {
      const factor = matrix[row + i]!;
      const at = i * n;
      for (let j = 0; j <= i; j++) result[at + j]! += factor * matrix[row + j]!;
    }
    if (pacer.due()) await pacer.pause();
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      matrix[i * n + j] = result[i * n + j]!;
      matrix[j * n + i] = result[i * n + j]!;
    }
  }
}
