/** Shapes derived from curves over a grid: row-major [grid, nOutputs]. */

/**
 * A curve that starts from zero at one grid point (centred ICE, Goldstein et al. 2015, arXiv 1309.6392, section 3.1).
 * @param at - grid point whose value is taken off
 */
export function centredCurve(curve: Float64Array, nOutputs: number, at = 0): Float64Array<ArrayBuffer> {
  return Float64Array.from(curve, (value, i) => value - curve[at * nOutputs + (i % nOutputs)]!);
}

/**
 * Slope of a curve at each grid point (derivative ICE, section 3.2 of the same paper): second-order differences for uneven steps
 * inside, plain ones at both ends, as numpy.gradient.
 * @param grid - ascending, distinct
 * @returns like the curve; NaN for a grid of one point
 */
export function curveSlope(grid: Float64Array, curve: Float64Array, nOutputs: number): Float64Array<ArrayBuffer> {
  const n = grid.length;
  const slope = new Float64Array(curve.length).fill(NaN);
  if (n < 2) return slope;
  for (let k = 0; k < nOutputs; k++) {
    const value = (g: number): number => curve[g * nOutputs + k]!;
    const step = (g: number): number => grid[g + 1]! - grid[g]!;
    slope[k] = (value(1) - value(0)) / step(0);
    slope[(n - 1) * nOutputs + k] = (value(n - 1) - value(n - 2)) / step(n - 2);
    for (let g = 1; g < n - 1; g++) {
      const before = step(g - 1);
      const after = step(g);
      slope[g * nOutputs + k] =
        (before * before * value(g + 1) + (after * after - before * before) * value(g) - after * after * value(g - 1)) /
        (before * after * (before + after));
    }
  }
  return slope;
}
