import { useMemo, useRef } from 'react';
import { curveOf, type IceAnswer, type LineStyle } from '#/charts/ice-data';
import { chart, describe, table } from '#/charts/ice-lines';
import type { ChartHandle } from '#/components/VegaChart';
import { ownPosition } from '#/domain/ice-grid';
import type { Outputs } from '#/domain/outputs';
import { averageOf, othersOf } from '#/features/ice/average-answer';
import type { IceScope } from '#/features/ice/ice-scope';
import { IceControls } from '#/features/ice/IceControls';
import { chosenRange, gridOf, isRanged, labelsOf } from '#/features/ice/ice-axis';
import { useEffects, usePartialDependence } from '#/features/ice/use-average';
import { askState } from '#/panels/ask-state';
import { ChartActions } from '#/panels/ChartActions';
import { ChartPanel } from '#/panels/ChartPanel';
import { PaneFrame } from '#/panels/PaneFrame';
import { failedState, StateNotice } from '#/panels/StateNotice';
import { useChartTheme } from '#/panels/use-chart-theme';
import { useInteractive } from '#/panels/use-interactive';
import type { FeatureProfile } from '#/queries/profiles';
import { useChoices } from '#/state/choices';
import { iceText } from '#/text/ice';
import { viewNames } from '#/text/views';
import styles from './Ice.module.css';

interface IceLinesProps {
  readonly outputs: Outputs;
  readonly scope: IceScope;
  readonly encoded: Float64Array;
  /** The row with its edits; null without. */
  readonly edited: Float64Array | null;
  readonly profiles: readonly FeatureProfile[];
  readonly ordered: readonly { readonly feature: number; readonly hint: string }[];
  readonly profile: FeatureProfile;
  readonly note: string | null;
}

/** The row's line over the average of the data and the lines of other rows. */
export function IceLines({ outputs, scope, encoded, edited, profiles, ordered, profile, note }: IceLinesProps) {
  const theme = useChartTheme('pane');
  const handle = useRef<ChartHandle>(null);
  const options = useChoices((state) => state.choices.ice);
  const set = useChoices((state) => state.set);
  const { feature } = profile;
  const { min, max, steps } = chosenRange(profile, options);
  const own = encoded[feature] ?? NaN;
  const editedOwn = edited?.[feature] ?? NaN;
  const grid = useMemo(() => gridOf(profile, { min, max, steps }, own), [profile, min, max, steps, own]);
  const editedGrid = useMemo(() => gridOf(profile, { min, max, steps }, editedOwn), [profile, min, max, steps, editedOwn]);
  // The average has no row of its own: one grid for all rows, computed once a feature and range.
  const commonGrid = useMemo(() => gridOf(profile, { min, max, steps }, NaN), [profile, min, max, steps]);
  const base = useInteractive(
    'curve',
    { row: Array.from(encoded), feature, grid: Array.from(grid) },
    async (client) => ({ feature, grid, stored: await client.interactive.curve(encoded, feature, grid) }),
    grid.length > 0,
  );
  const change = useInteractive(
    'curve',
    { row: edited === null ? null : Array.from(edited), feature, grid: Array.from(editedGrid) },
    async (client) => ({ feature, grid: editedGrid, stored: await client.interactive.curve(edited ?? encoded, feature, editedGrid) }),
    edited !== null && editedGrid.length > 0,
  );
  const ranged = isRanged(profile);
  const kind = options.average ?? 'pdp';
  const dependence = usePartialDependence({ feature, grid: commonGrid });
  const effects = useEffects(feature, kind === 'ale');
  const average = kind === 'ale' ? effects : dependence;
  // Categories and yes/no have no slope.
  const line: LineStyle = options.line === 'derivative' && !ranged ? 'value' : (options.line ?? 'value');
  const showLines = options.lines !== false;
  const shownBase = base.data?.feature === feature ? base.data : undefined;
  const shownChange = edited !== null && change.data?.feature === feature ? change.data : undefined;
  const shownAverage = average.data?.feature === feature ? average.data.outcome : undefined;
  const shownOthers = dependence.data?.feature === feature ? dependence.data.outcome : undefined;
  const { row, classIndex, outputLabel, unit, space } = scope;
  const picture = useMemo(() => {
    if (shownBase === undefined) return null;
    const nOutputs = shownBase.stored.length / shownBase.grid.length;
    const curve = (stored: Float64Array) => curveOf(outputs, space, stored, nOutputs, classIndex);
    const answer: IceAnswer = {
      row,
      featureName: profile.schema.name,
      featureKind: profile.schema.kind,
      labels: labelsOf(profile),
      grid: shownBase.grid,
      curve: curve(shownBase.stored),
      own: ownPosition(shownBase.grid, own),
      edited:
        shownChange === undefined
          ? null
          : { grid: shownChange.grid, curve: curve(shownChange.stored), own: ownPosition(shownChange.grid, editedOwn) },
      average:
        shownAverage === undefined
          ? null
          : averageOf(outputs, { classIndex, space }, shownAverage, isRanged(profile) ? { min, max } : null),
      others: shownOthers === undefined ? null : othersOf(outputs, { classIndex, space }, shownOthers),
      density: isRanged(profile)
        ? { counts: profile.histogram, min: profile.min, max: profile.max }
        : { counts: profile.labelCounts, min: NaN, max: NaN },
      outputLabel,
      unit,
      line,
      showLines,
    };
    return { chart: chart(answer, theme), sentence: describe(answer), table: () => table(answer) };
  }, [
    shownBase,
    shownChange,
    shownAverage,
    shownOthers,
    outputs,
    space,
    row,
    classIndex,
    outputLabel,
    unit,
    profile,
    own,
    editedOwn,
    line,
    showLines,
    min,
    max,
    theme,
  ]);
  const state = askState(viewNames.ice, base);
  const showTable = options.table === true;
  return (
    <PaneFrame
      sentence={picture?.sentence}
      actions={
        <ChartActions
          handle={handle}
          table={picture?.table ?? null}
          name={`${viewNames.ice} ${profile.schema.name.slice(0, 40)}`}
          showTable={showTable}
          onShowTable={(shown) => set({ ice: { ...options, table: shown } })}
        />
      }
      controls={<IceControls profiles={profiles} ordered={ordered} profile={profile} second={null} range={{ min, max, steps }} />}
    >
      {note !== null && <p className={styles.note}>{note}</p>}
      {state !== null && <StateNotice state={state} />}
      {picture !== null && (
        <div className={styles.chart}>
          <ChartPanel ref={handle} chart={picture.chart} table={picture.table} sentence={picture.sentence} showTable={showTable} />
        </div>
      )}
      {picture !== null && average.isError && (
        <StateNotice state={failedState(iceText.averageFailed, average.error, () => void average.refetch())} />
      )}
      {picture !== null && average.isFetching && (
        <p className={styles.waiting} role="status">
          {iceText.averageLoading}
        </p>
      )}
    </PaneFrame>
  );
}
