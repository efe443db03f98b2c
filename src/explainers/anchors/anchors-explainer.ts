import { ANCHOR_PARAMETERS } from '#/explainers/anchors/anchor-parameters';
import type { ExplainableModel, Explainer } from '#/explainers/explainer';

/** Model evaluations of a search with beam 1 on average (census, 14 features), and those that each further rule of the beam adds. */
const EVALUATIONS = 10_000;
const EVALUATIONS_A_BEAM = 6000;
/** The search itself, beside the model. */
const SEARCH_SECONDS = 0.004;
/** The own tree evaluator takes about so long per tree, row and level. */
const SECONDS_PER_STEP = 1.2e-9;
const RULE_BYTES = 400;

export const anchorsExplainer: Explainer = {
  id: 'anchors',
  label: 'Anchors',
  family: 'Rules',
  yields: 'rules',
  semantics: 'Ribeiro et al. 2018; precision measured again on fresh draws',
  sentence: 'Finds a short rule under which the model nearly always decides as it did for the row, whatever the other features are.',
  needs: 'predictions of classes and rows of the data',
  source: 'Ribeiro, Singh and Guestrin, AAAI 2018; KL-LUCB: Kaufmann and Kalyanakrishnan 2013',
  usesBackground: false,
  needsTraining: true,
  parameters: () => Object.values(ANCHOR_PARAMETERS),
  unavailable: (model) => (model.nClasses > 0 ? null : 'Anchors are rules for decisions between classes, and this model predicts a value.'),
  outputSpaces: (model) => (model.nClasses === 0 ? [] : [model.predictionSpace === 'probability' ? 'probability' : 'raw']),
  estimate(model, _backgroundRows, parameters) {
    const beam = Number(parameters.beam ?? ANCHOR_PARAMETERS.beam.default);
    const evaluationsPerRow = EVALUATIONS + (beam - 1) * EVALUATIONS_A_BEAM;
    return {
      evaluationsPerRow,
      secondsPerRow: SEARCH_SECONDS + evaluationsPerRow * secondsPerEvaluation(model),
      setupSeconds: 0.1,
      bytesPerRow: RULE_BYTES,
      exact: false,
    };
  },
  prepare: async (spec, environment) => (await import('#/explainers/anchors/explain')).prepareAnchors(spec, environment),
};

function secondsPerEvaluation({ trees, secondsPerRow }: ExplainableModel): number {
  return 'reason' in trees ? secondsPerRow : trees.nTrees * Math.max(4, trees.depth) * SECONDS_PER_STEP;
}
