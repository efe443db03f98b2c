import { useMemo, useRef } from 'react';
import { curveOf, type IceSurface, type SurfaceAxis } from '#/charts/ice-data';
import { chart, describe, table } from '#/charts/ice-surface';
import type { ChartHandle } from '#/components/VegaChart';
import { ownPosition } from '#/domain/ice-grid';
import type { Outputs } from '#/domain/outputs';
import type { IceScope } from '#/features/ice/ice-scope';
import { IceControls } from '#/features/ice/IceControls';
import { chosenRange, gridOf, labelsOf, SURFACE_STEPS } from '#/features/ice/ice-axis';
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
  const query = useInteractive(
    'surface',
    { row: Array.from(values), a: profile.feature, b: second.feature, gridA: Array.from(gridA), gridB: Array.from(gridB) },
    async (client) => ({
      a: axisOf(profile, gridA, ownA),
      b: axisOf(second, gridB, ownB),
      stored: await client.interactive.surface(values, profile.feature, gridA, second.feature, gridB),
    }),
    gridA.length > 0 && gridB.length > 0,
  );
  const { row, classIndex, outputLabel, unit, space } = scope;
  const answer = query.data;
  const picture = useMemo(() => {
    if (answer === undefined) return null;
    const nOutputs = answer.stored.length / (answer.a.grid.length * answer.b.grid.length);
    const surface: IceSurface = {
      row,
      a: answer.a,
      b: answer.b,
      values: curveOf(outputs, space, answer.stored, nOutputs, classIndex),
      outputLabel,
      unit,
    };
    return { chart: chart(surface, theme), sentence: describe(surface), table: () => table(surface) };
  }, [answer, outputs, space, row, classIndex, outputLabel, unit, theme]);
  const state = askState(viewNames.ice, query);
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
  return { name: profile.schema.name, kind: profile.schema.kind, labels: labelsOf(profile), grid, own: ownPosition(grid, own) };
}
