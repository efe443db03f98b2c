import type { Explainer } from '#/explainers/explainer';
import { estimateGradients, gradientOutputSpaces, gradientsUnavailable } from './gradient-offer';
import { preparePlain } from './plain-gradients';

/**
 * Input times gradient at the row (Shrikumar et al. 2016, arXiv 1605.01713), as captum 0.9 InputXGradient: the change of the
 * output if it were linear from zero on. In the unit of the chosen output, but without completeness and base value.
 * Missing cells as in Integrated Gradients.
 */
export const inputXGradientExplainer: Explainer = {
  id: 'input-x-gradient',
  label: 'Input × Gradient',
  family: 'Gradients',
  yields: 'local values',
  semantics: 'captum InputXGradient',
  sentence: 'Each value times the slope of the output at the row.',
  needs: 'a neural net with numeric features',
  source: 'Shrikumar et al. 2016, arXiv 1605.01713; captum 0.9',
  usesBackground: false,
  needsTraining: false,
  parameters: () => [],
  unavailable: gradientsUnavailable,
  outputSpaces: gradientOutputSpaces,
  estimate: (model) => estimateGradients(model, 1, model.nFeatures),
  prepare: (spec, environment) =>
    preparePlain(
      spec,
      environment,
      (output) => output,
      'One gradient at the row takes the net as linear: values need not sum to the prediction.',
      (gradients, rows) => {
        for (let at = 0; at < gradients.length; at++) gradients[at]! *= rows.values[at]!;
      },
    ),
};
