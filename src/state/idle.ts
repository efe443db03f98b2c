import { create } from 'zustand';

/**
 * Work that a person (or a test) should wait for and that TanStack Query does not know of: a chart being drawn,
 * a lazy view being loaded. `<html data-idle="true">` says that there is none (app/IdleSignal).
 */
interface IdleStore {
  readonly working: number;
}

export const useIdle = create<IdleStore>()(() => ({ working: 0 }));

/**
 * @param _label - names the work for whoever reads the call
 * @returns call it once when the work has ended; further calls do nothing
 */
export function beginWork(_label: string): () => void {
  let open = true;
  useIdle.setState((state) => ({ working: state.working + 1 }));
  return () => {
    if (!open) return;
    open = false;
    useIdle.setState((state) => ({ working: state.working - 1 }));
  };
}
