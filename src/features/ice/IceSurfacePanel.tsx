import { useMemo, useRef } from 'react';
import { curveOf, type IceSurface, type SurfaceAxis } from '#/charts/ice-data';
import { chart, describe, table } from '#/charts/ice-surface';
import type { ChartHandle } from '#/components/VegaChart';
import type { Outputs } from '#/domain/outputs';
import type { IceScope } from '#/features/ice/ice-scope';
import { IceControls } from '#/features/ice/IceControls';
import { chosenRange, gridOf, isRanged, labelsOf, SURFACE_STEPS } from '#/features/ice/ice-axis';
import { useDependenceSurface } from '#/features/ice/use-average';
import { askState } from '#/panels/ask-state';
import { ChartActions } from '#/panels/ChartActions';
import { ChartPanel } from '#/panels/ChartPanel';
import { PaneFrame } from '#/panels/PaneFrame';
import { StateNotice } from '#/panels/StateNotice';
import { useChartTheme } from '#/panels/use-chart-theme';
import { useInteractive } from '#/panels/use-interactive';
import type { FeatureProfile } from '#/queries/profiles';
import { useChoices } from '#/state/choices';
import { viewNames } from '#/text/views';
import styles from './Ice.module.css';

interface IceSurfacePanelProps {
  readonly outputs: Outputs;
  readonly scope: IceScope;
  /** The row as it is looked at: edited where it is. */
  readonly values: Float64Array;
  readonly profiles: readonly FeatureProfile[];
  readonly ordered: readonly { readonly feature: number; readonly hint: string }[];
  readonly profile: FeatureProfile;
  readonly second: FeatureProfile;
  readonly note: string | null;
}

/** Two features at once, as a picture. */
export function IceSurfacePanel({ outputs, scope, values, profiles, ordered, profile, second, note }: IceSurfacePanelProps) {
  const theme = useChartTheme('pane');
  const handle = useRef<ChartHandle>(null);
  const options = useChoices((state) => state.choices.ice);
  const set = useChoices((state) => state.set);
  const ownA = values[profile.feature] ?? NaN;
  const ownB = values[second.feature] ?? NaN;
  const gridA = useMemo(() => gridOf(profile, chosenRange(profile, {}, SURFACE_STEPS), ownA), [profile, ownA]);
  const gridB = useMemo(() => gridOf(second, chosenRange(second, {}, SURFACE_STEPS), ownB), [second, ownB]);
  const averaged = options.over === 'average';
  const ofRow = useInteractive(
    'surface',
    { row: Array.from(values), a: profile.feature, b: second.feature, gridA: Array.from(gridA), gridB: Array.from(gridB) },
    async (client) => ({
      a: axisOf(profile, gridA, ownA),
      b: axisOf(second, gridB, ownB),
      stored: await client.interactive.surface(values, profile.feature, gridA, second.feature, gridB),
    }),
    !averaged && gridA.length > 0 && gridB.length > 0,
  );
  // The average has no row of its own: one pair of grids for all rows.
  const commonA = useMemo(() => gridOf(profile, chosenRange(profile, {}, SURFACE_STEPS), NaN), [profile]);
  const commonB = useMemo(() => gridOf(second, chosenRange(second, {}, SURFACE_STEPS), NaN), [second]);
  const average = useDependenceSurface({ feature: profile.feature, grid: commonA }, { feature: second.feature, grid: commonB }, averaged);
  const { row, classIndex, outputLabel, unit, space } = scope;
  const answer = averaged ? undefined : ofRow.data;
  const outcome = averaged && average.data?.a === profile.feature && average.data.b === second.feature ? average.data.outcome : undefined;
  const picture = useMemo(() => {
    const shown = { row, outputLabel, unit };
    const valuesOf = (stored: Float64Array, cells: number): Float64Array =>
      curveOf(outputs, space, stored, stored.length / cells, classIndex);
    let surface: IceSurface;
    if (outcome !== undefined) {
      const a = axisOf(profile, outcome.grid, ownA);
      const b = axisOf(second, outcome.second ?? new Float64Array(0), ownB);
      surface = { ...shown, nRows: outcome.nRows, a, b, values: valuesOf(outcome.average, a.grid.length * b.grid.length) };
    } else if (answer !== undefined) {
      const { a, b, stored } = answer;
      surface = { ...shown, nRows: null, a, b, values: valuesOf(stored, a.grid.length * b.grid.length) };
    } else return null;
    return { chart: chart(surface, theme), sentence: describe(surface), table: () => table(surface) };
  }, [answer, outcome, profile, second, ownA, ownB, outputs, space, row, classIndex, outputLabel, unit, theme]);
  const query = averaged ? average : ofRow;
  const state = picture === null && query.isFetching ? ({ kind: 'loading' } as const) : askState(viewNames.ice, query);
  const showTable = options.table === true;
  return (
    <PaneFrame
      sentence={picture?.sentence}
      actions={
        <ChartActions
          handle={handle}
          table={picture?.table ?? null}
          name={viewNames.ice}
          showTable={showTable}
          onShowTable={(shown) => set({ ice: { ...options, table: shown } })}
        />
      }
      controls={
        <IceControls profiles={profiles} ordered={ordered} profile={profile} second={second.feature} range={chosenRange(profile, {})} />
      }
    >
      {note !== null && <p className={styles.note}>{note}</p>}
      {state !== null && <StateNotice state={state} />}
      {picture !== null && (
        <div className={styles.chart}>
          <ChartPanel ref={handle} chart={picture.chart} table={picture.table} sentence={picture.sentence} showTable={showTable} />
        </div>
      )}
    </PaneFrame>
  );
}

function axisOf(profile: FeatureProfile, grid: Float64Array, own: number): SurfaceAxis {
  const inside = isRanged(profile) ? own >= (grid[0] ?? NaN) && own <= (grid.at(-1) ?? NaN) : grid.includes(own);
  return { name: profile.schema.name, kind: profile.schema.kind, labels: labelsOf(profile), grid, own: inside ? own : NaN };
}
