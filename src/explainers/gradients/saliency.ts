import type { Explainer } from '#/explainers/explainer';
import { flagParameter, type ParameterSpec } from '#/explainers/parameters';
import { estimateGradients, gradientOutputSpaces, gradientsUnavailable } from './gradient-offer';
import { preparePlain } from './plain-gradients';

const ABSOLUTE = {
  kind: 'flag',
  id: 'absolute',
  label: 'Without sign',
  hint: 'Size of the slope only, as captum does',
  default: true,
} as const satisfies ParameterSpec;

/**
 * Saliency: the gradient of the output at the row, |gradient| by default (Simonyan et al. 2013, arXiv 1312.6034, section 3),
 * as captum 0.9 Saliency. Values are slopes: output unit per unit of the feature, so features in small units look large.
 * They do not sum to anything, and there is no base value. Missing cells as in Integrated Gradients.
 */
export const saliencyExplainer: Explainer = {
  id: 'saliency',
  label: 'Saliency',
  family: 'Gradients',
  yields: 'local values',
  semantics: 'captum Saliency',
  sentence: 'How steeply the output changes with each feature, right at the row.',
  needs: 'a neural net with numeric features',
  source: 'Simonyan et al. 2013, arXiv 1312.6034; captum 0.9',
  usesBackground: false,
  needsTraining: false,
  parameters: () => [ABSOLUTE],
  unavailable: gradientsUnavailable,
  outputSpaces: gradientOutputSpaces,
  estimate: (model) => estimateGradients(model, 1, model.nFeatures),
  prepare: (spec, environment) => {
    const absolute = flagParameter(spec.parameters, ABSOLUTE);
    return preparePlain(
      spec,
      environment,
      () => 'none',
      'Values are slopes, not parts of a prediction.',
      (gradients) => {
        if (absolute) for (let at = 0; at < gradients.length; at++) gradients[at] = Math.abs(gradients[at]!);
      },
    );
  },
};
