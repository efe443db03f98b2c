import { createRng, hashSeed, permutation } from '#/base/rng';
import { LimpidError } from '#/base/errors';
import type { LinearModel } from '#/domain/linear-model';
import type { EncodedRows, FeatureSchema } from '#/domain/model';
import { checkClasses } from '#/learners/boosting-objectives';
import { addRow, createDesign, rawCoefficients, rowDot, type Design } from '#/learners/design';
import { checkTraining } from '#/learners/gradient-boosting';
import type { Pace } from '#/learners/pace';

export type StochasticLoss = 'squared' | 'log' | 'hinge';

/** scikit-learn's defaults. */
const ALPHA = 1e-4;
const FIRST_RATE = 0.01;
const RATE_POWER = 0.25;
const MAX_EPOCHS = 1000;
const TOLERANCE = 1e-3;
const PATIENCE = 5;
/** Steps on a single row stay finite. */
const LARGEST_SLOPE = 1e12;

/**
 * Linear models by stochastic gradient descent, as scikit-learn 1.9's `SGDRegressor` (squared loss, rate 0.01 / t^0.25) and
 * `SGDClassifier` (log or hinge loss, rate 1 / (alpha (t0 + t)), each class against the rest) with their defaults: l2 penalty of
 * alpha = 1e-4, at most 1,000 epochs, stop after five epochs that did not lower the summed loss by 1e-3 a row.
 *
 * Unlike scikit-learn the columns are standardised first (the penalty is on standardised coefficients): on raw units descent
 * often diverges. Categories are one-hot, not scaled. Rows are shuffled anew in each epoch by `seed`.
 *
 * @param labels - [nRows] values (squared) or class numbers below `nClasses`
 * @returns one output for values and for two classes (class 1), else one a class. Sums: values, log-odds of each class against the
 *   rest (log), or scores without link (hinge)
 * @throws LimpidError `BadRequest` for no rows or wrong labels, or if the descent diverges; `Aborted` by way of `pace`
 */
export async function trainStochasticGradient(
  rows: EncodedRows,
  features: readonly FeatureSchema[],
  labels: Float64Array,
  loss: StochasticLoss,
  nClasses: number,
  seed: number,
  pace: Pace,
): Promise<LinearModel> {
  checkTraining(rows, labels);
  if (loss !== 'squared') checkClasses(labels, nClasses);
  const design = createDesign(rows, features);
  const nOutputs = loss === 'squared' || nClasses === 2 ? 1 : nClasses;
  const coefficients = new Float64Array(nOutputs * design.nColumns);
  const intercepts = new Float64Array(nOutputs);
  for (let k = 0; k < nOutputs; k++) {
    const positive = nOutputs === 1 ? 1 : k;
    const targets = loss === 'squared' ? labels : labels.map((label) => (label === positive ? 1 : -1));
    const found = await descend(design, targets, loss, hashSeed(seed, k), pace);
    const raw = rawCoefficients(design, found.weights, found.intercept);
    coefficients.set(raw.coefficients, k * design.nColumns);
    intercepts[k] = raw.intercept;
  }
  return {
    coefficients,
    intercepts,
    nOutputs,
    sources: design.sources,
    link: loss === 'log' ? 'logit' : 'identity',
    sumSpace: loss === 'log' ? 'log-odds' : loss === 'hinge' ? 'score' : 'value',
  };
}

/** The loss of one row and its slope by the prediction; targets of classes are 1 and -1. */
function lossAt(loss: StochasticLoss, prediction: number, target: number): { value: number; slope: number } {
  switch (loss) {
    case 'squared':
      return { value: (prediction - target) ** 2 / 2, slope: prediction - target };
    case 'log': {
      const margin = prediction * target;
      const value = margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
      return { value, slope: -target / (1 + Math.exp(margin)) };
    }
    case 'hinge': {
      const margin = prediction * target;
      return margin < 1 ? { value: 1 - margin, slope: -target } : { value: 0, slope: 0 };
    }
    default:
      return loss satisfies never;
  }
}

/** Rate of step t (from 1). `optimal` is Bottou's schedule with scikit-learn's heuristic for its start. */
function rateSchedule(loss: StochasticLoss): (t: number) => number {
  if (loss === 'squared') return (t) => FIRST_RATE / t ** RATE_POWER;
  const typical = Math.sqrt(1 / Math.sqrt(ALPHA));
  const start = typical / Math.max(1, lossAt(loss, -typical, 1).slope);
  const offset = 1 / (start * ALPHA);
  return (t) => 1 / (ALPHA * (offset + t - 1));
}

async function descend(
  design: Design,
  targets: Float64Array,
  loss: StochasticLoss,
  seed: number,
  pace: Pace,
): Promise<{ weights: Float64Array; intercept: number }> {
  const { nRows, nColumns } = design;
  const rng = createRng(seed);
  const rate = rateSchedule(loss);
  const weights = new Float64Array(nColumns);
  // The weights are weights * scale, so that the penalty is one multiplication a row.
  let scale = 1;
  let intercept = 0;
  let best = Infinity;
  let idle = 0;
  let t = 1;
  for (let epoch = 0; epoch < MAX_EPOCHS && idle < PATIENCE; epoch++) {
    const order = permutation(nRows, rng);
    let total = 0;
    for (let i = 0; i < nRows; i++, t++) {
      const row = order[i]!;
      const eta = rate(t);
      const { value, slope } = lossAt(loss, scale * rowDot(design, row, weights, 0) + intercept, targets[row]!);
      total += value;
      scale *= Math.max(0, 1 - eta * ALPHA);
      if (scale < 1e-9) {
        for (let j = 0; j < nColumns; j++) weights[j]! *= scale;
        scale = 1;
      }
      const step = -eta * Math.min(LARGEST_SLOPE, Math.max(-LARGEST_SLOPE, slope));
      if (step !== 0) {
        addRow(design, row, step / scale, weights, 0);
        intercept += step;
      }
      if ((i & 1023) === 0 && pace.due()) await pace.pause();
    }
    if (!Number.isFinite(total) || !Number.isFinite(intercept)) {
      throw new LimpidError({
        tag: 'BadRequest',
        message: 'Stochastic gradient descent diverged on these rows.',
        hint: 'Use the linear surrogate, which is solved exactly.',
      });
    }
    idle = total > best - TOLERANCE * nRows ? idle + 1 : 0;
    best = Math.min(best, total);
  }
  for (let j = 0; j < nColumns; j++) weights[j]! *= scale;
  return { weights, intercept };
}
