import { LimpidError } from '#/base/errors';
import type { GradientFacts, LayerInfo } from '#/domain/gradient-model';
import type { FeatureSchema } from '#/domain/model';
import type { ExplainableModel } from '#/explainers/explainer';
import type { Parameters, ParameterSpec } from '#/explainers/parameters';

/** The first activation, else the first layer. */
function defaultLayer(layers: readonly LayerInfo[]): LayerInfo | undefined {
  return layers.find(({ kind }) => kind === 'activation') ?? layers[0];
}

function layersOf(model: ExplainableModel): readonly LayerInfo[] {
  return 'reason' in model.gradients ? [] : model.gradients.layers;
}

/** The setting by which a user picks a layer of this net. */
export function layerParameter(model: ExplainableModel): ParameterSpec {
  const layers = layersOf(model);
  return {
    kind: 'choice',
    id: 'layer',
    label: 'Layer',
    hint: 'Hidden layer, in the order of the net',
    default: defaultLayer(layers)?.id ?? '',
    options: layers.map(({ id, label }) => ({ value: id, label })),
  };
}

/** The chosen layer, by its id or its name (`ReLU 2`). @throws LimpidError `BadRequest` */
export function chosenLayer(facts: GradientFacts, parameters: Parameters): LayerInfo {
  const asked = parameters.layer;
  const layer =
    asked === undefined || asked === ''
      ? defaultLayer(facts.layers)
      : facts.layers.find(({ id, name }) => id === asked || name.toLowerCase() === String(asked).toLowerCase());
  if (layer !== undefined) return layer;
  throw new LimpidError({
    tag: 'BadRequest',
    message: asked === undefined ? 'The net has no hidden layer.' : `The net has no layer "${asked}".`,
    hint: `Layers: ${facts.layers.map(({ name }) => name).join(', ')}.`,
  });
}

/** Neurons that a run with these parameters gives values for; for estimates. */
export function neuronCount(model: ExplainableModel, parameters: Parameters): number {
  const layers = layersOf(model);
  return (layers.find(({ id, name }) => id === parameters.layer || name === parameters.layer) ?? defaultLayer(layers))?.neurons ?? 0;
}

/** The neurons of a layer as players: `ReLU 2 [3]`, counted from 0. */
export function neuronPlayers(layer: LayerInfo): { readonly featureSpace: 'layer'; readonly features: readonly FeatureSchema[] } {
  const features = Array.from({ length: layer.neurons }, (_, neuron): FeatureSchema => {
    return { name: `${layer.name} [${neuron}]`, kind: 'numeric', integer: false, labels: [], missingText: '', column: null };
  });
  return { featureSpace: 'layer', features };
}
