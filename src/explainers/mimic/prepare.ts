import { LimpidError } from '#/base/errors';
import type { EncodedRows } from '#/domain/model';
import type { ModelLink, SumSpace } from '#/domain/tree-model';
import type { Surrogate } from '#/domain/surrogate';
import { expit } from '#/domain/units';
import type { ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { linearExplainer } from '#/explainers/linear/linear-explainer';
import { mimicChoices } from '#/explainers/mimic/mimic-parameters';
import { surrogateSums } from '#/explainers/mimic/replication';
import { scaleToTotals } from '#/explainers/mimic/values-output';
import { predictInBatches } from '#/explainers/predict-batches';
import { pathDependentExplainer } from '#/explainers/tree-path-dependent/path-dependent-explainer';
import { applyInverseLink } from '#/trees/link';

/**
 * Explains rows with the fitted surrogate's own exact explainer: trees by path-dependent Tree SHAP with the training covers,
 * linear models by coefficient * (x - mean of the training rows). Values are in the surrogate's space: the target's unit, log-odds of class 1,
 * softmax margins (LightGBM, linear), log-odds of each class against the rest (sgd) or probabilities (one tree of several classes).
 *
 * `values_output`: `probability` moves values until base and sum are the surrogate's probability, `teacher_probability` until they are the
 * model's own prediction (`scaleToTotals`; base = expit(base) of each output, as in interpret-community).
 * @throws LimpidError `BadRequest` without a surrogate, or for probabilities of a model that only gives scores; `Aborted`
 */
export async function prepareMimic(spec: ExplainSpec, environment: ExplainerEnvironment, signal?: AbortSignal): Promise<PreparedExplainer> {
  const { valuesOutput } = mimicChoices(spec.parameters, spec.outputSpace);
  const surrogate = spec.fitted?.surrogate;
  if (surrogate === undefined) throw new LimpidError({ tag: 'BadRequest', message: 'The surrogate has not been trained yet.' });
  const { link, sumSpace } = surrogateForm(surrogate);
  const inner = await prepareInner(spec, environment, surrogate, signal);
  const prepared: PreparedExplainer = { ...inner, space: sumSpace, exact: true, additivity: 'surrogate' };
  if (valuesOutput === 'default' || (valuesOutput === 'probability' && link === 'identity' && sumSpace !== 'score')) return prepared;
  if (sumSpace === 'score') {
    throw new LimpidError({
      tag: 'BadRequest',
      message: 'The model gives scores, not probabilities.',
      hint: 'Let values sum to the surrogate.',
    });
  }
  const fromTeacher = valuesOutput === 'teacher_probability';
  const { predictor } = environment;
  const totalsOf = async (rows: EncodedRows, abort: AbortSignal | undefined): Promise<Float64Array> => {
    if (!fromTeacher) return applyInverseLink(link, surrogateSums(surrogate, rows), predictor.nOutputs);
    const predictions = await predictInBatches(predictor, rows, abort);
    if (predictor.info.space !== 'logit') return predictions;
    return applyInverseLink(predictor.nOutputs === 1 ? 'logit' : 'softmax', predictions.slice(), predictor.nOutputs);
  };
  const baseValues = link === 'identity' ? inner.baseValues : inner.baseValues.map(expit);
  return {
    ...prepared,
    baseValues,
    space: link === 'identity' ? sumSpace : 'probability',
    additivity: fromTeacher ? 'by construction' : 'surrogate',
    async explain(rows, rowIds, abort) {
      const chunk = await inner.explain(rows, rowIds, abort);
      const totals = await totalsOf(rows, abort);
      const nPlayers = rows.nFeatures;
      chunk.values.forEach((values, output) => {
        const own = Float64Array.from({ length: rows.nRows }, (_, row) => totals[row * predictor.nOutputs + output]!);
        scaleToTotals(values, nPlayers, baseValues[output]!, own);
      });
      return { ...chunk, evaluations: fromTeacher ? rows.nRows : 0 };
    },
  };
}

function surrogateForm(surrogate: Surrogate): { link: ModelLink; sumSpace: SumSpace } {
  const model = surrogate.trees ?? surrogate.linear;
  if (model === null) throw new LimpidError({ tag: 'BadRequest', message: 'The surrogate holds no model.' });
  return model;
}

function prepareInner(
  spec: ExplainSpec,
  environment: ExplainerEnvironment,
  surrogate: Surrogate,
  signal: AbortSignal | undefined,
): Promise<PreparedExplainer> {
  const own = { ...environment, trees: surrogate.trees, linear: surrogate.linear, gradients: null };
  const asked = { ...spec, outputSpace: 'raw', parameters: {}, fitted: null } as const;
  if (surrogate.linear === null) return pathDependentExplainer.prepare({ ...asked, explainer: 'tree-path-dependent' }, own, signal);
  const { training } = spec;
  // A surrogate that came with a file has no training rows at hand: then the background stands in for them.
  const background =
    training === null ? spec.background : { rows: training, weights: new Float64Array(training.nRows).fill(1 / training.nRows) };
  return linearExplainer.prepare({ ...asked, explainer: 'linear', background }, own, signal);
}
