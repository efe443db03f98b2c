/** A setting of an explainer, drawn by the dialog, read by the command line (`--set id=value`) and listed in the docs. */
export type ParameterSpec =
  | {
      readonly kind: 'number';
      readonly id: string;
      readonly label: string;
      readonly hint: string;
      readonly default: number;
      readonly min: number;
      readonly max: number;
      readonly integer: boolean;
    }
  | {
      readonly kind: 'choice';
      readonly id: string;
      readonly label: string;
      readonly hint: string;
      readonly default: string;
      readonly options: readonly { readonly value: string; readonly label: string }[];
    }
  | { readonly kind: 'flag'; readonly id: string; readonly label: string; readonly hint: string; readonly default: boolean }
  | { readonly kind: 'text'; readonly id: string; readonly label: string; readonly hint: string; readonly default: string };

export type Parameters = Readonly<Record<string, string | number | boolean>>;

/** A parameter's value: what was given, else its default. */
export function numberParameter(parameters: Parameters, spec: Extract<ParameterSpec, { kind: 'number' }>): number {
  const given = parameters[spec.id];
  return given === undefined ? spec.default : Number(given);
}

export function choiceParameter(parameters: Parameters, spec: Extract<ParameterSpec, { kind: 'choice' | 'text' }>): string {
  const given = parameters[spec.id];
  return given === undefined ? spec.default : String(given);
}

export function flagParameter(parameters: Parameters, spec: Extract<ParameterSpec, { kind: 'flag' }>): boolean {
  const given = parameters[spec.id];
  return given === undefined ? spec.default : given === true || given === 'true' || given === 1;
}
