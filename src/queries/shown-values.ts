/**
 * Local values as the chosen output shows them, in the explanation's additive space: the stored values of a class, their
 * mirror (class 0 of a binary model), each row's predicted class, or the mean |value| over classes. Only finished rows;
 * NaN stays NaN.
 */
import { LimpidError } from '#/base/errors';
import { BLOCK_ROWS, type Explanation, type LocalBlocks } from '#/domain/explanation';
import { storedOutputForRow, type OutputChoice } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { createMemo, NOTHING } from './memo';
import { explainedRows, predictedClasses } from './resolve-scope';

/** Which stored values a row shows. */
type Plan =
  | { readonly kind: 'stored'; readonly output: number; readonly sign: 1 | -1 }
  | { readonly kind: 'by row'; readonly outputs: Uint16Array; readonly signs: Int8Array }
  | { readonly kind: 'mean-abs' };

export interface ShownValues {
  readonly explanation: Explanation;
  readonly local: LocalBlocks;
  readonly nRows: number;
  readonly nFeatures: number;
  /** False for mean |value|. */
  readonly signed: boolean;
  readonly plan: Plan;
  /** What identifies the plan among those of the explanation and the predictions. */
  readonly key: string;
}

const byRowPlans = createMemo<Plan>();

/** Null when the explanation has no local values. @throws LimpidError `BadRequest` for an output that was not explained */
export function showValues(study: Study, explanation: Explanation, choice: OutputChoice, local = explanation.local): ShownValues | null {
  if (local === null) return null;
  const { plan, key } = planOf(study, explanation, choice);
  if (plan.kind === 'stored' && local[plan.output] === undefined) {
    throw new LimpidError({ tag: 'BadRequest', message: `Output ${plan.output} was not explained.` });
  }
  const signed = plan.kind !== 'mean-abs';
  return { explanation, local, nRows: explanation.completed, nFeatures: explanation.features.length, signed, plan, key };
}

function planOf(study: Study, explanation: Explanation, choice: OutputChoice): { readonly plan: Plan; readonly key: string } {
  const { outputs } = study;
  if (choice.kind === 'mean-abs') return { plan: { kind: 'mean-abs' }, key: 'mean-abs' };
  const classes = choice.kind === 'predicted' ? predictedClasses(study) : null;
  if (classes === null) {
    const { output, sign } = storedOutputForRow(outputs, choice, -1);
    return { plan: { kind: 'stored', output, sign }, key: `${output}:${sign}` };
  }
  const plan = byRowPlans([explanation, classes, outputs], '', () => {
    const rows = explainedRows(explanation);
    const stored = new Uint16Array(rows.length);
    const signs = new Int8Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const { output, sign } = storedOutputForRow(outputs, choice, classes[rows[i]!] ?? -1);
      stored[i] = output;
      signs[i] = sign;
    }
    return { kind: 'by row', outputs: stored, signs };
  });
  return { plan, key: 'predicted' };
}

/** Cells of a chunk: small enough to stay in the processor's cache while several passes run over it. */
const CHUNK_CELLS = 8192;

/**
 * Visits the shown values in row order as row-major float64 chunks [nRows, nFeatures].
 * @param visit - the chunk is used again for the next call and must not be kept
 */
export function readChunks(shown: ShownValues, visit: (chunk: Float64Array, nRows: number, start: number) => void): void {
  const { nRows, nFeatures } = shown;
  const chunkRows = Math.max(1, Math.min(BLOCK_ROWS, Math.floor(CHUNK_CELLS / Math.max(1, nFeatures))));
  const scratch = new Float64Array(chunkRows * nFeatures);
  for (let start = 0; start < nRows;) {
    const blockEnd = (Math.floor(start / BLOCK_ROWS) + 1) * BLOCK_ROWS;
    const end = Math.min(nRows, blockEnd, start + chunkRows);
    copyRows(shown, start, end, scratch);
    visit(scratch, end - start, start);
    start = end;
  }
}

/** Copies rows [start, end) of one block. */
function copyRows({ local, nFeatures, plan }: ShownValues, start: number, end: number, into: Float64Array): void {
  const b = Math.floor(start / BLOCK_ROWS);
  const first = (start - b * BLOCK_ROWS) * nFeatures;
  const n = (end - start) * nFeatures;
  switch (plan.kind) {
    case 'stored': {
      into.set(local[plan.output]![b]!.subarray(first, first + n));
      if (plan.sign === -1) for (let i = 0; i < n; i++) into[i] = -into[i]!;
      break;
    }
    case 'by row': {
      for (let row = start, i = 0; row < end; row++) {
        const block = local[plan.outputs[row]!]![b]!;
        const sign = plan.signs[row]!;
        const from = first + i;
        for (let f = 0; f < nFeatures; f++, i++) into[i] = sign * block[from + f]!;
      }
      break;
    }
    case 'mean-abs': {
      into.fill(0, 0, n);
      for (const blocks of local) {
        const block = blocks[b]!;
        for (let i = 0; i < n; i++) into[i] = into[i]! + Math.abs(block[first + i]!);
      }
      for (let i = 0; i < n; i++) into[i] = into[i]! / local.length;
      break;
    }
    default:
      plan satisfies never;
  }
}

