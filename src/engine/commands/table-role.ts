import { LimpidError } from '#/base/errors';
import type { Command } from '#/engine/command';
import { revise, type CommandHandler } from '#/engine/commands/handler';

export const setRoleHandler: CommandHandler<Extract<Command, { kind: 'set role' }>> = {
  kind: 'set role',
  label: (command, study) => `make ${study.table.columns[command.column]?.name ?? 'column'} ${command.role}`,
  apply(study, command) {
    const column = study.table.columns[command.column];
    if (!column) throw new LimpidError({ tag: 'NotFound', message: `The table has no column ${command.column + 1}.` });
    if (study.model?.features.some((feature) => feature.column === command.column) && command.role !== 'feature') {
      throw new LimpidError({
        tag: 'BadRequest',
        message: `The model reads ${column.name}: it stays a feature.`,
        hint: 'Open the model and the table again to feed the model differently.',
      });
    }
    const columns = study.table.columns.map((other, index) => (index === command.column ? { ...other, role: command.role } : other));
    return {
      study: revise(study, { table: { ...study.table, columns } }, 'table'),
      inverse: { kind: 'set role', column: command.column, role: column.role },
    };
  },
};
