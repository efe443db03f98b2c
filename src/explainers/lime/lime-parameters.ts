import type { ParameterSpec } from '#/explainers/parameters';

export const SAMPLES = {
  kind: 'number',
  id: 'samples',
  label: 'Samples a row',
  hint: 'Rows drawn around the training rows for each explained row',
  default: 5000,
  min: 50,
  max: 100_000,
  integer: true,
} as const satisfies ParameterSpec;

export const DISCRETISE = {
  kind: 'flag',
  id: 'discretize',
  label: 'Numbers as quartile bins',
  hint: "lime's own default; off gives slopes, as interpret-community does",
  default: false,
} as const satisfies ParameterSpec;

export const KERNEL_WIDTH = {
  kind: 'number',
  id: 'kernelWidth',
  label: 'Kernel width',
  hint: 'How far from the row samples count; 0: 0.75 times the root of the number of features',
  default: 0,
  min: 0,
  max: 1000,
  integer: false,
} as const satisfies ParameterSpec;
