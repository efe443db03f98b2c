import type { ExplainableModel, Explainer } from '#/explainers/explainer';
import { prepareEngineered } from '#/explainers/feature-map/engineered-players';
import { choiceParameter, type Parameters, type ParameterSpec } from '#/explainers/parameters';
import { requireChoice } from '#/explainers/tree-parameters';

/** Which features get values, of models whose preparation could be read. */
export const FEATURES: Extract<ParameterSpec, { kind: 'choice' }> = {
  kind: 'choice',
  id: 'features',
  label: 'Values of',
  hint: 'Columns are what encoders make of a feature (sex=female); they can be grouped afterwards',
  default: 'raw',
  options: [
    { value: 'raw', label: 'features of the table' },
    { value: 'engineered', label: 'columns of the model' },
  ],
};

function wantsEngineered(parameters: Parameters): boolean {
  return choiceParameter(parameters, FEATURES) === 'engineered';
}

/**
 * The setting where it makes a difference: the preparation makes more columns than there are features.
 * @param columns - of the model behind its preparation, undefined where not known
 */
export function engineeredParameter(columns: number | undefined, nFeatures: number): readonly ParameterSpec[] {
  return columns !== undefined && columns > nFeatures ? [FEATURES] : [];
}

/** Columns of a tree model, undefined where there is none. */
export function treeColumns({ trees }: ExplainableModel): number | undefined {
  return 'reason' in trees ? undefined : trees.columns;
}

/** The model as its columns, for estimates; as it is where the features are explained. */
export function asExplained(model: ExplainableModel, columns: number | undefined, parameters: Parameters): ExplainableModel {
  return columns !== undefined && wantsEngineered(parameters) ? { ...model, nFeatures: columns } : model;
}

/** An explainer's `prepare` that follows the setting. */
export function prepareByFeatures(prepare: Explainer['prepare']): Explainer['prepare'] {
  return (spec, environment, signal) =>
    requireChoice(spec.parameters, FEATURES) === 'engineered'
      ? prepareEngineered(spec, environment, prepare, signal)
      : prepare(spec, environment, signal);
}
