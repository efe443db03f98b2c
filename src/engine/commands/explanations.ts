import { LimpidError } from '#/base/errors';
import type { Explanation } from '#/domain/explanation';
import type { Study } from '#/domain/study';
import type { Command } from '#/engine/command';
import { revise, type CommandHandler, type InternalCommand } from '#/engine/commands/handler';

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;

function find(study: Study, id: string): { readonly explanation: Explanation; readonly index: number } {
  const index = study.explanations.findIndex((explanation) => explanation.id === id);
  const explanation = study.explanations[index];
  if (!explanation) throw new LimpidError({ tag: 'NotFound', message: `There is no explanation ${id}.` });
  return { explanation, index };
}

export const insertExplanationHandler: CommandHandler<Extract<InternalCommand, { kind: 'insert explanation' }>> = {
  kind: 'insert explanation',
  label: (command) => `add ${command.explanation.name}`,
  apply: (study, command) => ({
    study: revise(study, { explanations: study.explanations.toSpliced(command.index, 0, command.explanation) }, 'explanations'),
    inverse: { kind: 'remove explanation', id: command.explanation.id },
  }),
};

export const removeExplanationHandler: CommandHandler<Of<'remove explanation'>> = {
  kind: 'remove explanation',
  label: (command, study) => `remove ${study.explanations.find((explanation) => explanation.id === command.id)?.name ?? 'explanation'}`,
  apply(study, command) {
    const { explanation, index } = find(study, command.id);
    return {
      study: revise(study, { explanations: study.explanations.toSpliced(index, 1) }, 'explanations'),
      inverse: { kind: 'insert explanation', explanation, index },
    };
  },
};

export const renameExplanationHandler: CommandHandler<Of<'rename explanation'>> = {
  kind: 'rename explanation',
  label: (command) => `rename to ${command.name}`,
  apply(study, command) {
    const { explanation, index } = find(study, command.id);
    return {
      study: revise(study, { explanations: study.explanations.with(index, { ...explanation, name: command.name }) }, 'explanations'),
      inverse: { kind: 'rename explanation', id: command.id, name: explanation.name },
    };
  },
};
