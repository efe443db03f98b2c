import type { LinearModel } from '#/domain/linear-model';
import type { EncodedRows, FeatureSchema } from '#/domain/model';
import { checkClasses } from '#/learners/boosting-objectives';
import { addRow, createDesign, rawCoefficients, rowDot, type Design } from '#/learners/design';
import { checkTraining } from '#/learners/gradient-boosting';
import type { Pace } from '#/learners/pace';

const MAX_STEPS = 60;
const MAX_INNER = 250;
/** Largest gradient entry, as a share of the rows, at which the solution is taken. */
const SOLVED = 1e-11;

/**
 * Logistic (two classes, one output) or multinomial logistic regression with an l2 penalty: minimises
 * C * sum of log losses + |w|^2 / 2 over the raw columns, intercepts free, as scikit-learn 1.9's `LogisticRegression` with its default
 * C = 1 (which stops earlier, at a gradient of 1e-4). Solved by Newton steps with conjugate gradients inside (Nocedal and Wright,
 * ch. 7.1) on standardised columns, the penalty still on the raw coefficients. Categories are one-hot; missing numbers take the training mean.
 * @param labels - [nRows] class numbers below `nClasses`
 * @param nClasses - 2 gives one output (class 1); the intercepts of more classes sum to 0
 * @throws LimpidError `BadRequest` for no rows or wrong labels; `Aborted` by way of `pace`
 */
export async function trainLogisticRegression(
  rows: EncodedRows,
  features: readonly FeatureSchema[],
  labels: Float64Array,
  nClasses: number,
  pace: Pace,
  C = 1,
): Promise<LinearModel> {
  checkTraining(rows, labels);
  checkClasses(labels, nClasses);
  const design = createDesign(rows, features);
  const problem = new LogisticProblem(design, labels, nClasses === 2 ? 1 : nClasses, C, pace);
  const { nOutputs, width } = problem;
  let weights = new Float64Array(nOutputs * width);
  let loss = await problem.loss(weights);
  let steepest = Infinity;
  for (let step = 0; step < MAX_STEPS; step++) {
    const gradient = await problem.gradient();
    const largest = gradient.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
    if (largest <= SOLVED * rows.nRows || (step > 10 && largest >= steepest)) break;
    steepest = Math.min(steepest, largest);
    const direction = await problem.newtonDirection(gradient);
    let slope = 0;
    for (let i = 0; i < direction.length; i++) slope += direction[i]! * gradient[i]!;
    let next = weights;
    let size = 1;
    for (let tries = 0; tries < 30; tries++, size /= 2) {
      next = weights.map((weight, i) => weight + size * direction[i]!);
      const tried = await problem.loss(next);
      // Close to the solution the loss no longer tells; the gradient decides in the next round.
      if (tried <= loss + 1e-4 * size * slope + 1e-13 * Math.abs(loss)) {
        loss = tried;
        break;
      }
    }
    weights = next;
  }
  const coefficients = new Float64Array(nOutputs * design.nColumns);
  const intercepts = new Float64Array(nOutputs);
  for (let k = 0; k < nOutputs; k++) {
    const raw = rawCoefficients(design, weights.subarray(k * width, (k + 1) * width - 1), weights[(k + 1) * width - 1]!);
    coefficients.set(raw.coefficients, k * design.nColumns);
    intercepts[k] = raw.intercept;
  }
  if (nOutputs > 1) {
    const mean = intercepts.reduce((sum, one) => sum + one, 0) / nOutputs;
    for (let k = 0; k < nOutputs; k++) intercepts[k]! -= mean;
  }
  return {
    coefficients,
    intercepts,
    nOutputs,
    sources: design.sources,
    link: nOutputs === 1 ? 'logit' : 'softmax',
    sumSpace: nOutputs === 1 ? 'log-odds' : 'softmax margin',
  };
}

/** Loss, gradient and Hessian products; parameters are [nOutputs][columns, intercept]. */
class LogisticProblem {
  readonly nOutputs: number;
  readonly width: number;
  readonly #design: Design;
  readonly #labels: Float64Array;
  readonly #C: number;
  readonly #pace: Pace;
  /** [nRows, nOutputs] probabilities at the last weights. */
  readonly #shares: Float64Array;
  /** Penalty on each standardised column: 1 / scale^2. */
  readonly #penalty: Float64Array;
  /** Mean square of each column. */
  readonly #squares: Float64Array;
  #weights = new Float64Array(0);

  constructor(design: Design, labels: Float64Array, nOutputs: number, C: number, pace: Pace) {
    this.#design = design;
    this.#labels = labels;
    this.#C = C;
    this.#pace = pace;
    this.nOutputs = nOutputs;
    this.width = design.nColumns + 1;
    this.#shares = new Float64Array(design.nRows * nOutputs);
    this.#penalty = Float64Array.from({ length: design.nColumns }, (_, j) => (j < design.nNumbers ? 1 / design.scales[j]! ** 2 : 1));
    this.#squares = new Float64Array(design.nColumns).fill(1, 0, design.nNumbers);
    for (const column of design.hot) if (column >= 0) this.#squares[column]! += 1 / design.nRows;
  }

