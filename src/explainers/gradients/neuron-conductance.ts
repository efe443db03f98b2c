import { gaussLegendre } from '#/math/quadrature';
import { LimpidError } from '#/base/errors';
import type { GradientPredictor, GradientRequest, LayerInfo } from '#/domain/gradient-model';
import type { EncodedRows } from '#/domain/model';
import type { Explainer, ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { choiceParameter, numberParameter, type ParameterSpec } from '#/explainers/parameters';
import { BASELINE, baselineRow } from './baseline';
import { chunkRowsFor, estimateGradients, gradientOutputSpaces, layersUnavailable, openGradients, withoutMissing } from './gradient-offer';
import { STEPS } from './integrated-gradients';
import { chosenLayer, layerParameter } from './layer-choice';
import { pathPoints, rowsPerCall, weightedSums, type PathRule } from './path-gradients';

const NEURON = {
  kind: 'number',
  id: 'neuron',
  label: 'Neuron',
  hint: 'Its position in the layer, counted from 0',
  default: 0,
  min: 0,
  max: 1_000_000,
  integer: true,
} as const satisfies ParameterSpec;

const RULE = {
  kind: 'choice',
  id: 'rule',
  label: 'Rule',
  hint: 'How steps are placed and weighted',
  default: 'gausslegendre',
  options: [
    { value: 'gausslegendre', label: 'Gauss-Legendre' },
    { value: 'riemann_trapezoid', label: 'Trapezoid (captum’s default)' },
  ],
} as const satisfies ParameterSpec;

/** captum's trapezoid: n nodes from 0 to 1 with weights 1 / n, half of that at both ends. They sum to 1 - 1 / n. */
function captumTrapezoid(n: number): PathRule {
  return {
    nodes: Float64Array.from({ length: n }, (_, k) => (n === 1 ? 0 : k / (n - 1))),
    weights: Float64Array.from({ length: n }, (_, k) => (k === 0 || k === n - 1 ? 0.5 : 1) / n),
  };
}

function pathRule(name: string, steps: number): PathRule {
  if (name === 'gausslegendre') return gaussLegendre(steps);
  if (name === 'riemann_trapezoid') return captumTrapezoid(steps);
  throw new LimpidError({ tag: 'BadRequest', message: `There is no rule "${name}".`, hint: 'Choose gausslegendre or riemann_trapezoid.' });
}

interface Job {
  readonly predictor: GradientPredictor;
  readonly baseline: Float64Array;
  readonly rule: PathRule;
  readonly layer: LayerInfo;
  readonly neuron: number;
  readonly space: GradientRequest['space'];
}

/** All outputs: the neuron's own gradient by the features is the same for each. */
async function attribute(job: Job, rows: EncodedRows, signal: AbortSignal | undefined): Promise<Float64Array[]> {
  const { predictor, baseline, rule, layer, neuron, space } = job;
  const { nFeatures } = rows;
  const result = Array.from({ length: predictor.nOutputs }, () => new Float64Array(rows.nRows * nFeatures));
  const step = rowsPerCall(rule.nodes.length);
  for (let start = 0; start < rows.nRows; start += step) {
    const points = pathPoints(rows, start, Math.min(step, rows.nRows - start), baseline, rule.nodes);
    const inner = await predictor.gradients(points, { of: { kind: 'neuron', layer: layer.id, neuron }, space, by: null }, signal);
    for (let output = 0; output < predictor.nOutputs; output++) {
      const request: GradientRequest = { of: { kind: 'output', output }, space, by: layer.id };
      const outer = await predictor.gradients(points, request, signal);
      const chained = inner.map((value, at) => value * outer[Math.floor(at / nFeatures) * layer.neurons + neuron]!);
      weightedSums(chained, rule.weights, nFeatures, result[output]!, start);
    }
  }
  for (const values of result) for (let at = 0; at < values.length; at++) values[at]! *= rows.values[at]! - baseline[at % nFeatures]!;
  return result;
}

async function prepare(spec: ExplainSpec, environment: ExplainerEnvironment): Promise<PreparedExplainer> {
  const { predictor, space } = await openGradients(spec, environment);
  const { facts, nOutputs } = predictor;
  const layer = chosenLayer(facts, spec.parameters);
  const neuron = numberParameter(spec.parameters, NEURON);
  if (!Number.isInteger(neuron) || neuron < 0 || neuron >= layer.neurons) {
    throw new LimpidError({
      tag: 'BadRequest',
      message: `${layer.name} has no neuron ${neuron}.`,
      hint: `Its neurons are 0 to ${layer.neurons - 1}.`,
    });
  }
  const steps = numberParameter(spec.parameters, STEPS);
  const rule = pathRule(choiceParameter(spec.parameters, RULE), steps);
  const baseline = baselineRow(spec.background, spec.parameters, environment, facts);
  const job: Job = { predictor, baseline: baseline.values, rule, layer, neuron, space: space.id };
  return {
    baseValues: new Float64Array(nOutputs).fill(NaN),
    space: space.space,
    exact: true,
    additivity: { notAdditive: `Values sum to what flows through ${layer.name} [${neuron}] alone.` },
    chunkRows: chunkRowsFor(facts, steps * (nOutputs + 1)),
    async explain(given, rowIds, signal) {
      const rows = withoutMissing(given, facts, environment.features, 'row', rowIds);
      const values = await attribute(job, rows, signal);
      return { values, standardErrors: null, evaluations: rows.nRows * steps * (nOutputs + 1) };
    },
  };
}

/**
 * Neuron conductance: how much of the output's change from baseline to row each feature sends through one hidden neuron y:
 * (x - b) times the mean along the path of d output / d y * d y / d x (Dhamdhere et al. 2018, arXiv 1805.12233,
 * equation 3), as captum 0.9 NeuronConductance. The rule is Gauss-Legendre; captum's own default, a trapezoid whose weights
 * sum to 1 - 1 / steps, is offered by name.
 *
 * In the unit of the chosen output; values sum to the neuron's conductance, not to the prediction, so there is no base value.
 * Missing cells as in Integrated Gradients. Parameters `layer` (id or name) and `neuron` (from 0).
 */
export const neuronConductanceExplainer: Explainer = {
  id: 'neuron-conductance',
  label: 'Neuron conductance',
  family: 'Gradients',
  yields: 'local values',
  semantics: 'captum NeuronConductance',
  sentence: 'How much of the output’s change each feature sends through one neuron of a hidden layer.',
  needs: 'a neural net with numeric features and a hidden layer',
  source: 'Dhamdhere et al. 2018, arXiv 1805.12233; captum 0.9',
  usesBackground: true,
  needsTraining: false,
  parameters: (model) => [layerParameter(model), NEURON, BASELINE, STEPS, RULE],
  unavailable: layersUnavailable,
  outputSpaces: gradientOutputSpaces,
  estimate: (model, _backgroundRows, parameters) => estimateGradients(model, 2 * numberParameter(parameters, STEPS), model.nFeatures),
  prepare,
};
