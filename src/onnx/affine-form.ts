import type { ColumnSource } from '#/domain/tree-model';

/** Outputs that are sums over columns: output k = intercepts[k] + sum over j of coefficients[k * nColumns + j] * column j. */
export interface AffineForm {
  readonly sources: readonly ColumnSource[];
  /** [nOutputs, nColumns] row-major; null: output k is column k. */
  readonly coefficients: Float64Array | null;
  /** [nOutputs] */
  readonly intercepts: Float64Array;
}

/** Entries that a matrix of coefficients may have. */
const MAX_ENTRIES = 20_000_000;

export function outputsOf(form: AffineForm): number {
  return form.intercepts.length;
}

export function columnsForm(sources: readonly ColumnSource[]): AffineForm {
  return { sources, coefficients: null, intercepts: new Float64Array(sources.length) };
}

/** The matrix of a form; null where it would be too large. */
export function matrixOf(form: AffineForm): Float64Array | null {
  if (form.coefficients !== null) return form.coefficients;
  const width = form.sources.length;
  if (width * width > MAX_ENTRIES) return null;
  const matrix = new Float64Array(width * width);
  for (let i = 0; i < width; i++) matrix[i * width + i] = 1;
  return matrix;
}

/**
 * A linear layer on top of a form.
 * @param weights - [nNew, nOutputs of the form] row-major
 * @param bias - [nNew]
 * @returns null where sizes do not fit
 */
export function applyLayer(form: AffineForm, weights: Float64Array, bias: Float64Array): AffineForm | null {
  const inner = outputsOf(form);
  const outer = bias.length;
  const width = form.sources.length;
  if (weights.length !== inner * outer || outer * width > MAX_ENTRIES) return null;
  const intercepts = Float64Array.from(bias, (value, k) => {
    let sum = value;
    for (let i = 0; i < inner; i++) sum += weights[k * inner + i]! * form.intercepts[i]!;
    return sum;
  });
  if (form.coefficients === null) return { sources: form.sources, coefficients: weights, intercepts };
  const coefficients = new Float64Array(outer * width);
  for (let k = 0; k < outer; k++) {
    for (let i = 0; i < inner; i++) {
      const weight = weights[k * inner + i]!;
      if (weight === 0) continue;
      for (let j = 0; j < width; j++) coefficients[k * width + j]! += weight * form.coefficients[i * width + j]!;
    }
  }
  return { sources: form.sources, coefficients, intercepts };
}

/** Each output times a factor plus a shift. */
export function scaleOutputs(form: AffineForm, factorOf: (k: number) => number, shiftOf: (k: number) => number): AffineForm | null {
  const matrix = matrixOf(form);
  if (matrix === null) return null;
  const width = form.sources.length;
  return {
    sources: form.sources,
    coefficients: matrix.map((value, i) => value * factorOf(Math.floor(i / width))),
    intercepts: form.intercepts.map((value, k) => value * factorOf(k) + shiftOf(k)),
  };
}

/** Output-by-output sum of two forms; one output is added to all. */
export function addForms(a: AffineForm, b: AffineForm, sign: 1 | -1): AffineForm | null {
  const [left, right] = [matrixOf(a), matrixOf(b)];
  const n = Math.max(outputsOf(a), outputsOf(b));
  if (left === null || right === null) return null;
  if ((outputsOf(a) !== n && outputsOf(a) !== 1) || (outputsOf(b) !== n && outputsOf(b) !== 1)) return null;
  const widths = [a.sources.length, b.sources.length] as const;
  const width = widths[0] + widths[1];
  if (n * width > MAX_ENTRIES) return null;
  const coefficients = new Float64Array(n * width);
  const intercepts = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const [i, j] = [outputsOf(a) === 1 ? 0 : k, outputsOf(b) === 1 ? 0 : k];
    coefficients.set(left.subarray(i * widths[0], (i + 1) * widths[0]), k * width);
    coefficients.set(
      right.subarray(j * widths[1], (j + 1) * widths[1]).map((value) => sign * value),
      k * width + widths[0],
    );
    intercepts[k] = a.intercepts[i]! + sign * b.intercepts[j]!;
  }
  return { sources: [...a.sources, ...b.sources], coefficients, intercepts };
}

/** The named outputs, in that order. */
export function selectOutputs(form: AffineForm, indices: readonly number[]): AffineForm | null {
  const matrix = matrixOf(form);
  const n = outputsOf(form);
  const width = form.sources.length;
  const at = indices.map((index) => (index < 0 ? index + n : index));
  if (matrix === null || at.some((k) => !(k >= 0 && k < n))) return null;
  const coefficients = new Float64Array(at.length * width);
  for (const [to, from] of at.entries()) coefficients.set(matrix.subarray(from * width, (from + 1) * width), to * width);
  return { sources: form.sources, coefficients, intercepts: Float64Array.from(at, (k) => form.intercepts[k]!) };
}

/** Outputs of several forms behind each other. */
export function joinForms(forms: readonly AffineForm[]): AffineForm | null {
  const total = forms.reduce((sum, form) => sum + outputsOf(form), 0);
  const width = forms.reduce((sum, form) => sum + form.sources.length, 0);
  if (total * width > MAX_ENTRIES) return null;
  const coefficients = new Float64Array(total * width);
  const intercepts = new Float64Array(total);
  let row = 0;
  let column = 0;
  for (const form of forms) {
    const matrix = matrixOf(form);
    if (matrix === null) return null;
    const own = form.sources.length;
    for (let k = 0; k < outputsOf(form); k++, row++) {
      coefficients.set(matrix.subarray(k * own, (k + 1) * own), row * width + column);
      intercepts[row] = form.intercepts[k]!;
    }
    column += own;
  }
  return { sources: forms.flatMap((form) => form.sources), coefficients, intercepts };
}
