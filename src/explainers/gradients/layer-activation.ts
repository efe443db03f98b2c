import type { Explainer, ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { chunkRowsFor, estimateGradients, gradientOutputSpaces, layersUnavailable, openGradients, withoutMissing } from './gradient-offer';
import { chosenLayer, layerParameter, neuronCount, neuronPlayers } from './layer-choice';

async function prepare(spec: ExplainSpec, environment: ExplainerEnvironment): Promise<PreparedExplainer> {
  const { predictor } = await openGradients(spec, environment);
  const layer = chosenLayer(predictor.facts, spec.parameters);
  return {
    baseValues: new Float64Array(predictor.nOutputs).fill(NaN),
    space: 'none',
    exact: true,
    additivity: { notAdditive: 'Activations are what neurons hold, not parts of a prediction.' },
    chunkRows: chunkRowsFor(predictor.facts, 1),
    players: neuronPlayers(layer),
    async explain(given, rowIds, signal) {
      const rows = withoutMissing(given, predictor.facts, environment.features, 'row', rowIds);
      const activations = await predictor.activations(rows, layer.id, signal);
      // Chunks are transferred: each output needs a buffer of its own.
      const values = Array.from({ length: predictor.nOutputs }, (_, output) => (output === 0 ? activations : activations.slice()));
      return { values, standardErrors: null, evaluations: rows.nRows };
    },
  };
}

/**
 * Layer activation: what each neuron of a hidden layer holds for a row, as captum 0.9 LayerActivation. No attribution: it is
 * the same for every output, in the layer's own unit, without base value. Missing cells as in Integrated Gradients.
 */
export const layerActivationExplainer: Explainer = {
  id: 'layer-activation',
  label: 'Layer activation',
  family: 'Gradients',
  yields: 'layer values',
  semantics: 'captum LayerActivation',
  sentence: 'What each neuron of a hidden layer holds for the explained row.',
  needs: 'a neural net with numeric features and a hidden layer',
  source: 'captum 0.9 LayerActivation',
  usesBackground: false,
  needsTraining: false,
  parameters: (model) => [layerParameter(model)],
  unavailable: layersUnavailable,
  outputSpaces: (model) => gradientOutputSpaces(model).slice(0, 1),
  estimate: (model, _backgroundRows, parameters) => ({
    ...estimateGradients(model, 1, neuronCount(model, parameters)),
    evaluationsPerRow: 1,
  }),
  prepare,
};
