import type { LinearModel } from '#/domain/linear-model';
import type { EncodedRows, FeatureSchema } from '#/domain/model';
import { addRow, createDesign, rawCoefficients, rowDot, type Design } from '#/learners/design';
import { checkTraining } from '#/learners/gradient-boosting';
import type { Pace } from '#/learners/pace';
import { nullVectors, pivotedCholesky, solvePivoted } from '#/learners/pivoted-cholesky';

/** Of a standardised column's variance: what the columns before it leave unexplained, below which it counts as dependent. */
const DEPENDENT = 1e-10;
const REFINEMENTS = 2;

/**
 * Ordinary least squares with an intercept, categories one-hot (all levels); where columns depend on one another the coefficients
 * of least norm, as numpy's and scikit-learn's (1.9) `LinearRegression` give them. Solved by the normal equations of standardised
 * columns with two steps of refinement; a column that the others explain to 1e-10 of its variance counts as dependent (scikit-learn
 * cuts at rounding). Missing numbers take the training mean; missing, unknown and very rare codes have no column.
 * @returns one output, in the unit of the labels
 * @throws LimpidError `BadRequest` for no rows or labels that are not finite; `Aborted` by way of `pace`
 */
export async function trainLinearRegression(
  rows: EncodedRows,
  features: readonly FeatureSchema[],
  labels: Float64Array,
  pace: Pace,
): Promise<LinearModel> {
  checkTraining(rows, labels);
  const design = createDesign(rows, features);
  const { nRows, nColumns: n } = design;
  const means = new Float64Array(n);
  let labelMean = 0;
  for (let row = 0; row < nRows; row++) {
    addRow(design, row, 1 / nRows, means, 0);
    labelMean += labels[row]! / nRows;
  }
  const gram = await centredGram(design, means, pace);
  const units = Float64Array.from({ length: n }, (_, j) => (gram[j * n + j]! > 1e-12 * nRows ? 1 / Math.sqrt(gram[j * n + j]!) : 0));
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) gram[i * n + j]! *= units[i]! * units[j]!;
  const factor = pivotedCholesky(gram, n, DEPENDENT);

  const weights = new Float64Array(n);
  for (let step = 0; step <= REFINEMENTS; step++) {
    const right = new Float64Array(n);
    let offset = labelMean;
    for (let j = 0; j < n; j++) offset -= means[j]! * weights[j]!;
    let total = 0;
    for (let row = 0; row < nRows; row++) {
      const residual = labels[row]! - offset - rowDot(design, row, weights, 0);
      total += residual;
      addRow(design, row, residual, right, 0);
      if ((row & 1023) === 0 && pace.due()) await pace.pause();
    }
    for (let j = 0; j < n; j++) right[j] = (right[j]! - means[j]! * total) * units[j]!;
    const change = solvePivoted(factor, n, right);
    for (let j = 0; j < n; j++) weights[j]! += change[j]! * units[j]!;
  }
  const raw = rawCoefficients(design, weights, 0);
  const dependent = nullVectors(factor, n).map((vector) =>
    vector.map((entry, j) => (j < design.nNumbers ? entry / design.scales[j]! : entry) * (units[j]! > 0 ? units[j]! : 1)),
  );
  const coefficients = leastNorm(raw.coefficients, dependent);
  return {
    coefficients,
    // The mean of the labels is reached at the mean of the columns, whatever was projected away.
    intercepts: Float64Array.of(labelMean - meanSum(design, means, coefficients)),
    nOutputs: 1,
    sources: design.sources,
    link: 'identity',
    sumSpace: 'value',
  };
}

/** X'X of the columns minus their means. */
async function centredGram(design: Design, means: Float64Array, pace: Pace): Promise<Float64Array> {
  const { nRows, nColumns: n, nNumbers, numbers, nHot, hot } = design;
  const gram = new Float64Array(n * n);
  for (let row = 0; row < nRows; row++) {
    const at = row * nNumbers;
    for (let i = 0; i < nNumbers; i++) {
      const value = numbers[at + i]!;
      for (let j = i; j < nNumbers; j++) gram[i * n + j] = gram[i * n + j]! + value * numbers[at + j]!;
      for (let h = 0; h < nHot; h++) {
        const column = hot[row * nHot + h]!;
        if (column >= 0) gram[i * n + column] = gram[i * n + column]! + value;
      }
    }
    for (let a = 0; a < nHot; a++) {
      const first = hot[row * nHot + a]!;
      if (first < 0) continue;
      for (let b = a; b < nHot; b++) {
        const second = hot[row * nHot + b]!;
        if (second >= 0) gram[first * n + second] = gram[first * n + second]! + 1;
      }
    }
    if ((row & 255) === 0 && pace.due()) await pace.pause();
  }
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      const entry = gram[i * n + j]! - nRows * means[i]! * means[j]!;
      gram[i * n + j] = entry;
      gram[j * n + i] = entry;
    }
  }
  return gram;
}

/** The shortest of all coefficients that differ by the given vectors. */
function leastNorm(coefficients: Float64Array, vectors: readonly Float64Array[]): Float64Array {
  const basis: Float64Array[] = [];
  const remove = (from: Float64Array, direction: Float64Array): void => {
    const share = dot(from, direction);
    for (let j = 0; j < from.length; j++) from[j]! -= share * direction[j]!;
  };
  for (const vector of vectors) {
    const own = vector.slice();
    for (let pass = 0; pass < 2; pass++) for (const direction of basis) remove(own, direction);
    const length = Math.sqrt(dot(own, own));
    if (length > 0) basis.push(own.map((entry) => entry / length));
  }
  const shortest = coefficients.slice();
  for (const direction of basis) remove(shortest, direction);
  return shortest;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}

/** Sum of raw column means times raw coefficients. */
function meanSum(design: Design, means: Float64Array, coefficients: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < coefficients.length; j++) {
    const mean = j < design.nNumbers ? design.means[j]! + means[j]! * design.scales[j]! : means[j]!;
    sum += mean * coefficients[j]!;
  }
  return sum;
}
