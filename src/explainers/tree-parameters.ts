import { LimpidError } from '#/base/errors';
import { choiceParameter, flagParameter, type Parameters, type ParameterSpec } from '#/explainers/parameters';

export const VALUES = {
  kind: 'choice',
  id: 'values',
  label: 'Values',
  hint: 'Shapley values sum to the prediction; Banzhaf values weigh every coalition alike and do not',
  default: 'shapley',
  options: [
    { value: 'shapley', label: 'Shapley' },
    { value: 'banzhaf', label: 'Banzhaf' },
  ],
} as const satisfies ParameterSpec;

export const INTERACTIONS = {
  kind: 'flag',
  id: 'interactions',
  label: 'Interactions of pairs',
  hint: 'A matrix a row; needs room for features × features numbers',
  default: false,
} as const satisfies ParameterSpec;

/** @throws LimpidError `BadRequest` for a value that is no option */
export function requireChoice(parameters: Parameters, spec: Extract<ParameterSpec, { kind: 'choice' }>): string {
  const value = choiceParameter(parameters, spec);
  if (spec.options.some((option) => option.value === value)) return value;
  const known = spec.options.map((option) => `"${option.value}"`).join(' or ');
  throw new LimpidError({ tag: 'BadRequest', message: `${spec.label} can be ${known}, not "${value}".` });
}

export interface TreeChoices {
  readonly banzhaf: boolean;
  readonly pairs: boolean;
}

/** @throws LimpidError `BadRequest` for a value that is no option */
export function treeChoices(parameters: Parameters): TreeChoices {
  return { banzhaf: requireChoice(parameters, VALUES) === 'banzhaf', pairs: flagParameter(parameters, INTERACTIONS) };
}

export const BANZHAF_SUMS = { notAdditive: 'Banzhaf values do not sum to the prediction.' } as const;
