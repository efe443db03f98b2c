/** Local values as stored blocks, with their space, base and badge. */
import type { LocalBlocks } from '#/domain/explanation';
import { BLOCK_ROWS } from '#/domain/explanation';
import type { Outputs } from '#/domain/outputs';
import type { Finding, Predictions } from '#/domain/study';
import type { AdditiveSpace, AdditivityBadge, Fidelity } from '#/domain/units';
import type { Judgement, Reading, Reference, Slab } from '#/formats/explanations/decide-space';
import { judgeAll, rowSums, sumsAreProbabilities } from '#/formats/explanations/decide-space';
import type { MethodFacts } from '#/formats/explanations/method-facts';
import { finding } from '#/formats/explanations/raw-explanation';
import { areMirrored, binaryReadings, multiclassReadings, regressionReadings, singleSlabReadings } from '#/formats/explanations/readings';

/** Values stay float64 as in the file up to here (64 MB); beyond, float32 halves the memory. */
const MAX_DOUBLE_VALUES = 8 * 1024 * 1024;

interface LocalContext {
  /** One a class as in the file; null without local values. */
  readonly slabs: readonly Float64Array[] | null;
  readonly base: readonly number[] | null;
  readonly nRows: number;
  readonly nFeatures: number;
  readonly outputs: Outputs;
  readonly predictions: Predictions | null;
  readonly facts: MethodFacts;
  /** Added to. */
  readonly findings: Finding[];
}

interface ExplainedLocal {
  readonly blocks: LocalBlocks | null;
  readonly base: Float64Array | null;
  readonly space: AdditiveSpace;
  readonly badge: AdditivityBadge;
}

/** What sums can be compared with; null when only labels or nothing is known. */
export function predictionsReference(predictions: Predictions | null, nClasses: number): Reference | null {
  if (predictions?.values == null) return null;
  const values = predictions.values.map((column) => Float64Array.from(column));
  return { values, kind: nClasses === 0 ? 'value' : predictions.space === 'probability' ? 'probability' : 'score' };
}

export function explainLocal(context: LocalContext): ExplainedLocal {
  const { slabs: given, outputs, nRows, nFeatures, facts, findings } = context;
  if (given === null || given.length === 0 || nRows === 0) {
    return { blocks: null, base: null, space: 'none', badge: { kind: 'unknown', reason: 'There are no local values.' } };
  }
  const nClasses = outputs.task === 'regression' ? 0 : outputs.classLabels.length;
  const slabs: readonly Slab[] =
    given.length * nRows * nFeatures > MAX_DOUBLE_VALUES ? given.map((slab) => Float32Array.from(slab)) : given;
  const base = settleBase(context, slabs.length);
  const readings = readingsFor(outputs, slabs, base);
  const reference = predictionsReference(context.predictions, nClasses);
  const judgement = reference === null ? null : judgeAll(readings, reference, nRows, nFeatures);
  noteSlabs(slabs, nClasses, findings);
  if (judgement === null || Number.isNaN(judgement.maxResidual)) return withoutPredictions(context, slabs, base, readings);

  const { reading } = judgement;
  const plain = readings[0]!;
  const keeps = judgement.accepted || facts.surrogate;
  if (keeps) {
    if (reading.remark !== null) findings.push(finding('info', reading.remark.code, reading.remark.message));
    if (judgement.baseFitted) noteFittedBase(reading, findings);
    findings.push(finding('info', 'space-by-additivity', sentenceOf(judgement, facts)));
  } else {
    findings.push(
      finding(
        'warning',
        'not-additive',
        `The values and their base do not add up to the predictions in any space (nearest: ${reading.space}, off by up to ${judgement.maxResidual.toPrecision(2)}).`,
        'Check that predictions and values come from the same model and rows.',
      ),
    );
  }
  const stored = keeps ? reading : plain;
  const storedBase = keeps ? judgement.base : plain.base;
  return {
    blocks: cutBlocks(stored.slabs, nRows, nFeatures),
    base: storedBase === null ? null : Float64Array.from(storedBase),
    space: keeps ? reading.space : 'score',
    badge: badgeOf(context, judgement, keeps),
  };
}

