import { LimpidError } from '#/base/errors';
import { createRng, hashSeed } from '#/base/rng';
import type { EncodedRows } from '#/domain/model';
import type { ExplainedChunk, ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { explainedSpace, type ExplainedSpace } from '#/explainers/kernel/prediction-space';
import { drawNeighbourhood, learnSamplers, type FeatureSampler } from '#/explainers/lime/neighbourhood';
import { fitRidge } from '#/explainers/lime/local-ridge';
import { createPacer } from '#/explainers/pacer';
import { flagParameter, numberParameter } from '#/explainers/parameters';
import { DISCRETISE, KERNEL_WIDTH, SAMPLES } from '#/explainers/lime/lime-parameters';
import { predictInBatches } from '#/explainers/predict-batches';

/** Penalty of lime's ridge regression. */
const ALPHA = 1;

/** Samples that a call aims at. */
const CHUNK_SAMPLES = 32_768;

interface LimeJob {
  readonly environment: ExplainerEnvironment;
  readonly space: ExplainedSpace;
  readonly samplers: readonly FeatureSampler[];
  readonly samples: number;
  readonly kernelWidth: number;
  readonly seed: number;
}

/**
 * LIME for tables (Ribeiro, Singh and Guestrin 2016; semantics of lime 0.2.0.1 LimeTabularExplainer with all features kept): the
 * coefficients of a ridge regression (alpha 1) of the prediction on a sample drawn from the training rows' own
 * distributions, weighted by sqrt(exp(-d^2 / width^2)) of the distance to the row. Numbers are in standard deviations from the
 * training mean (a value is the slope a deviation), or discretised into quartile bins; categories are 1 where equal to the
 * row's. Sampled by our own generator seeded with hash(job seed, row id): equal to lime in distribution, not in bits.
 *
 * Values of every stored output in the order of the classes. They do not sum to the prediction; each row's intercept and the
 * R² of its regression come with the chunk (`rowBaseValues`, `localFidelity`). A number that is missing in the row is not
 * perturbed and its value is NaN.
 *
 * @throws LimpidError `BadRequest` without training rows or with parameters out of range, `ModelFailed`, `Aborted`
 */
export function prepareLime(spec: ExplainSpec, environment: ExplainerEnvironment): Promise<PreparedExplainer> {
  const { predictor } = environment;
  const { training } = spec;
  if (training === null || training.nRows === 0 || training.nFeatures !== predictor.nFeatures) {
    throw new LimpidError({ tag: 'BadRequest', message: 'LIME draws its samples from training rows, and there are none.' });
  }
  const samples = numberParameter(spec.parameters, SAMPLES);
  if (!Number.isInteger(samples) || samples < SAMPLES.min)
    throw new LimpidError({ tag: 'BadRequest', message: `LIME needs at least ${SAMPLES.min} samples a row, not ${samples}.` });
  const width = numberParameter(spec.parameters, KERNEL_WIDTH);
  if (!(width >= 0)) throw new LimpidError({ tag: 'BadRequest', message: `A kernel width of ${width} is none.` });
  const job: LimeJob = {
    environment,
    space: explainedSpace(predictor.info.space, predictor.nOutputs, spec.outputSpace, 'identity'),
    samplers: learnSamplers(training, environment.features, flagParameter(spec.parameters, DISCRETISE)),
    samples,
    kernelWidth: width === 0 ? Math.sqrt(predictor.nFeatures) * 0.75 : width,
    seed: spec.seed,
  };
  return Promise.resolve({
    baseValues: new Float64Array(predictor.nOutputs).fill(NaN),
    space: job.space.space,
    exact: true,
    additivity: { notAdditive: 'LIME gives the coefficients of a local linear model, which do not sum to the prediction' },
    chunkRows: Math.max(1, Math.floor(CHUNK_SAMPLES / samples)),
    explain: (rows, rowIds, signal) => explainRows(job, rows, rowIds, signal),
  });
}

async function explainRows(job: LimeJob, rows: EncodedRows, rowIds: Int32Array, signal: AbortSignal | undefined): Promise<ExplainedChunk> {
  const { nRows, nFeatures } = rows;
  const { predictor } = job.environment;
  const { nOutputs } = predictor;
  const perOutput = (length: number): Float64Array[] => Array.from({ length: nOutputs }, () => new Float64Array(length));
  const values = perOutput(nRows * nFeatures);
  const rowBaseValues = perOutput(nRows);
  const localFidelity = perOutput(nRows);
  const pacer = createPacer(signal);
  for (let position = 0; position < nRows; position++) {
    const row = rows.values.slice(position * nFeatures, (position + 1) * nFeatures);
    const { rows: drawn, design } = drawNeighbourhood(row, job.samplers, job.samples, createRng(hashSeed(job.seed, rowIds[position]!)));
    const predictions = await predictInBatches(predictor, drawn, signal);
    job.space.transform?.(predictions, nOutputs);
    if (pacer.due()) await pacer.pause();
    fitRidge(design, proximities(design, job.samples, job.kernelWidth), predictions, nOutputs, ALPHA).forEach((fit, k) => {
      rowBaseValues[k]![position] = fit.intercept;
      localFidelity[k]![position] = fit.r2;
      for (let j = 0; j < nFeatures; j++) {
        const isMissing = Number.isNaN(row[j]!) && job.samplers[j]!.kind !== 'values';
        values[k]![position * nFeatures + j] = isMissing ? NaN : fit.coefficients[j]!;
      }
    });
    if (pacer.due()) await pacer.pause();
  }
  return { values, standardErrors: null, rowBaseValues, localFidelity, evaluations: nRows * job.samples };
}

/** sqrt(exp(-d^2 / width^2)) of each sample's distance to the first. */
function proximities(design: Float64Array, samples: number, width: number): Float64Array {
  const p = design.length / samples;
  return Float64Array.from({ length: samples }, (_, i) => {
    let squared = 0;
    for (let j = 0; j < p; j++) squared += (design[i * p + j]! - design[j]!) ** 2;
    return Math.exp(-squared / (2 * width * width));
  });
}
