import type { GradientPredictor, GradientRequest } from '#/domain/gradient-model';
import type { EncodedRows } from '#/domain/model';
import type { Background, Explainer, ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { completeBackground, meanOutputs } from './baseline';
import {
  chunkRowsFor,
  estimateGradients,
  gradientOutputSpaces,
  gradientsUnavailable,
  openGradients,
  withoutMissing,
} from './gradient-offer';
import { rowsPerCall } from './path-gradients';

/** A pass over a row and a reference costs about this many gradients. */
const PASSES = 2;

/** Every row beside every background row: [count * nBackground, nFeatures] each. */
function pairs(rows: EncodedRows, start: number, count: number, background: EncodedRows): { own: EncodedRows; references: EncodedRows } {
  const { nFeatures } = rows;
  const nRows = count * background.nRows;
  const own = new Float64Array(nRows * nFeatures);
  const references = new Float64Array(nRows * nFeatures);
  for (let row = 0; row < count; row++) {
    const cells = rows.values.subarray((start + row) * nFeatures, (start + row + 1) * nFeatures);
    const first = row * background.nRows * nFeatures;
    references.set(background.values, first);
    for (let b = 0; b < background.nRows; b++) own.set(cells, first + b * nFeatures);
  }
  return { own: { nRows, nFeatures, values: own }, references: { nRows, nFeatures, values: references } };
}

/** Values of one output by row: sum over b of weight_b (x - b) multiplier(x, b). */
async function attribute(
  predictor: GradientPredictor,
  background: Background,
  rows: EncodedRows,
  request: GradientRequest,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const { nFeatures } = rows;
  const nBackground = background.rows.nRows;
  const result = new Float64Array(rows.nRows * nFeatures);
  const step = rowsPerCall(nBackground);
  for (let start = 0; start < rows.nRows; start += step) {
    const count = Math.min(step, rows.nRows - start);
    const { own, references } = pairs(rows, start, count, background.rows);
    const multipliers = await predictor.multipliers(own, references, request, signal);
    for (let at = 0; at < multipliers.length; at++) {
      const pair = Math.floor(at / nFeatures);
      const target = (start + Math.floor(pair / nBackground)) * nFeatures + (at % nFeatures);
      result[target]! += background.weights[pair % nBackground]! * (own.values[at]! - references.values[at]!) * multipliers[at]!;
    }
  }
  return result;
}

async function prepare(spec: ExplainSpec, environment: ExplainerEnvironment, signal?: AbortSignal): Promise<PreparedExplainer> {
  const { predictor, space } = await openGradients(spec, environment);
  const background = completeBackground(spec.background, environment, predictor.facts);
  const { rescale } = predictor.facts;
  const passes = PASSES * background.rows.nRows;
  return {
    baseValues: await meanOutputs(predictor, background, space.id, signal),
    space: space.space,
    exact: true,
    additivity: rescale === true ? 'measured' : { notAdditive: rescale.reason },
    chunkRows: chunkRowsFor(predictor.facts, passes * predictor.nOutputs),
    async explain(given, rowIds, explainSignal) {
      const rows = withoutMissing(given, predictor.facts, environment.features, 'row', rowIds);
      const values: Float64Array[] = [];
      for (let output = 0; output < predictor.nOutputs; output++) {
        const request: GradientRequest = { of: { kind: 'output', output }, space: space.id, by: null };
        values.push(await attribute(predictor, background, rows, request, explainSignal));
      }
      return { values, standardErrors: null, evaluations: rows.nRows * passes * predictor.nOutputs };
    },
  };
}

/**
 * Deep SHAP: DeepLIFT's rescale multipliers (Shrikumar et al. 2017, arXiv 1704.02685, equations 1 to 6) of the row against
 * each background row, times the difference, averaged over the weighted background (Lundberg and Lee 2017), as shap
 * 0.51's PyTorch DeepExplainer: ReLU, LeakyReLU, ELU, SELU, sigmoid, tanh, softplus and softmax carry
 * delta out / delta in (softmax elementwise, each class for itself), the plain gradient where |delta in| < 1e-6; linear
 * layers, BatchNorm at inference and sums carry their weights.
 *
 * Values are in the unit of the chosen output and sum to f(x) minus its mean over the background, except for nets with
 * products of two moving numbers, GELU, SiLU, LayerNorm and others without a rescale rule: there shap takes the plain
 * gradient at the row, and so does this; the explanation then says that it is not additive. Missing cells as in
 * Integrated Gradients.
 */
export const deepShapExplainer: Explainer = {
  id: 'deep-shap',
  label: 'Deep SHAP',
  family: 'Gradients',
  yields: 'local values',
  semantics: 'shap DeepExplainer (PyTorch), DeepLIFT rescale rule',
  sentence: 'Follows the difference between a row and each background row through the net, layer by layer; fast approximate SHAP values.',
  needs: 'a neural net with numeric features',
  source: 'Shrikumar et al. 2017, arXiv 1704.02685; Lundberg and Lee 2017, arXiv 1705.07874; shap 0.51 DeepExplainer',
  usesBackground: true,
  needsTraining: false,
  parameters: () => [],
  unavailable: gradientsUnavailable,
  outputSpaces: gradientOutputSpaces,
  estimate: (model, backgroundRows) => estimateGradients(model, PASSES * backgroundRows, model.nFeatures),
  prepare,
};
