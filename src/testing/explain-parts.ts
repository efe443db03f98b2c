import type { ExplainableModel, ExplainerEnvironment, ExplainSpec } from '#/explainers/explainer';

/** Parts of an environment for models of which nothing but predictions (and perhaps trees) is known. */
export const NO_STRUCTURE = { trees: null, linear: null, gradients: null, kernels: null } satisfies Partial<ExplainerEnvironment>;

/** Parts of a spec for methods that learn nothing. */
export const NOTHING_LEARNT = { training: null, nRows: 1, fitted: null } satisfies Partial<ExplainSpec>;

/** A described model of which nothing but predictions is known: one value from four features. */
export const OPAQUE_MODEL: ExplainableModel = {
  nFeatures: 4,
  nOutputs: 1,
  nClasses: 0,
  predictionSpace: 'value',
  features: [],
  trees: { reason: 'The model is no tree ensemble.' },
  linear: { reason: 'The model is not linear.' },
  gradients: { reason: 'The model is no net.' },
  secondsPerRow: 1e-6,
};