/** The shown values of one feature [nRows], in the order of the explained rows. */
export function shownColumn({ local, nRows, nFeatures, plan }: ShownValues, feature: number): Float64Array<ArrayBuffer> {
  const column = new Float64Array(nRows);
  const nBlocks = Math.ceil(nRows / BLOCK_ROWS);
  for (let b = 0; b < nBlocks; b++) {
    const start = b * BLOCK_ROWS;
    const end = Math.min(nRows, start + BLOCK_ROWS);
    switch (plan.kind) {
      case 'stored': {
        const block = local[plan.output]![b]!;
        for (let row = start, i = feature; row < end; row++, i += nFeatures) column[row] = block[i]! * plan.sign;
        break;
      }
      case 'by row': {
        const blocks = local.map((output) => output[b]!);
        for (let row = start, i = feature; row < end; row++, i += nFeatures) {
          column[row] = blocks[plan.outputs[row]!]![i]! * plan.signs[row]!;
        }
        break;
      }
      case 'mean-abs': {
        for (const blocks of local) {
          const block = blocks[b]!;
          for (let row = start, i = feature; row < end; row++, i += nFeatures) column[row] = column[row]! + Math.abs(block[i]!);
        }
        for (let row = start; row < end; row++) column[row] = column[row]! / local.length;
        break;
      }
      default:
        plan satisfies never;
    }
  }
  return column;
}

/** The shown values of one feature by table row [nRows of the table]; NaN where a row was not explained. */
export function shownByRow(shown: ShownValues, feature: number, nTableRows: number): Float64Array<ArrayBuffer> {
  const column = shownColumn(shown, feature);
  const byRow = new Float64Array(nTableRows).fill(NaN);
  const { rows } = shown.explanation;
  for (let i = 0; i < column.length; i++) byRow[rows[i]!] = column[i]!;
  return byRow;
}

/** Per feature over the finished rows, present values only; NaN where a feature has none. */
export interface Moments {
  readonly meanAbs: Float64Array;
  readonly mean: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly counts: Int32Array;
}

const momentsMemo = createMemo<Moments>();

/** What memos of a shown view hang on. */
export function memoKeys(study: Study, shown: ShownValues): readonly object[] {
  return [shown.explanation, shown.local, shown.key === 'predicted' ? (study.predictions ?? NOTHING) : NOTHING];
}

/** Memoised per explanation and output; the mirrored class comes from its twin without a second pass. */
export function shownMoments(study: Study, shown: ShownValues): Moments {
  const { plan } = shown;
  if (plan.kind === 'stored' && plan.sign === -1) {
    const key = `${plan.output}:1`;
    const twin = shownMoments(study, { ...shown, plan: { ...plan, sign: 1 }, key });
    return { ...twin, mean: twin.mean.map((v) => -v), min: twin.max.map((v) => -v), max: twin.min.map((v) => -v) };
  }
  return momentsMemo(memoKeys(study, shown), shown.key, () => computeMoments(shown));
}

function computeMoments(shown: ShownValues): Moments {
  const { nFeatures } = shown;
  const meanAbs = new Float64Array(nFeatures);
  const mean = new Float64Array(nFeatures);
  const min = new Float64Array(nFeatures).fill(Infinity);
  const max = new Float64Array(nFeatures).fill(-Infinity);
  const counts = new Int32Array(nFeatures);
  readChunks(shown, (chunk, nRows) => {
    const n = nRows * nFeatures;
    for (let f = 0; f < nFeatures; f++) {
      let sumAbs = 0;
      let sum = 0;
      let low = min[f]!;
      let high = max[f]!;
      let missing = 0;
      for (let i = f; i < n; i += nFeatures) {
        const value = chunk[i]!;
        if (Number.isNaN(value)) {
          missing++;
          continue;
        }
        sumAbs += Math.abs(value);
        sum += value;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      meanAbs[f] = meanAbs[f]! + sumAbs;
      mean[f] = mean[f]! + sum;
      min[f] = low;
      max[f] = high;
      counts[f] = counts[f]! + nRows - missing;
    }
  });
  for (let f = 0; f < nFeatures; f++) {
    const n = counts[f]!;
    if (n === 0) min[f] = max[f] = NaN;
    meanAbs[f] = n === 0 ? NaN : meanAbs[f]! / n;
    mean[f] = n === 0 ? NaN : mean[f]! / n;
  }
  return { meanAbs, mean, min, max, counts };
}
