/**
 * @param rows - [weights.length, nOutputs] row-major
 * @returns [nOutputs]
 */
export function weightedMean(rows: Float64Array, weights: Float64Array, nOutputs: number): Float64Array {
  const mean = new Float64Array(nOutputs);
  weights.forEach((weight, row) => {
    for (let output = 0; output < nOutputs; output++) mean[output]! += weight * rows[row * nOutputs + output]!;
  });
  return mean;
}
