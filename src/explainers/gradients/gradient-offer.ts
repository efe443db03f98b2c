import { LimpidError } from '#/base/errors';
import type { GradientFacts, GradientPredictor } from '#/domain/gradient-model';
import type { EncodedRows, FeatureSchema } from '#/domain/model';
import type { ExplainableModel, ExplainerEnvironment, ExplainEstimate, ExplainSpec } from '#/explainers/explainer';

/** Bytes of a stored value (float32). */
const VALUE_BYTES = 4;
/** Measured in WebAssembly: forward and backward pass of one row. */
const SECONDS_A_MULTIPLICATION = 4e-10;
const SECONDS_A_GRADIENT = 3e-7;
/** Gradients that a call aims at: near 100 ms for a small net. */
const CHUNK_SECONDS = 0.1;

/** Null for a net that can be differentiated, else why gradient methods do not apply. */
export function gradientsUnavailable(model: ExplainableModel): string | null {
  return 'reason' in model.gradients ? model.gradients.reason : null;
}

/** Also needs hidden layers. */
export function layersUnavailable(model: ExplainableModel): string | null {
  if ('reason' in model.gradients) return model.gradients.reason;
  return model.gradients.layers.length === 0 ? 'The net has no hidden layer.' : null;
}

/** The model's own output first: probabilities where it gives them. */
export function gradientOutputSpaces(model: ExplainableModel): readonly ExplainSpec['outputSpace'][] {
  return 'reason' in model.gradients ? [] : model.gradients.spaces.map(({ id }) => id);
}

/** Seconds of one gradient (or one pass over a row and a reference) of a net. */
export function secondsPerGradient(facts: GradientFacts): number {
  return SECONDS_A_GRADIENT + SECONDS_A_MULTIPLICATION * facts.work;
}

/** @param gradients - gradients a row and output; @param players - values a row */
export function estimateGradients(model: ExplainableModel, gradients: number, players: number, exact = true): ExplainEstimate {
  const seconds = 'reason' in model.gradients ? 0 : secondsPerGradient(model.gradients);
  const evaluationsPerRow = gradients * model.nOutputs;
  return {
    evaluationsPerRow,
    secondsPerRow: evaluationsPerRow * seconds,
    setupSeconds: 0.1,
    bytesPerRow: VALUE_BYTES * model.nOutputs * players * (exact ? 1 : 2),
    exact,
  };
}

/** Rows a chunk, from the gradients that each takes over all outputs. Depends on the net and the parameters alone. */
export function chunkRowsFor(facts: GradientFacts, gradientsPerRow: number): number {
  return Math.max(1, Math.min(1024, Math.floor(CHUNK_SECONDS / (gradientsPerRow * secondsPerGradient(facts)))));
}

/** @throws LimpidError `BadRequest` when the model has no gradients or the asked space cannot be differentiated */
export async function openGradients(
  spec: ExplainSpec,
  environment: ExplainerEnvironment,
): Promise<{ predictor: GradientPredictor; space: GradientFacts['spaces'][number] }> {
  if (environment.gradients === null) {
    throw new LimpidError({
      tag: 'BadRequest',
      message: 'The model is no net that can be differentiated.',
      hint: 'Kernel SHAP explains any model.',
    });
  }
  const predictor = await environment.gradients();
  const space = predictor.facts.spaces.find(({ id }) => id === spec.outputSpace);
  if (space === undefined) {
    throw new LimpidError({ tag: 'BadRequest', message: `The net has no ${spec.outputSpace} output that can be differentiated.` });
  }
  return { predictor, space };
}

/**
 * Rows as gradient methods take them. They move along lines between numbers, on which a missing cell has no place: it counts
 * as the number that the model's own imputer puts there, where it has one.
 * @param rows - not modified
 * @param what - `row`, `a background row`: for the message
 * @throws LimpidError `BadRequest` naming the first feature with a missing cell that the model does not impute
 */
export function withoutMissing(
  rows: EncodedRows,
  facts: GradientFacts,
  features: readonly FeatureSchema[],
  what: string,
  rowIds?: Int32Array,
): EncodedRows {
  const { values, nFeatures, nRows } = rows;
  let filled: Float64Array | null = null;
  for (let at = 0; at < values.length; at++) {
    if (!Number.isNaN(values[at])) continue;
    const fill = facts.fills[at % nFeatures] ?? null;
    if (fill === null) {
      const id = rowIds?.[Math.floor(at / nFeatures)];
      const place = id === undefined || id < 0 ? what : `${what} ${id}`;
      throw new LimpidError({
        tag: 'BadRequest',
        message: `"${features[at % nFeatures]?.name ?? 'A feature'}" has no value in ${place}; gradients need a number there.`,
        hint: 'Leave out rows with missing cells or fill them, or take Kernel SHAP, which treats a missing cell as a value.',
      });
    }
    filled ??= Float64Array.from(values);
    filled[at] = fill;
  }
  return filled === null ? rows : { nRows, nFeatures, values: filled };
}