function readingsFor(outputs: Outputs, slabs: readonly Slab[], base: readonly number[] | null): readonly Reading[] {
  if (outputs.task === 'regression') return regressionReadings(slabs[0]!, base);
  if (outputs.task === 'binary')
    return slabs.length === 2 ? binaryReadings([slabs[0]!, slabs[1]!], base) : singleSlabReadings(slabs[0]!, base);
  return multiclassReadings(slabs, base);
}

/** The file's base values where their number makes sense. */
function settleBase({ base, outputs, findings }: LocalContext, nSlabs: number): readonly number[] | null {
  if (base === null || base.length === 0 || base.every(Number.isNaN)) return null;
  if (base.length === nSlabs) return base;
  if (outputs.task === 'binary' && base.length === 1) {
    findings.push(
      finding(
        'info',
        'base-mirrored',
        'The file has one base value for two classes; it is the base of class 1, and class 0 is its mirror.',
      ),
    );
    return base;
  }
  if (outputs.task === 'binary' && base.length === 2) return base;
  findings.push(
    finding(
      'warning',
      'base-left-out',
      `The file has ${base.length} base values for ${nSlabs} ${nSlabs === 1 ? 'output' : 'outputs'}; they are left out.`,
    ),
  );
  return null;
}

function noteSlabs(slabs: readonly Slab[], nClasses: number, findings: Finding[]): void {
  if (nClasses === 2 && slabs.length === 2 && !areMirrored(slabs[0]!, slabs[1]!)) {
    findings.push(
      finding(
        'warning',
        'binary-slabs-differ',
        'The values of the two classes are no mirror images; only class 1 is kept, and class 0 is shown as its mirror.',
      ),
    );
  }
  if (nClasses === 2 && slabs.length === 1) {
    findings.push(finding('info', 'binary-single-slab', 'The file holds values of one class only; the other one is its mirror.'));
  }
  const missing = slabs.reduce((sum, slab) => sum + countMissing(slab), 0);
  if (missing > 0) findings.push(finding('warning', 'values-missing', `${missing} local values are missing and stay so.`));
}

function countMissing(slab: Slab): number {
  let missing = 0;
  for (let i = 0; i < slab.length; i++) if (Number.isNaN(slab[i]!)) missing++;
  return missing;
}

function noteFittedBase(reading: Reading, findings: Finding[]): void {
  findings.push(
    reading.base === null
      ? finding(
          'info',
          'base-inferred',
          'The file has no base value; it was taken from the difference between predictions and sums, which is the same in every row.',
        )
      : finding(
          'warning',
          'base-replaced',
          'The base value in the file does not fit; one other constant makes every row add up to its prediction and was taken instead.',
        ),
  );
}

function sentenceOf({ reading, maxResidual, accepted }: Judgement, facts: MethodFacts): string {
  const space = {
    probability: 'probability',
    'log-odds': 'log-odds',
    'softmax margin': 'softmax margins',
    log: 'the logarithm of the value',
    value: 'the value itself',
    score: 'a score',
    none: 'no space',
  }[reading.space];
  if (!accepted && facts.surrogate) return `The values belong to a surrogate; they come nearest to the predictions as ${space}.`;
  return `Values and base add up to the predictions as ${space}, up to ${maxResidual.toPrecision(2)}.`;
}

