import type { ParameterSpec } from '#/explainers/parameters';

export const PROBABILITY = {
  kind: 'choice',
  id: 'probability',
  label: 'Probability',
  hint: 'For the probability of models that sum margins: exact takes all coalitions, rescaled is what shap computes',
  default: 'exact',
  options: [
    { value: 'exact', label: 'Exact' },
    { value: 'rescaled', label: 'Rescaled (shap)' },
  ],
} as const satisfies ParameterSpec;
