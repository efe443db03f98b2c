import { throwIfAborted } from '#/base/abort';
import { effectiveBackground } from '#/explainers/background';
import type { Background, ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { createForest, requireTrees, treeColumns } from '#/explainers/forest';
import { BANZHAF_SUMS, treeChoices, type TreeChoices } from '#/explainers/tree-parameters';
import { plainInterventionalSeconds, SECONDS_A_BACKGROUND_ROW } from '#/explainers/tree-interventional/plain-costs';
import { plainInterventionalGame } from '#/explainers/tree-interventional/plain-game';
import { prepareProbability } from '#/explainers/tree-interventional/probability';
import { weightedMean } from '#/explainers/tree-interventional/weighted-mean';
import { prepareTreeValues } from '#/explainers/tree-values';
import type { TreeModel } from '#/domain/tree-model';
import { encodeForTrees } from '#/trees/apply-steps';
import { evaluateEnsemble } from '#/trees/evaluate';

/**
 * Interventional Tree SHAP: the Shapley values of the game
 * v(S) = E over the background of f(row's values on S, background's values elsewhere), averaged with the background's
 * weights. Players are model features: ensemble columns that come from one feature move together.
 *
 * `raw` explains the trees' sum, `probability` the prediction (probability.ts where the model has a link). Values of a row sum to the
 * row's prediction in that space minus the base value; base = weighted mean over the background. NaN cells follow the trees' rule
 * for missing values, after the pipeline's steps.
 *
 * Parameter `interactions`: also the matrix of pairs (half of each pair's Shapley interaction off the diagonal). Parameter `values` =
 * `banzhaf`: Banzhaf values and interactions, which do not sum to the prediction.
 *
 * Matches the definition (shap 0.51 with feature_perturbation="interventional" rounds thresholds to float32 and can be far
 * off next to one, ALGORITHMS 9.1): exact in float64 with the plain code, within about 1e-6 of the largest value with the kernels
 * (tree-values).
 *
 * @throws LimpidError `BadRequest` without trees, for an empty background, unknown parameters, or probabilities that cannot be had
 *   (probability.ts); `Aborted`
 */
export async function prepareInterventional(
  spec: ExplainSpec,
  environment: ExplainerEnvironment,
  signal?: AbortSignal,
): Promise<PreparedExplainer> {
  throwIfAborted(signal);
  const model = requireTrees(environment);
  const choices = treeChoices(spec.parameters);
  const background = effectiveBackground(spec.background, environment.predictor.nFeatures);
  if (spec.outputSpace === 'probability' && model.link !== 'identity') {
    return prepareProbability(spec, model, background, choices, environment.predictor.nFeatures);
  }
  return prepareSums(spec, environment, model, background, choices, signal);
}

async function prepareSums(
  spec: ExplainSpec,
  environment: ExplainerEnvironment,
  model: TreeModel,
  background: Background,
  choices: TreeChoices,
  signal: AbortSignal | undefined,
): Promise<PreparedExplainer> {
  const forest = createForest(model, environment.predictor.nFeatures);
  const x = encodeForTrees(model, background.rows);
  const { weights } = background;
  const values = await prepareTreeValues(
    {
      forest,
      cover: null,
      background: { x, weights },
      ...choices,
      nRows: spec.nRows,
      kernels: environment.kernels,
      plainSeconds: plainInterventionalSeconds(forest.leaves, forest.slots, weights.length, spec.nRows, choices.pairs),
      plainSetupSeconds: forest.leaves * weights.length * SECONDS_A_BACKGROUND_ROW,
      plainGame: (gameSignal) => plainInterventionalGame(forest, treeColumns(model, background.rows), weights, choices, gameSignal),
    },
    signal,
  );
  return {
    baseValues: weightedMean(evaluateEnsemble(model.ensemble, x, weights.length), weights, model.ensemble.nOutputs),
    space: model.sumSpace,
    exact: true,
    additivity: choices.banzhaf ? BANZHAF_SUMS : 'measured',
    chunkRows: values.chunkRows,
    explain: async (rows, _rowIds, explainSignal) => {
      const sums = await values.explain(rows, explainSignal);
      return {
        values: sums.values,
        standardErrors: null,
        evaluations: 0,
        ...(sums.interactions === null ? {} : { interactions: sums.interactions }),
      };
    },
  };
}
