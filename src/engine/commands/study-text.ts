import { LimpidError } from '#/base/errors';
import { withClassLabels, classLabels } from '#/domain/outputs';
import type { Command } from '#/engine/command';
import { revise, type CommandHandler } from '#/engine/commands/handler';

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;

export const renameHandler: CommandHandler<Of<'rename'>> = {
  kind: 'rename',
  label: (command) => `rename to ${command.name}`,
  apply(study, command) {
    const name = command.name.trim();
    if (name === '') throw new LimpidError({ tag: 'BadRequest', message: 'A study needs a name.', hint: 'Type at least one letter.' });
    return { study: revise(study, { name }, 'meta'), inverse: { kind: 'rename', name: study.name } };
  },
};

export const setNotesHandler: CommandHandler<Of<'set notes'>> = {
  kind: 'set notes',
  label: () => 'edit notes',
  apply: (study, command) => ({
    study: revise(study, { notes: command.notes }, 'meta'),
    inverse: { kind: 'set notes', notes: study.notes },
  }),
};

export const setClassNamesHandler: CommandHandler<Of<'set class names'>> = {
  kind: 'set class names',
  label: () => 'rename classes',
  apply(study, command) {
    const before = classLabels(study.outputs);
    if (command.names.length !== before.length) {
      throw new LimpidError({ tag: 'BadRequest', message: `${before.length} class names are needed, ${command.names.length} were given.` });
    }
    const outputs = withClassLabels(study.outputs, command.names);
    const model = study.model === null ? null : { ...study.model, outputs };
    return {
      // Labels stand in axes, legends and answers of every part.
      study: revise(study, { outputs, model }, 'meta', 'predictions', 'explanations', 'table'),
      inverse: { kind: 'set class names', names: before },
    };
  },
};
