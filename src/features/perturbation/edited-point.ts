import { create } from 'zustand';

interface EditedPointStore {
  /** The kept point being edited; null: what is kept becomes a new one. */
  readonly id: string | null;
  set(id: string | null): void;
}

/** Outlives the pane's change to the point's base row. */
export const useEditedPoint = create<EditedPointStore>()((set) => ({ id: null, set: (id) => set({ id }) }));