/** Nothing to compare with: only sums over classes can still speak, everything else stays a score. */
function withoutPredictions(
  { outputs, nRows, nFeatures, facts, findings, predictions }: LocalContext,
  slabs: readonly Slab[],
  base: readonly number[] | null,
  readings: readonly Reading[],
): ExplainedLocal {
  const plain = readings[0]!;
  const probability = base !== null && sumsAreProbabilities(slabs, base, nRows, nFeatures);
  const fidelity =
    facts.surrogate && predictions?.classes != null
      ? classFidelity(outputs, plain, predictions.classes, nRows, nFeatures, probability)
      : null;
  if (probability)
    findings.push(finding('info', 'space-from-sums', 'Values and base of all classes sum to one in every row, so they are probabilities.'));
  else
    findings.push(
      finding(
        'info',
        'space-unknown',
        'Without numeric predictions the unit of the values cannot be checked; they are shown as scores.',
        'Save the predictions with the explanation.',
      ),
    );
  return {
    blocks: cutBlocks(plain.slabs, nRows, nFeatures),
    base: plain.base === null ? null : Float64Array.from(plain.base),
    space: probability ? 'probability' : 'score',
    badge: facts.surrogate
      ? { kind: 'surrogate', fidelity }
      : { kind: 'unknown', reason: 'There are no numeric predictions to compare the sums with.' },
  };
}

function badgeOf(context: LocalContext, judgement: Judgement, keeps: boolean): AdditivityBadge {
  const { facts, outputs, predictions, nRows } = context;
  if (facts.surrogate) {
    return {
      kind: 'surrogate',
      fidelity:
        outputs.task === 'regression'
          ? valueFidelity(judgement, predictions)
          : fidelityOf(outputs, judgement.sums, predictions?.classes ?? null, nRows, judgement.reading.space === 'probability'),
    };
  }
  if (!keeps)
    return {
      kind: 'unknown',
      reason: `Values and base do not add up to the predictions (off by up to ${judgement.maxResidual.toPrecision(2)}).`,
    };
  return { kind: facts.imposed ? 'by construction' : 'measured', maxResidual: judgement.maxResidual };
}

function classFidelity(
  outputs: Outputs,
  reading: Reading,
  classes: Int32Array,
  nRows: number,
  nFeatures: number,
  probability: boolean,
): Fidelity | null {
  if (reading.base === null) return null;
  const sums = reading.slabs.map((slab, k) => rowSums(slab, nRows, nFeatures).map((sum) => sum + reading.base![k]!));
  return fidelityOf(outputs, sums, classes, nRows, probability);
}

/** Share of rows where the surrogate predicts the model's class. */
function fidelityOf(
  outputs: Outputs,
  sums: readonly Float64Array[],
  classes: Int32Array | null,
  nRows: number,
  probability: boolean,
): Fidelity | null {
  if (classes === null) return null;
  let same = 0;
  let count = 0;
  for (let i = 0; i < nRows; i++) {
    if (classes[i]! < 0) continue;
    const row = sums.map((output) => output[i]!);
    const predicted = outputs.task === 'binary' ? Number(row[0]! > (probability ? 0.5 : 0)) : row.indexOf(Math.max(...row));
    count++;
    if (predicted === classes[i]) same++;
  }
  return count === 0 ? null : { metric: 'accuracy', value: same / count, nRows: count };
}

/** R² of the surrogate's values against the model's. */
function valueFidelity({ sums, reading }: Judgement, predictions: Predictions | null): Fidelity | null {
  const expected = predictions?.values?.[0];
  if (!expected) return null;
  const found = sums[0]!.map((sum) => (reading.link === 'exp' ? Math.exp(sum) : sum));
  const rows = Array.from(found.keys()).filter((i) => Number.isFinite(found[i]!) && Number.isFinite(expected[i]!));
  if (rows.length < 2) return null;
  const mean = rows.reduce((sum, i) => sum + expected[i]!, 0) / rows.length;
  let residual = 0;
  let total = 0;
  for (const i of rows) {
    residual += (expected[i]! - found[i]!) ** 2;
    total += (expected[i]! - mean) ** 2;
  }
  return total === 0 ? null : { metric: 'R²', value: 1 - residual / total, nRows: rows.length };
}

function cutBlocks(slabs: readonly Slab[], nRows: number, nFeatures: number): LocalBlocks {
  return slabs.map((slab) =>
    Array.from({ length: Math.ceil(nRows / BLOCK_ROWS) }, (_, b) =>
      slab.slice(b * BLOCK_ROWS * nFeatures, Math.min((b + 1) * BLOCK_ROWS, nRows) * nFeatures),
    ),
  );
}
