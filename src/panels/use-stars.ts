import { useMemo } from 'react';
import { EMPTY_STARS, starsOf, type Stars } from '#/charts/plot-shared';
import type { ChartTheme } from '#/charts/theme';
import type { AxisRef } from '#/queries/axis';
import { useAsk } from '#/state/use-ask';
import { useSession } from '#/state/session';

/** Named what-if points as stars, where both axes are features or predictions. */
export function useStars(x: AxisRef | undefined, y: AxisRef | null | undefined, theme: ChartTheme): Stars {
  const study = useSession((state) => state.study);
  const profiles = useAsk('profiles', ['table', 'model'], study !== null && study.points.length > 0 ? {} : null).data?.profiles;
  return useMemo(() => {
    if (study?.predictionSpace == null || study.points.length === 0 || x === undefined || y == null || profiles === undefined)
      return EMPTY_STARS;
    const featureOfColumn = new Map(
      profiles.flatMap(({ feature, schema }) => (schema.column === null ? [] : [[schema.column, feature] as const])),
    );
    return starsOf(study.points, x, y, featureOfColumn, study.outputs, study.predictionSpace, theme);
  }, [study, profiles, x, y, theme]);
}
