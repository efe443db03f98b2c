import { BLOCK_ROWS, type Explanation } from '#/domain/explanation';
import { classLabels, storedOutputCount, storedOutputOfClass, type OutputChoice } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { absoluteColumnQuantiles } from '#/math/column-quantiles';
import { orderDescending } from '#/math/ranking';
import type { Coverage, Scope } from '#/queries/scope';
import { savedFor, savedKeys } from './feature-totals';
import { listSeries, type ImportanceSeries } from './importance-series';
import { createMemo } from './memo';
import type { Question } from './question';
import { explainedCoverage, requireExplanation } from './resolve-scope';
import { memoKeys, readChunks, shownMoments, showValues, type ShownValues } from './shown-values';
import { additiveUnit, outputLabel } from './unit-label';

export type GlobalSort = { readonly kind: 'total' } | { readonly kind: 'class'; readonly classIndex: number };

export interface GlobalImportanceParams {
  readonly scope: Scope;
  readonly sort: GlobalSort;
}

export type { ImportanceSeries };

/**
 * Global importance = mean over explained rows of |value|; for several classes the segment of class k is that mean divided
 * by the number of classes, so that the total equals interpret-community's global.
 */
export interface GlobalImportanceAnswer {
  readonly names: readonly string[];
  /** Feature positions, most important first by `sort`. */
  readonly order: Int32Array;
  /** One segment a class for multiclass when the choice is predicted or mean-abs, else a single one. */
  readonly segments: readonly { readonly label: string; readonly classIndex: number; readonly values: Float64Array }[];
  readonly total: Float64Array;
  /** Mean signed value for a choice with one output; null otherwise. */
  readonly signedMean: Float64Array | null;
  /** Spread over rows: 25th and 75th percentile of |value|; null for global-only. */
  readonly spread: { readonly low: Float64Array; readonly high: Float64Array } | null;
  /** Sampling explainers: standard error of `total`, and the mean |value| that pure noise would give (the noise floor). */
  readonly sampling: { readonly error: Float64Array; readonly noiseFloor: Float64Array } | null;
  readonly series: readonly ImportanceSeries[];
  /** True when there are no local values and `total` is the saved global. */
  readonly globalOnly: boolean;
  /** How `total` came to be: `mean |value|`, or the file's own meaning. */
  readonly meaning: string;
  readonly unit: string;
  readonly outputLabel: string;
  readonly coverage: Coverage;
}

export const globalImportanceQuestion: Question<GlobalImportanceParams, GlobalImportanceAnswer> = {
  id: 'global-importance',
  reads: ['table', 'predictions', 'explanations'],
  answer(study, { scope, sort }) {
    const explanation = requireExplanation(study, scope);
    const parts =
      explanation.local === null ? savedParts(study, explanation, scope.output) : derivedParts(study, explanation, scope.output);
    return {
      names: explanation.features.map((feature) => feature.name),
      order: orderDescending(sort.kind === 'total' ? parts.keys : (parts.classKeys(sort.classIndex) ?? parts.keys)),
      segments: parts.segments,
      total: parts.total,
      signedMean: parts.signedMean,
      spread: parts.spread,
      sampling: parts.sampling,
      series: listSeries(study, explanation, coversClasses(study, scope.output) ? { kind: 'mean-abs' } : scope.output),
      globalOnly: explanation.local === null,
      meaning: parts.meaning,
      unit: parts.unit,
      outputLabel: outputLabel(study.outputs, scope.output),
      coverage: explainedCoverage(study, explanation),
    };
  },
};

type Parts = Pick<GlobalImportanceAnswer, 'segments' | 'total' | 'signedMean' | 'spread' | 'sampling' | 'meaning' | 'unit'> & {
  /** What bars are sorted by, and the same for one class (null when it is unknown). */
  readonly keys: Float64Array;
  readonly classKeys: (classIndex: number) => Float64Array | null;
};

/** Over several stored outputs `predicted` and `mean-abs` both mean the average over classes. */
function coversClasses(study: Study, choice: OutputChoice): boolean {
  return storedOutputCount(study.outputs) > 1 && (choice.kind === 'predicted' || choice.kind === 'mean-abs');
}

function oneOutput(study: Study, output: number): OutputChoice {
  return classLabels(study.outputs).length === 0 ? { kind: 'value' } : { kind: 'class', classIndex: classOfStored(study, output) };
}

/** The class that a stored output holds (binary: the second). */
function classOfStored(study: Study, output: number): number {
  const found = classLabels(study.outputs).findIndex((_, k) => {
    const stored = storedOutputOfClass(study.outputs, k);
    return stored.output === output && stored.sign === 1;
  });
  return found < 0 ? output : found;
}

