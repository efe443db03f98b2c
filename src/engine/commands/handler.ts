import type { Explanation } from '#/domain/explanation';
import type { Study } from '#/domain/study';
import type { Command } from '#/engine/command';

/** Commands that only the engine gives: what jobs add, and inverses that carry data. */
export type InternalCommand =
  | { readonly kind: 'insert explanation'; readonly explanation: Explanation; readonly index: number }
  | { readonly kind: 'insert point'; readonly point: Study['points'][number]; readonly index: number };

export type EngineCommand = Command | InternalCommand;

export interface Applied {
  readonly study: Study;
  /** Applying it to `study` gives the study as it was. */
  readonly inverse: EngineCommand;
}

/** One command: how it changes a study, and what it is called in "Undo ...". */
export interface CommandHandler<C extends EngineCommand = EngineCommand> {
  readonly kind: C['kind'];
  /** `rename to Titanic`; read after "Undo: " */
  label(command: C, study: Study): string;
  /** @throws LimpidError `NotFound` | `BadRequest`; the study is then unchanged */
  apply(study: Study, command: C): Applied;
}

/** Counts the parts that changed, so that answers about the others stay cached. */
export function revise(study: Study, patch: Partial<Study>, ...parts: (keyof Study['revisions'])[]): Study {
  const revisions = { ...study.revisions };
  for (const part of parts) revisions[part] += 1;
  return { ...study, ...patch, revisions };
}
