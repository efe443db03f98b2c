import { LimpidError } from '#/base/errors';
import { choiceParameter, numberParameter, type Parameters, type ParameterSpec } from '#/explainers/parameters';

export const MODE = {
  kind: 'choice',
  id: 'mode',
  label: 'Sampling',
  hint: 'Better: fewer evaluations and error bars. Reference: what shap 0.51 computes',
  default: 'better',
  options: [
    { value: 'better', label: 'Better' },
    { value: 'reference', label: 'As shap does' },
  ],
} as const satisfies ParameterSpec;

export const BUDGET = {
  kind: 'number',
  id: 'budget',
  label: 'Coalitions a row',
  hint: '0 chooses: exact where that is affordable',
  default: 0,
  min: 0,
  max: 100_000,
  integer: true,
} as const satisfies ParameterSpec;

export const ERROR = {
  kind: 'number',
  id: 'error',
  label: 'Stop at this error',
  hint: 'Largest standard error of a row, as a share of the standard deviation of predictions over the background; 0 spends the budget',
  default: 0,
  min: 0,
  max: 1,
  integer: false,
} as const satisfies ParameterSpec;

export const GROUPS = {
  kind: 'text',
  id: 'groups',
  label: 'Groups of features',
  hint: 'Features that share one value: name=feature,feature;name2=feature',
  default: '',
} as const satisfies ParameterSpec;

export const L1 = {
  kind: 'text',
  id: 'l1',
  label: 'Features kept (as shap does)',
  hint: 'With sampling as shap does: none, auto, or num_features(k), which sets all but k features to zero; num_features(10) is its default',
  default: 'none',
} as const satisfies ParameterSpec;

/** `keep`: the first features on a LARS path; `aic`: those of the lasso path's step with the smallest AIC. */
export type FeatureSelection = { readonly kind: 'all' } | { readonly kind: 'keep'; readonly count: number } | { readonly kind: 'aic' };

export interface KernelSettings {
  readonly mode: 'better' | 'reference';
  readonly budget: number;
  readonly error: number;
  readonly groups: string;
  readonly selection: FeatureSelection;
  /** `identity` or `logit`; not in the dialog, as probabilities are explained as they are. */
  readonly link: string;
}

/** @throws LimpidError `BadRequest` for values that no option names */
export function readKernelSettings(parameters: Parameters): KernelSettings {
  const mode = choiceParameter(parameters, MODE);
  if (mode !== 'better' && mode !== 'reference') throw bad(`Kernel SHAP knows the modes better and reference, not "${mode}".`);
  const selection = readSelection(choiceParameter(parameters, L1));
  const error = numberParameter(parameters, ERROR);
  if (!(error >= 0 && error < Infinity)) throw bad(`An error of ${error} cannot be reached.`);
  if (mode === 'better' && selection.kind !== 'all')
    throw bad('Only the reference mode selects features.', 'Leave l1 at "none", or set the mode to "reference".');
  if (mode === 'reference' && error > 0)
    throw bad('The reference mode has no error to stop at.', 'Set error to 0, or the mode to "better".');
  return {
    mode,
    budget: numberParameter(parameters, BUDGET),
    error,
    groups: choiceParameter(parameters, GROUPS),
    selection,
    link: String(parameters.link ?? 'identity'),
  };
}

function readSelection(text: string): FeatureSelection {
  if (text === 'none') return { kind: 'all' };
  if (text === 'auto') return { kind: 'aic' };
  const count = Number(/^num_features\((\d+)\)$/.exec(text)?.[1]);
  if (!(count >= 1)) throw bad(`Kernel SHAP knows l1 none, auto and num_features(k), not "${text}".`);
  return { kind: 'keep', count };
}

function bad(message: string, hint?: string): LimpidError {
  return new LimpidError({ tag: 'BadRequest', message, ...(hint === undefined ? {} : { hint }) });
}
