import { LimpidError } from '#/base/errors';
import type { SurrogateKind } from '#/domain/surrogate';
import type { ExplainSpec } from '#/explainers/explainer';
import { choiceParameter, flagParameter, numberParameter, type Parameters, type ParameterSpec } from '#/explainers/parameters';

export const SURROGATE = {
  kind: 'choice',
  id: 'surrogate',
  label: 'Surrogate',
  hint: 'The simple model that imitates yours',
  default: 'lightgbm',
  options: [
    { value: 'lightgbm', label: 'Boosted trees (LightGBM)' },
    { value: 'linear', label: 'Linear model' },
    { value: 'sgd', label: 'Linear model by gradient descent' },
    { value: 'tree', label: 'One decision tree' },
  ],
} as const satisfies ParameterSpec;

export const VALUES_OUTPUT = {
  kind: 'choice',
  id: 'values_output',
  label: 'Values sum to',
  hint: 'Probabilities are an approximation: values are moved until they sum to them',
  default: 'default',
  options: [
    { value: 'default', label: 'the surrogate (log-odds for classes)' },
    { value: 'probability', label: "the surrogate's probability" },
    { value: 'teacher_probability', label: "the model's own prediction" },
  ],
} as const satisfies ParameterSpec;

export const AUGMENT = {
  kind: 'flag',
  id: 'augment',
  label: 'Add shuffled rows',
  hint: 'Only for tables with at least twice as many columns as rows',
  default: true,
} as const satisfies ParameterSpec;

export const AUGMENTATIONS = {
  kind: 'number',
  id: 'augmentations',
  label: 'Shuffled copies at most',
  hint: 'As many as it takes to have as many rows as columns',
  default: 10,
  min: 1,
  max: 100,
  integer: true,
} as const satisfies ParameterSpec;

export const MAX_DEPTH = {
  kind: 'number',
  id: 'max_depth',
  label: 'Depth of the decision tree',
  hint: '0 sets no limit; other surrogates do not use it',
  default: 0,
  min: 0,
  max: 60,
  integer: true,
} as const satisfies ParameterSpec;

export const MIMIC_PARAMETERS: readonly ParameterSpec[] = [SURROGATE, VALUES_OUTPUT, MAX_DEPTH, AUGMENT, AUGMENTATIONS];

export type ValuesOutput = 'default' | 'probability' | 'teacher_probability';

export interface MimicChoices {
  readonly surrogate: SurrogateKind;
  readonly valuesOutput: ValuesOutput;
  /** Shuffled copies at most; 0 for none. */
  readonly augmentations: number;
  readonly maxDepth: number;
}

/** @throws LimpidError `BadRequest` for a value that is no option or out of range */
export function mimicChoices(parameters: Parameters, outputSpace: ExplainSpec['outputSpace']): MimicChoices {
  const asked = choice(parameters, VALUES_OUTPUT) as ValuesOutput;
  return {
    surrogate: surrogateKind(parameters),
    valuesOutput: asked === 'default' && outputSpace === 'probability' ? 'probability' : asked,
    augmentations: flagParameter(parameters, AUGMENT) ? whole(parameters, AUGMENTATIONS) : 0,
    maxDepth: whole(parameters, MAX_DEPTH),
  };
}

export function surrogateKind(parameters: Parameters): SurrogateKind {
  return choice(parameters, SURROGATE) as SurrogateKind;
}

function choice(parameters: Parameters, spec: Extract<ParameterSpec, { kind: 'choice' }>): string {
  const value = choiceParameter(parameters, spec);
  if (spec.options.some((option) => option.value === value)) return value;
  const known = spec.options.map((option) => `"${option.value}"`).join(', ');
  throw new LimpidError({ tag: 'BadRequest', message: `${spec.label} can be ${known}, not "${value}".` });
}

function whole(parameters: Parameters, spec: Extract<ParameterSpec, { kind: 'number' }>): number {
  const value = numberParameter(parameters, spec);
  if (Number.isInteger(value) && value >= spec.min && value <= spec.max) return value;
  throw new LimpidError({ tag: 'BadRequest', message: `${spec.label} can be ${spec.min} to ${spec.max}, not ${value}.` });
}
