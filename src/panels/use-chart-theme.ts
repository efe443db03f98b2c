import { useSyncExternalStore } from 'react';
import { chartTheme, type ChartTheme } from '#/charts/theme';
import { useColourScheme } from '#/state/colour-scheme';

const THEMES = {
  light: { wide: chartTheme('light', false), compact: chartTheme('light', true) },
  dark: { wide: chartTheme('dark', false), compact: chartTheme('dark', true) },
};

const NARROW = '(max-width: 760px)';

/** The charts' theme for the colour scheme in force; the same object until one of its choices changes. */
export function useChartTheme(room: 'view' | 'pane' = 'view'): ChartTheme {
  const scheme = useColourScheme((state) => state.scheme);
  const narrow = useNarrow();
  return THEMES[scheme][narrow || room === 'pane' ? 'compact' : 'wide'];
}

export function useNarrow(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = matchMedia(NARROW);
      query.addEventListener('change', changed);
      return () => query.removeEventListener('change', changed);
    },
    () => matchMedia(NARROW).matches,
  );
}