function derivedParts(study: Study, explanation: Explanation, choice: OutputChoice): Parts {
  const { outputs } = study;
  const all = coversClasses(study, choice);
  // |value| of a mirrored or a row's own class is the same where one output is stored.
  const single = storedOutputCount(outputs) === 1;
  const shown = showValues(study, explanation, all ? { kind: 'mean-abs' } : choice)!;
  const plain = single ? showValues(study, explanation, oneOutput(study, 0))! : shown;
  const total = shownMoments(study, plain).meanAbs;
  const ofOutput = (output: number): Float64Array => shownMoments(study, showValues(study, explanation, oneOutput(study, output))!).meanAbs;
  const labels = classLabels(outputs);
  return {
    segments: all
      ? labels.map((label, classIndex) => ({ label, classIndex, values: ofOutput(classIndex).map((v) => v / labels.length) }))
      : [{ label: outputLabel(outputs, choice), classIndex: choice.kind === 'class' ? choice.classIndex : -1, values: total }],
    total,
    signedMean: choice.kind === 'class' || choice.kind === 'value' ? shownMoments(study, shown).mean : null,
    spread: spreadOverRows(study, plain),
    sampling: samplingError(study, plain),
    meaning: 'mean |value|',
    unit: additiveUnit(explanation.space, outputs),
    keys: total,
    classKeys: (classIndex) => (labels[classIndex] === undefined ? null : ofOutput(storedOutputOfClass(outputs, classIndex).output)),
  };
}

const spreads = createMemo<{ readonly low: Float64Array; readonly high: Float64Array }>();

/** 25th and 75th percentile of |value| over the finished rows, exact. */
function spreadOverRows(study: Study, shown: ShownValues): { readonly low: Float64Array; readonly high: Float64Array } {
  return spreads(memoKeys(study, shown), shown.key.replace(':-1', ':1'), () => {
    const { counts } = shownMoments(study, shown);
    const [low, high] = absoluteColumnQuantiles((visit) => readChunks(shown, visit), shown.nRows, counts, [0.25, 0.75]);
    return { low: low!, high: high! };
  });
}

const samplings = createMemo<NonNullable<GlobalImportanceAnswer['sampling']>>();

/**
 * Error of a mean of |value| from the standard errors e of its rows: sqrt(sum e^2) / n. Noise of size e alone has
 * E|noise| = e sqrt(2 / pi), which is the floor. Over several classes both are averaged, which assumes that the errors of
 * a row's classes move together (never too small).
 */
function samplingError(study: Study, shown: ShownValues): GlobalImportanceAnswer['sampling'] {
  const { standardErrors } = shown.explanation;
  if (standardErrors === null) return null;
  const outputs = shown.plan.kind === 'stored' ? [shown.plan.output] : standardErrors.map((_, output) => output);
  return samplings([...memoKeys(study, shown), standardErrors], outputs.join(), () => {
    const { nFeatures, nRows } = shown;
    const error = new Float64Array(nFeatures);
    const noiseFloor = new Float64Array(nFeatures);
    for (const output of outputs) {
      const squares = new Float64Array(nFeatures);
      const sums = new Float64Array(nFeatures);
      const counts = new Int32Array(nFeatures);
      for (let row = 0; row < nRows; row++) {
        const block = standardErrors[output]![Math.floor(row / BLOCK_ROWS)]!;
        const start = (row % BLOCK_ROWS) * nFeatures;
        for (let f = 0; f < nFeatures; f++) {
          const e = block[start + f]!;
          if (Number.isNaN(e)) continue;
          squares[f]! += e * e;
          sums[f]! += e;
          counts[f]!++;
        }
      }
      for (let f = 0; f < nFeatures; f++) {
        error[f]! += Math.sqrt(squares[f]!) / counts[f]! / outputs.length;
        noiseFloor[f]! += (Math.sqrt(2 / Math.PI) * sums[f]!) / counts[f]! / outputs.length;
      }
    }
    return { error, noiseFloor };
  });
}

function savedParts(study: Study, explanation: Explanation, choice: OutputChoice): Parts {
  const { outputs } = study;
  const { saved } = explanation;
  const total = saved === null ? new Float64Array(explanation.features.length).fill(NaN) : savedFor(study, saved, choice);
  const labels = classLabels(outputs);
  const perOutput = saved?.perOutput ?? null;
  const stacked = perOutput !== null && coversClasses(study, choice) ? shareOfTotal(perOutput, total) : null;
  return {
    segments:
      stacked === null
        ? [{ label: outputLabel(outputs, choice), classIndex: choice.kind === 'class' ? choice.classIndex : -1, values: total }]
        : stacked.map((values, classIndex) => ({ label: labels[classIndex] ?? String(classIndex), classIndex, values })),
    total,
    signedMean: null,
    spread: null,
    sampling: null,
    meaning: saved?.meaning ?? 'unknown',
    unit: explanation.space === 'none' ? (saved?.meaning ?? 'score') : additiveUnit(explanation.space, outputs),
    keys: savedKeys(explanation, total),
    classKeys: (classIndex) => {
      const values = labels[classIndex] === undefined ? undefined : perOutput?.[storedOutputOfClass(outputs, classIndex).output];
      return values === undefined ? null : savedKeys(explanation, values);
    },
  };
}

/** Per-class values as shares of the overall ones: divided by the number of classes, or as they are; null when neither adds up. */
function shareOfTotal(perOutput: readonly Float64Array[], total: Float64Array): readonly Float64Array[] | null {
  for (const divisor of [perOutput.length, 1]) {
    const shares = perOutput.map((values) => values.map((v) => v / divisor));
    const fits = total.every((value, f) => {
      const sum = shares.reduce((s, values) => s + values[f]!, 0);
      return Math.abs(sum - value) <= 1e-4 * Math.abs(value) + 1e-9;
    });
    if (fits) return shares;
  }
  return null;
}
