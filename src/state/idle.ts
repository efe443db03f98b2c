import { create } from 'zustand';

/**
 * Work that a person (or a test) should wait for and that TanStack Query does not know of: a chart being drawn,
 * a lazy view being loaded. `<html data-idle="true">` says that there is none (app/IdleSignal).
 */
interface IdleStore {
  /** What is going on, for whoever wonders why the page is not idle. */
  readonly working: readonly { readonly label: string }[];
}

export const useIdle = create<IdleStore>()(() => ({ working: [] }));

/**
 * @param label - names the work
 * @returns call it once when the work has ended; further calls do nothing
 */
export function beginWork(label: string): () => void {
  const work = { label };
  useIdle.setState((state) => ({ working: [...state.working, work] }));
  return () => useIdle.setState((state) => ({ working: state.working.filter((one) => one !== work) }));
}
