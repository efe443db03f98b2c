import { LimpidError } from '#/base/errors';
import type { Study } from '#/domain/study';
import { insertExplanationHandler, removeExplanationHandler, renameExplanationHandler } from '#/engine/commands/explanations';
import { groupFeaturesHandler } from '#/engine/commands/group-features';
import type { Applied, CommandHandler, EngineCommand } from '#/engine/commands/handler';
import { addPointHandler, changePointHandler, insertPointHandler, removePointHandler } from '#/engine/commands/points';
import { renameHandler, setClassNamesHandler, setNotesHandler } from '#/engine/commands/study-text';
import { setRoleHandler } from '#/engine/commands/table-role';

/** Every command there is; the mapped type makes a missing or misnamed handler a compile error. */
export const commandHandlers: { readonly [K in EngineCommand['kind']]: CommandHandler<Extract<EngineCommand, { kind: K }>> } = {
  rename: renameHandler,
  'set notes': setNotesHandler,
  'set class names': setClassNamesHandler,
  'set role': setRoleHandler,
  'add point': addPointHandler,
  'insert point': insertPointHandler,
  'change point': changePointHandler,
  'remove point': removePointHandler,
  'insert explanation': insertExplanationHandler,
  'remove explanation': removeExplanationHandler,
  'rename explanation': renameExplanationHandler,
  'group features': groupFeaturesHandler,
};

function handlerOf(command: EngineCommand): CommandHandler {
  const handler = commandHandlers[command.kind] as CommandHandler | undefined;
  if (!handler) throw new LimpidError({ tag: 'BadRequest', message: `There is no command "${command.kind}".` });
  return handler;
}

export function applyCommand(study: Study, command: EngineCommand): Applied {
  return handlerOf(command).apply(study, command);
}

export function labelOf(study: Study, command: EngineCommand): string {
  return handlerOf(command).label(command, study);
}
