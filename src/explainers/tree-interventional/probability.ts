import { LimpidError } from '#/base/errors';
import type { TreeModel } from '#/domain/tree-model';
import type { AdditiveSpace } from '#/domain/units';
import type { Background, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { createForest, type Forest } from '#/explainers/forest';
import { playersOf } from '#/explainers/kernel-forest';
import { PROBABILITY } from '#/explainers/tree-interventional/probability-parameter';
import { BANZHAF_SUMS, requireChoice, type TreeChoices } from '#/explainers/tree-parameters';
import { exactPredictionValues } from '#/explainers/tree-interventional/exact-probability';
import { weightedMean } from '#/explainers/tree-interventional/weighted-mean';
import { rescaledValues } from '#/explainers/tree-interventional/rescaled-probability';
import { encodeForTrees } from '#/trees/apply-steps';
import { evaluateEnsemble } from '#/trees/evaluate';
import { applyInverseLink } from '#/trees/link';

const MOST_PLAYERS = 16;
/** Evaluations a row that all coalitions may take. */
const MOST_EVALUATIONS = 2 ** 21;
const MOST_RESCALED_BACKGROUND = 100;
/** Evaluations of one call of `explain`: some 100 ms. */
const CALL_EVALUATIONS = 100_000;
const CALL_PAIRS = 20_000_000;

/**
 * Interventional values of the prediction of a model that sums margins (links logit, softmax, log).
 * `exact`: Shapley or Banzhaf values of the prediction itself, by enumeration over the features that the trees test.
 * `rescaled`: shap's (rescaled-probability.ts), for links that squash each output by itself.
 *
 * @throws LimpidError `BadRequest` when all coalitions are too many (more than 16 tested features, or 2^features * background rows
 *   above 2^21), for a background of more than 100 rows or a softmax with `rescaled`, and for what `rescaled` does not give
 */
export function prepareProbability(
  spec: ExplainSpec,
  model: TreeModel,
  background: Background,
  choices: TreeChoices,
  nFeatures: number,
): PreparedExplainer {
  const forest = createForest(model, nFeatures);
  const mode = requireChoice(spec.parameters, PROBABILITY);
  return mode === 'exact' ? prepareExact(forest, background, choices) : prepareRescaled(forest, background, choices);
}

function prepareExact(forest: Forest, background: Background, choices: TreeChoices): PreparedExplainer {
  const players = playersOf(forest);
  const nOthers = background.weights.length;
  const evaluations = 2 ** players.length * nOthers;
  if (players.length > MOST_PLAYERS || evaluations > MOST_EVALUATIONS) {
    throw new LimpidError({
      tag: 'BadRequest',
      message: `Exact values of the probability need all 2^${players.length} coalitions of ${players.length} features with ${nOthers} background rows, which is too much.`,
      hint: 'Use Kernel SHAP for probabilities, the rescaled values, or fewer background rows.',
    });
  }
  return {
    ...basics(forest, background),
    additivity: choices.banzhaf ? BANZHAF_SUMS : 'measured',
    chunkRows: Math.max(1, Math.floor(CALL_EVALUATIONS / evaluations)),
    explain: async (rows, _rowIds, signal) => {
      const sums = await exactPredictionValues(forest, players, background, choices, rows, signal);
      return {
        values: sums.values,
        standardErrors: null,
        evaluations: evaluations * rows.nRows,
        ...(sums.interactions === null ? {} : { interactions: sums.interactions }),
      };
    },
  };
}

function prepareRescaled(forest: Forest, background: Background, choices: TreeChoices): PreparedExplainer {
  const { link } = forest.model;
  const refuse = (message: string, hint: string): LimpidError => new LimpidError({ tag: 'BadRequest', message, hint });
  if (link === 'softmax' || link === 'identity') {
    throw refuse(
      'Rescaled values exist for outputs that are squashed one by one, not for a softmax.',
      'Choose the exact values, or Kernel SHAP.',
    );
  }
  if (background.weights.length > MOST_RESCALED_BACKGROUND) {
    throw refuse(
      `Rescaled values take at most ${MOST_RESCALED_BACKGROUND} background rows, not ${background.weights.length}.`,
      'Choose a smaller background.',
    );
  }
  if (choices.banzhaf || choices.pairs) {
    throw refuse('Rescaled values are Shapley values of single features.', 'Choose the exact values for interactions or Banzhaf values.');
  }
  return {
    ...basics(forest, background),
    additivity: 'measured',
    chunkRows: Math.max(1, Math.floor(CALL_PAIRS / (forest.leaves * background.weights.length))),
    explain: async (rows, _rowIds, signal) => ({
      values: await rescaledValues(forest, link, background, rows, signal),
      standardErrors: null,
      evaluations: 0,
    }),
  };
}

function basics(forest: Forest, background: Background): Pick<PreparedExplainer, 'baseValues' | 'space' | 'exact'> {
  const { model } = forest;
  const { ensemble, link } = model;
  const { weights, rows } = background;
  const predictions = applyInverseLink(link, evaluateEnsemble(ensemble, encodeForTrees(model, rows), weights.length), ensemble.nOutputs);
  const space: AdditiveSpace = link === 'log' ? 'value' : 'probability';
  return { baseValues: weightedMean(predictions, weights, ensemble.nOutputs), space, exact: true };
}
