import type { GradientPredictor } from '#/domain/gradient-model';
import type { ModelAsset } from '#/domain/model';
import { classLabels } from '#/domain/outputs';
import type { Background, ExplainableModel, ExplainerEnvironment, ExplainerId, ExplainSpec } from '#/explainers/explainer';
import type { Parameters } from '#/explainers/parameters';
import { createGradientPredictor } from '#/inference/gradient-predictor';
import { createOrtPredictor } from '#/inference/create-ort-predictor';
import { readGradientFacts } from '#/onnx/backward/differentiable-net';
import { NO_STRUCTURE, NOTHING_LEARNT, OPAQUE_MODEL } from './explain-parts';

/** A net as gradient explainers meet it. */
export interface OpenNet {
  readonly asset: ModelAsset;
  readonly model: ExplainableModel;
  readonly environment: ExplainerEnvironment;
  readonly gradients: GradientPredictor;
  dispose(): Promise<void>;
}

export async function openNet(asset: ModelAsset): Promise<OpenNet> {
  const predictor = await createOrtPredictor(asset);
  const gradients = await createGradientPredictor(asset);
  const { features, outputs } = asset;
  return {
    asset,
    gradients,
    model: {
      ...OPAQUE_MODEL,
      nFeatures: features.length,
      nOutputs: predictor.nOutputs,
      nClasses: classLabels(outputs).length,
      predictionSpace: predictor.info.space,
      features,
      gradients: readGradientFacts(asset.bytes, features, asset.bindings, asset.signature, outputs),
    },
    environment: { predictor, ...NO_STRUCTURE, gradients: () => Promise.resolve(gradients), features, outputs },
    async dispose() {
      await gradients.dispose();
      await predictor.dispose();
    },
  };
}

export function specFor(
  explainer: ExplainerId,
  background: Background,
  outputSpace: ExplainSpec['outputSpace'],
  parameters: Parameters = {},
  seed = 1,
): ExplainSpec {
  return { explainer, background, outputSpace, seed, parameters, ...NOTHING_LEARNT };
}
