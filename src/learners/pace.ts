/**
 * Keeps a long training open to abort messages: ask `due()` often, `await pause()` when it says so. Where a training pauses
 * depends on the clock, what it learns must not. `createPacer` of explainers/ makes one.
 */
export interface Pace {
  due(): boolean;
  /** @throws LimpidError `Aborted` */
  pause(): Promise<void>;
}
