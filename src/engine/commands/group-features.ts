import { LimpidError } from '#/base/errors';
import type { FeatureSchema } from '#/domain/model';
import type { Study } from '#/domain/study';
import type { Command } from '#/engine/command';
import { revise, type CommandHandler } from '#/engine/commands/handler';
import { freeExplanationId } from '#/engine/free-id';
import { deriveExplanation } from '#/explainers/feature-map/derive-explanation';
import { describeFeature } from '#/formats/bind-slots';

function schemaIn(study: Study, name: string): FeatureSchema | null {
  const index = study.table.columns.findIndex((column) => column.name === name);
  const column = study.table.columns[index];
  return column === undefined ? null : describeFeature(column, index);
}

/** Puts an explanation over groups of features behind the one it is derived from; both stay in the study. */
export const groupFeaturesHandler: CommandHandler<Extract<Command, { kind: 'group features' }>> = {
  kind: 'group features',
  label: (command) => `group ${command.groups.map(({ name }) => name).join(', ')}`,
  apply(study, command) {
    const index = study.explanations.findIndex((explanation) => explanation.id === command.id);
    const explanation = study.explanations[index];
    if (!explanation) throw new LimpidError({ tag: 'NotFound', message: `There is no explanation ${command.id}.` });
    if (command.groups.length === 0) {
      throw new LimpidError({ tag: 'BadRequest', message: 'There is no group.', hint: 'Put at least two features into one.' });
    }
    const derived = deriveExplanation(explanation, {
      id: freeExplanationId(study.explanations, `${explanation.id}-grouped`),
      name: `${explanation.name} (grouped)`,
      by: { groups: command.groups },
      schemaOf: (name) => schemaIn(study, name),
    });
    return {
      study: revise(study, { explanations: study.explanations.toSpliced(index + 1, 0, derived) }, 'explanations'),
      inverse: { kind: 'remove explanation', id: derived.id },
    };
  },
};
