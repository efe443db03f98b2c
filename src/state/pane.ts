import { create } from 'zustand';

export const PANE_MIN = 360;
export const PANE_MAX = 520;

interface PaneStore {
  /** CSS pixels. */
  readonly width: number;
  readonly resize: (width: number) => void;
}

/** Width of the row pane: belongs to the screen, not to a link. */
export const usePane = create<PaneStore>()((set) => ({
  width: 420,
  resize: (width) => set({ width: Math.min(PANE_MAX, Math.max(PANE_MIN, Math.round(width))) }),
}));
