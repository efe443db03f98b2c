import { gaussLegendre } from '#/math/quadrature';
import type { GradientPredictor, GradientRequest, LayerInfo } from '#/domain/gradient-model';
import type { EncodedRows } from '#/domain/model';
import type { Explainer, ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { numberParameter } from '#/explainers/parameters';
import { BASELINE, baselineRow, meanOutputs, single } from './baseline';
import { chunkRowsFor, estimateGradients, gradientOutputSpaces, layersUnavailable, openGradients, withoutMissing } from './gradient-offer';
import { STEPS } from './integrated-gradients';
import { chosenLayer, layerParameter, neuronCount, neuronPlayers } from './layer-choice';
import { pathPoints, rowsPerCall } from './path-gradients';

/** Conductance of one output by row [nRows, neurons]. */
async function attribute(
  predictor: GradientPredictor,
  rows: EncodedRows,
  baseline: Float64Array,
  steps: number,
  layer: LayerInfo,
  request: GradientRequest,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const { nodes } = gaussLegendre(steps + 1);
  const { neurons } = layer;
  const result = new Float64Array(rows.nRows * neurons);
  const step = rowsPerCall(nodes.length);
  for (let start = 0; start < rows.nRows; start += step) {
    const count = Math.min(step, rows.nRows - start);
    const points = pathPoints(rows, start, count, baseline, nodes);
    const { gradients, activations } = await predictor.layerGradients(points, request, signal);
    for (let row = 0; row < count; row++) {
      const target = (start + row) * neurons;
      for (let k = 0; k < steps; k++) {
        const at = (row * nodes.length + k) * neurons;
        for (let j = 0; j < neurons; j++) {
          result[target + j]! += gradients[at + j]! * (activations[at + neurons + j]! - activations[at + j]!);
        }
      }
    }
  }
  return result;
}

async function prepare(spec: ExplainSpec, environment: ExplainerEnvironment, signal?: AbortSignal): Promise<PreparedExplainer> {
  const { predictor, space } = await openGradients(spec, environment);
  const { facts, nOutputs } = predictor;
  const layer = chosenLayer(facts, spec.parameters);
  const baseline = baselineRow(spec.background, spec.parameters, environment, facts);
  const steps = numberParameter(spec.parameters, STEPS);
  return {
    baseValues: await meanOutputs(predictor, single(baseline), space.id, signal),
    space: space.space,
    exact: true,
    additivity: 'measured',
    chunkRows: chunkRowsFor(facts, (steps + 1) * nOutputs),
    players: neuronPlayers(layer),
    async explain(given, rowIds, explainSignal) {
      const rows = withoutMissing(given, facts, environment.features, 'row', rowIds);
      const values: Float64Array[] = [];
      for (let output = 0; output < nOutputs; output++) {
        const request: GradientRequest = { of: { kind: 'output', output }, space: space.id, by: layer.id };
        values.push(await attribute(predictor, rows, baseline.values, steps, layer, request, explainSignal));
      }
      return { values, standardErrors: null, evaluations: rows.nRows * (steps + 1) * nOutputs };
    },
  };
}

/**
 * Layer conductance: the part of the output's change from baseline to row that flows through each neuron of a hidden layer
 * (Dhamdhere et al. 2018, arXiv 1805.12233; sums by Shrikumar et al. 2018, arXiv 1807.09946), as captum 0.9
 * LayerConductance: with activations y and gradients g of the output by them at `steps` + 1 Gauss-Legendre nodes of
 * the path, sum over k of g(t_k) (y(t_k+1) - y(t_k)).
 *
 * In the unit of the chosen output. Values sum to f(x) - f(baseline) up to the error of the sum, for a layer that all paths
 * through the net cross. Missing cells as in Integrated Gradients. Parameter `layer`: id or name.
 */
export const layerConductanceExplainer: Explainer = {
  id: 'layer-conductance',
  label: 'Layer conductance',
  family: 'Gradients',
  yields: 'layer values',
  semantics: 'captum LayerConductance (Gauss-Legendre)',
  sentence: 'How much of the output’s change, from a baseline row to the explained row, flows through each neuron of a hidden layer.',
  needs: 'a neural net with numeric features and a hidden layer',
  source: 'Dhamdhere et al. 2018, arXiv 1805.12233; captum 0.9',
  usesBackground: true,
  needsTraining: false,
  parameters: (model) => [layerParameter(model), BASELINE, STEPS],
  unavailable: layersUnavailable,
  outputSpaces: gradientOutputSpaces,
  estimate: (model, _backgroundRows, parameters) =>
    estimateGradients(model, numberParameter(parameters, STEPS) + 1, neuronCount(model, parameters)),
  prepare,
};
