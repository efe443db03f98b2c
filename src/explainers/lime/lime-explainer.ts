import type { Explainer } from '#/explainers/explainer';
import { predictedSpaces } from '#/explainers/kernel/kernel-explainer';
import { DISCRETISE, KERNEL_WIDTH, SAMPLES } from '#/explainers/lime/lime-parameters';
import { numberParameter } from '#/explainers/parameters';

/** Seconds a sample and squared feature: drawing and the regression. */
const SECONDS_PER_TERM = 2e-9;

export const limeExplainer: Explainer = {
  id: 'lime',
  label: 'LIME',
  family: 'Surrogate',
  yields: 'local values',
  semantics: 'lime LimeTabularExplainer',
  sentence: 'Fits a small linear model to predictions around each row: slopes, not shares of the prediction.',
  needs: 'predictions and training rows',
  source: 'Ribeiro, Singh and Guestrin 2016; lime 0.2.0.1 LimeTabularExplainer',
  usesBackground: false,
  needsTraining: true,
  parameters: () => [SAMPLES, DISCRETISE, KERNEL_WIDTH],
  unavailable: () => null,
  outputSpaces: predictedSpaces,
  estimate(model, _backgroundRows, parameters) {
    const samples = numberParameter(parameters, SAMPLES);
    return {
      evaluationsPerRow: samples,
      secondsPerRow: samples * (model.secondsPerRow + SECONDS_PER_TERM * (model.nFeatures + 4) ** 2),
      setupSeconds: 0,
      bytesPerRow: 4 * model.nOutputs * model.nFeatures,
      exact: true,
    };
  },
  prepare: async (spec, environment) => (await import('#/explainers/lime/explain')).prepareLime(spec, environment),
};
