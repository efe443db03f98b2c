import { LimpidError } from '#/base/errors';
import type { Study, WhatIfPoint } from '#/domain/study';
import type { Command } from '#/engine/command';
import { revise, type CommandHandler, type InternalCommand } from '#/engine/commands/handler';

type Of<K extends Command['kind']> = Extract<Command, { kind: K }>;

function find(study: Study, id: string): { readonly point: WhatIfPoint; readonly index: number } {
  const index = study.points.findIndex((point) => point.id === id);
  const point = study.points[index];
  if (!point) throw new LimpidError({ tag: 'NotFound', message: `There is no what-if point ${id}.` });
  return { point, index };
}

export const addPointHandler: CommandHandler<Of<'add point'>> = {
  kind: 'add point',
  label: (command) => `keep ${command.point.name}`,
  apply(study, command) {
    if (study.points.some((point) => point.id === command.point.id)) {
      throw new LimpidError({ tag: 'BadRequest', message: `A what-if point ${command.point.id} is there already.` });
    }
    return {
      study: revise(study, { points: [...study.points, command.point] }, 'points'),
      inverse: { kind: 'remove point', id: command.point.id },
    };
  },
};

export const insertPointHandler: CommandHandler<Extract<InternalCommand, { kind: 'insert point' }>> = {
  kind: 'insert point',
  label: (command) => `bring back ${command.point.name}`,
  apply: (study, command) => ({
    study: revise(study, { points: study.points.toSpliced(command.index, 0, command.point) }, 'points'),
    inverse: { kind: 'remove point', id: command.point.id },
  }),
};

export const changePointHandler: CommandHandler<Of<'change point'>> = {
  kind: 'change point',
  label: (command) => `change ${command.point.name}`,
  apply(study, command) {
    const { point, index } = find(study, command.point.id);
    return {
      study: revise(study, { points: study.points.with(index, command.point) }, 'points'),
      inverse: { kind: 'change point', point },
    };
  },
};

export const removePointHandler: CommandHandler<Of<'remove point'>> = {
  kind: 'remove point',
  label: (command, study) => `remove ${study.points.find((point) => point.id === command.id)?.name ?? 'point'}`,
  apply(study, command) {
    const { point, index } = find(study, command.id);
    return {
      study: revise(study, { points: study.points.toSpliced(index, 1) }, 'points'),
      inverse: { kind: 'insert point', point, index },
    };
  },
};
