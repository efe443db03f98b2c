import type { Explainer } from '#/explainers/explainer';
import { asExplained, engineeredParameter, prepareByFeatures } from '#/explainers/feature-map/engineered-parameter';

/** Seconds a column and output: one multiplication and its encoding. */
const SECONDS_PER_TERM = 2e-8;

export const linearExplainer: Explainer = {
  id: 'linear',
  label: 'Linear SHAP',
  family: 'Linear',
  yields: 'local values',
  semantics: 'shap LinearExplainer',
  sentence: 'Exact for linear and logistic models: each coefficient times how far the value is from its mean over the background.',
  needs: 'a linear model',
  source: 'Strumbelj and Kononenko 2014, section 3; shap 0.51 LinearExplainer, Independent masker',
  usesBackground: true,
  needsTraining: false,
  parameters: (model) => ('reason' in model.linear ? [] : engineeredParameter(model.linear.columns, model.nFeatures)),
  unavailable: (model) => ('reason' in model.linear ? model.linear.reason : null),
  outputSpaces: (model) =>
    'reason' in model.linear || model.linear.link !== 'identity' || model.predictionSpace !== 'probability' ? ['raw'] : ['probability'],
  estimate(model, _backgroundRows, parameters) {
    const columns = 'reason' in model.linear ? model.nFeatures : model.linear.columns;
    return {
      evaluationsPerRow: 0,
      secondsPerRow: SECONDS_PER_TERM * columns * model.nOutputs,
      setupSeconds: 0,
      bytesPerRow: 4 * model.nOutputs * asExplained(model, columns, parameters).nFeatures,
      exact: true,
    };
  },
  prepare: prepareByFeatures(async (spec, environment) => (await import('#/explainers/linear/explain')).prepareLinear(spec, environment)),
};
