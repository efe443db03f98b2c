import { create } from 'zustand';

export type ColourScheme = 'light' | 'dark';

const KEY = 'limpid.colour-scheme';

interface ColourSchemeStore {
  readonly scheme: ColourScheme;
  readonly toggle: () => void;
}

/** Light or dark: the system's wish until the person has chosen; kept in this browser where it allows that. */
export const useColourScheme = create<ColourSchemeStore>()((set, get) => ({
  scheme: stored() ?? systemScheme(),
  toggle: () => {
    const scheme: ColourScheme = get().scheme === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, scheme);
    } catch {
      // Private windows may refuse; the choice then lasts as long as the page.
    }
    set({ scheme });
  },
}));

/** Puts the scheme on `<html>`, and follows the system while nothing was chosen. */
export function applyColourScheme(): void {
  const show = (scheme: ColourScheme) => {
    document.documentElement.dataset.mantineColorScheme = scheme;
  };
  show(useColourScheme.getState().scheme);
  useColourScheme.subscribe((state) => show(state.scheme));
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    if (stored() === null) useColourScheme.setState({ scheme: systemScheme() });
  });
}

function systemScheme(): ColourScheme {
  return typeof window !== 'undefined' && window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function stored(): ColourScheme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'dark' || value === 'light' ? value : null;
  } catch {
    return null;
  }
}