  /** The loss, and the shares at these weights for what is asked next. */
  async loss(weights: Float64Array<ArrayBuffer>): Promise<number> {
    const design = this.#design;
    const { nOutputs, width } = this;
    this.#weights = weights;
    let sum = 0;
    for (let row = 0; row < design.nRows; row++) {
      const label = this.#labels[row]!;
      const at = row * nOutputs;
      if (nOutputs === 1) {
        const score = rowDot(design, row, weights, 0) + weights[width - 1]!;
        const small = Math.exp(-Math.abs(score));
        this.#shares[row] = score >= 0 ? 1 / (1 + small) : small / (1 + small);
        sum += Math.log1p(small) + Math.max(0, label === 1 ? -score : score);
      } else {
        let largest = -Infinity;
        for (let k = 0; k < nOutputs; k++) {
          const score = rowDot(design, row, weights, k * width) + weights[(k + 1) * width - 1]!;
          this.#shares[at + k] = score;
          if (score > largest) largest = score;
        }
        const own = this.#shares[at + label]!;
        let total = 0;
        for (let k = 0; k < nOutputs; k++) total += this.#shares[at + k] = Math.exp(this.#shares[at + k]! - largest);
        for (let k = 0; k < nOutputs; k++) this.#shares[at + k] = this.#shares[at + k]! / total;
        sum += Math.log(total) + largest - own;
      }
      if ((row & 1023) === 0 && this.#pace.due()) await this.#pace.pause();
    }
    let penalty = 0;
    for (let i = 0; i < weights.length; i++) {
      const j = i % width;
      if (j < width - 1) penalty += this.#penalty[j]! * weights[i]! ** 2;
    }
    return this.#C * sum + penalty / 2;
  }

  /** At the weights of the last `loss`. */
  async gradient(): Promise<Float64Array> {
    const { nOutputs, width } = this;
    const gradient = new Float64Array(nOutputs * width);
    for (let row = 0; row < this.#design.nRows; row++) {
      const label = this.#labels[row]!;
      for (let k = 0; k < nOutputs; k++) {
        const hit = nOutputs === 1 ? label : Number(label === k);
        const residual = this.#C * (this.#shares[row * nOutputs + k]! - hit);
        addRow(this.#design, row, residual, gradient, k * width);
        gradient[(k + 1) * width - 1]! += residual;
      }
      if ((row & 1023) === 0 && this.#pace.due()) await this.#pace.pause();
    }
    this.#addPenalty(this.#weights, gradient);
    return gradient;
  }

  /** Conjugate gradients for -H^-1 g, scaled by an estimate of H's diagonal. */
  async newtonDirection(gradient: Float64Array): Promise<Float64Array> {
    const n = gradient.length;
    const scale = this.#diagonal().map((entry) => 1 / entry);
    const x = new Float64Array(n);
    const r = gradient.map((entry) => -entry);
    const z = r.map((entry, i) => entry * scale[i]!);
    const p = z.slice();
    let rz = dot(r, z);
    const stop = Math.min(0.01, Math.sqrt(rz) / this.#design.nRows) ** 2 * rz;
    for (let inner = 0; inner < MAX_INNER && rz > stop && rz > 0; inner++) {
      const product = await this.#hessianTimes(p);
      const curvature = dot(p, product);
      if (!(curvature > 0)) break;
      const size = rz / curvature;
      for (let i = 0; i < n; i++) {
        x[i]! += size * p[i]!;
        r[i]! -= size * product[i]!;
        z[i] = r[i]! * scale[i]!;
      }
      const before = rz;
      rz = dot(r, z);
      for (let i = 0; i < n; i++) p[i] = z[i]! + (rz / before) * p[i]!;
    }
    return x;
  }

  async #hessianTimes(v: Float64Array): Promise<Float64Array> {
    const { nOutputs, width } = this;
    const design = this.#design;
    const product = new Float64Array(v.length);
    const along = new Float64Array(nOutputs);
    for (let row = 0; row < design.nRows; row++) {
      const at = row * nOutputs;
      let mean = 0;
      for (let k = 0; k < nOutputs; k++) {
        along[k] = rowDot(design, row, v, k * width) + v[(k + 1) * width - 1]!;
        mean += this.#shares[at + k]! * along[k]!;
      }
      for (let k = 0; k < nOutputs; k++) {
        // With one output the other class has score 0, so the mean is share * score here too.
        const factor = this.#C * this.#shares[at + k]! * (along[k]! - mean);
        addRow(design, row, factor, product, k * width);
        product[(k + 1) * width - 1]! += factor;
      }
      if ((row & 1023) === 0 && this.#pace.due()) await this.#pace.pause();
    }
    this.#addPenalty(v, product);
    return product;
  }

  #addPenalty(weights: Float64Array, sums: Float64Array): void {
    const { width } = this;
    for (let i = 0; i < sums.length; i++) {
      const j = i % width;
      if (j < width - 1) sums[i]! += this.#penalty[j]! * weights[i]!;
    }
  }

  #diagonal(): Float64Array {
    const { nOutputs, width } = this;
    const diagonal = new Float64Array(nOutputs * width);
    const { nRows } = this.#design;
    for (let k = 0; k < nOutputs; k++) {
      let curvature = 0;
      for (let row = 0; row < nRows; row++) {
        const share = this.#shares[row * nOutputs + k]!;
        curvature += this.#C * share * (1 - share);
      }
      curvature = Math.max(curvature, 1e-9);
      for (let j = 0; j < width - 1; j++) diagonal[k * width + j] = curvature * this.#squares[j]! + this.#penalty[j]!;
      diagonal[(k + 1) * width - 1] = curvature;
    }
    return diagonal;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
