import { LimpidError } from '#/base/errors';
import type { Study } from '#/domain/study';
import { applyCommand, labelOf } from '#/engine/commands/catalogue';
import type { EngineCommand } from '#/engine/commands/handler';
import type { History } from '#/engine/job';

interface Step {
  readonly label: string;
  readonly inverse: EngineCommand;
}

const MAX_STEPS = 200;

/** The open study and its history. The only place where a study is replaced. */
export class StudySession {
  #study: Study;
  #undo: Step[] = [];
  #redo: Step[] = [];

  constructor(study: Study) {
    this.#study = study;
  }

  get study(): Study {
    return this.#study;
  }

  get history(): History {
    return { undo: this.#undo.at(-1)?.label ?? null, redo: this.#redo.at(-1)?.label ?? null };
  }

  get changed(): boolean {
    return this.#undo.length > 0;
  }

  apply(command: EngineCommand): void {
    const step = this.#perform(command, labelOf(this.#study, command));
    this.#undo = [...this.#undo, step].slice(-MAX_STEPS);
    this.#redo = [];
  }

  undo(): void {
    const step = this.#undo.pop();
    if (!step) throw new LimpidError({ tag: 'BadRequest', message: 'There is nothing to undo.' });
    this.#redo.push(this.#perform(step.inverse, step.label));
  }

  redo(): void {
    const step = this.#redo.pop();
    if (!step) throw new LimpidError({ tag: 'BadRequest', message: 'There is nothing to redo.' });
    this.#undo.push(this.#perform(step.inverse, step.label));
  }

  /** Progress of jobs and first predictions: not a step of the history. */
  replace(change: (study: Study) => Study): void {
    this.#study = change(this.#study);
  }

  #perform(command: EngineCommand, label: string): Step {
    const { study, inverse } = applyCommand(this.#study, command);
    this.#study = study;
    return { label, inverse };
  }
}
