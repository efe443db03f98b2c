/**
 * Additivity as an oracle: the space that values add up in is the one where values + base, through the inverse link,
 * give the predictions. A file's claims never decide alone.
 */
import type { AdditiveSpace } from '#/domain/units';
import { expit, logit } from '#/domain/units';

export type Slab = Float64Array | Float32Array;

/** Predictions to compare with, in prediction space. */
export interface Reference {
  /** One block an output: the value, P(class 1), or one a class. */
  readonly values: readonly Float64Array[];
  readonly kind: 'value' | 'probability' | 'score';
}

export type Link = 'identity' | 'expit' | 'exp' | 'softmax';

/** One way to read the file's values. */
export interface Reading {
  readonly space: AdditiveSpace;
  readonly link: Link;
  /** [nOutputs] blocks of [nRows, nFeatures]. */
  readonly slabs: readonly Slab[];
  /** [nOutputs]; null when the file has none. */
  readonly base: readonly number[] | null;
  /** Finding code and sentence when the reading is not the plain one. */
  readonly remark: { readonly code: string; readonly message: string } | null;
}

export interface Judgement {
  readonly reading: Reading;
  /** The file's base, or the one that fits best where it has none. */
  readonly base: readonly number[] | null;
  readonly baseFitted: boolean;
  /** [nOutputs][nRows] sums + base, before the inverse link. */
  readonly sums: readonly Float64Array[];
  /** |inverse link(sum + base) - prediction|. */
  readonly maxResidual: number;
  readonly meanResidual: number;
  /** Small enough to say that the values add up in this space. */
  readonly accepted: boolean;
}

/** Sum of each row's values; NaN where any is missing. */
export function rowSums(slab: Slab, nRows: number, nFeatures: number): Float64Array {
  const sums = new Float64Array(nRows);
  for (let i = 0; i < nRows; i++) {
    let sum = 0;
    for (let j = i * nFeatures; j < (i + 1) * nFeatures; j++) sum += slab[j]!;
    sums[i] = sum;
  }
  return sums;
}

function invert(link: Link, sums: readonly number[]): readonly number[] {
  switch (link) {
    case 'identity':
      return sums;
    case 'expit':
      return sums.map(expit);
    case 'exp':
      return sums.map(Math.exp);
    case 'softmax': {
      const highest = Math.max(...sums);
      const powers = sums.map((sum) => Math.exp(sum - highest));
      const total = powers.reduce((a, b) => a + b, 0);
      return powers.map((power) => power / total);
    }
    default:
      return link satisfies never;
  }
}

/** Link of a prediction; softmax margins are defined up to a constant, which the base absorbs. */
function applyLink(link: Link, prediction: number): number {
  if (link === 'expit') return logit(prediction);
  return link === 'identity' ? prediction : Math.log(prediction);
}

function median(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite).sort((a, b) => a - b);
  return finite.length === 0 ? NaN : finite[finite.length >> 1]!;
}

function fitBase(reading: Reading, sums: readonly Float64Array[], reference: Reference): readonly number[] {
  return sums.map((output, k) => median(Array.from(output, (sum, i) => applyLink(reading.link, reference.values[k]![i]!) - sum)));
}

/** Residuals above this share of the predictions' range mean that the values do not add up there. */
const TOLERANCE = 0.02;
/** The mean may not be above this share either: a wrong space can be nearly right in the middle. */
const MEAN_TOLERANCE = 0.005;

function judge(reading: Reading, reference: Reference, nRows: number, nFeatures: number, base: readonly number[] | null): Judgement {
  const raw = reading.slabs.map((slab) => rowSums(slab, nRows, nFeatures));
  const used = base ?? fitBase(reading, raw, reference);
  const sums = raw.map((output, k) => output.map((sum) => sum + used[k]!));
  let maxResidual = 0;
  let total = 0;
  let count = 0;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < nRows; i++) {
    const predicted = invert(
      reading.link,
      sums.map((output) => output[i]!),
    );
    for (let k = 0; k < predicted.length; k++) {
      const expected = reference.values[k]![i]!;
      const residual = Math.abs(predicted[k]! - expected);
      if (Number.isNaN(residual)) continue;
      maxResidual = Math.max(maxResidual, residual);
      total += residual;
      count++;
      low = Math.min(low, expected);
      high = Math.max(high, expected);
    }
  }
  if (count === 0) return { reading, base: used, baseFitted: base === null, sums, maxResidual: NaN, meanResidual: NaN, accepted: false };
  const scale = reference.kind === 'probability' ? 1 : Math.max(high - low, Math.abs(high) * 1e-6, Number.MIN_VALUE);
  const meanResidual = total / count;
  const accepted = maxResidual <= TOLERANCE * scale && meanResidual <= MEAN_TOLERANCE * scale;
  return { reading, base: used, baseFitted: base === null, sums, maxResidual, meanResidual, accepted };
}

/** Fewer rows than this can be met by chance when the base is free. */
const MIN_ROWS_TO_FIT = 5;

/**
 * The reading that fits best: with the file's own base, else with a fitted one. Null when there is nothing to judge:
 * no predictions, or no base and too few rows to fit one.
 */
export function judgeAll(readings: readonly Reading[], reference: Reference, nRows: number, nFeatures: number): Judgement | null {
  const fits = nRows >= MIN_ROWS_TO_FIT;
  const judged = readings
    .filter((reading) => reading.base !== null || fits)
    .map((reading) => judge(reading, reference, nRows, nFeatures, reading.base));
  const accepted = lowest(judged.filter((judgement) => judgement.accepted));
  if (accepted !== null) return accepted;
  // Sums that miss the predictions (a surrogate's) cannot tell one-against-rest from softmax; softmax is what learners use.
  const best = lowest(judged.filter(({ reading }) => reading.slabs.length === 1 || reading.link !== 'expit'));
  // The base in the file may be wrong where the values are right: then one constant repairs every row.
  const refitted = lowest(
    readings.filter((reading) => reading.base !== null).map((reading) => judge(reading, reference, nRows, nFeatures, null)),
  );
  return refitted?.accepted === true && fits ? refitted : best;
}

function lowest(judgements: readonly Judgement[]): Judgement | null {
  let best: Judgement | null = null;
  for (const judgement of judgements) {
    if (best === null || judgement.meanResidual < best.meanResidual || Number.isNaN(best.meanResidual)) best = judgement;
  }
  return best;
}

/**
 * Without predictions: every row's values + base over all classes sum to one and lie between zero and one, which margins do not do.
 * @param slabs - one a class
 */
export function sumsAreProbabilities(slabs: readonly Slab[], base: readonly number[], nRows: number, nFeatures: number): boolean {
  if (slabs.length < 2 || base.length !== slabs.length || nRows < 2) return false;
  const sums = slabs.map((slab) => rowSums(slab, nRows, nFeatures));
  for (let i = 0; i < nRows; i++) {
    let total = 0;
    for (let c = 0; c < slabs.length; c++) {
      const value = sums[c]![i]! + base[c]!;
      if (!(value > -0.001 && value < 1.001)) return false;
      total += value;
    }
    if (Math.abs(total - 1) > 0.001) return false;
  }
  return true;
}
