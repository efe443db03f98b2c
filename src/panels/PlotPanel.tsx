import { useMemo, useRef, useState } from 'react';
import { describePlot, plotChart, plotTable, zoomedChart } from '#/charts/plot';
import { EMPTY_STARS, type PlotDrawing, type Stars } from '#/charts/plot-shared';
import type { Chart } from '#/charts/chart';
import type { ChartTheme } from '#/charts/theme';
import { Button } from '#/components/Button';
import type { Extent, Zoom } from '#/components/chart-zoom';
import type { ChartHandle } from '#/components/VegaChart';
import { askState } from '#/panels/ask-state';
import { AxisPicker } from '#/panels/AxisPicker';
import { ChartActions } from '#/panels/ChartActions';
import { ChartPanel } from '#/panels/ChartPanel';
import { StateNotice } from '#/panels/StateNotice';
import { ToggleOption } from '#/panels/ToggleOption';
import { useChartTheme } from '#/panels/use-chart-theme';
import { useStars } from '#/panels/use-stars';
import { ViewFrame } from '#/panels/ViewFrame';
import type { AxisInfo, AxisRef } from '#/queries/axis';
import type { PlotAnswer } from '#/queries/plot';
import type { AxisDefaults } from '#/queries/axes';
import type { PlotOptions } from '#/state/choices';
import { useAsk } from '#/state/use-ask';
import type { ActiveScope } from '#/state/use-scope';
import { plotText } from '#/text/plot';
import styles from './PlotPanel.module.css';

interface PlotPanelProps {
  readonly title: string;
  readonly active: ActiveScope;
  readonly options: PlotOptions;
  readonly onOptions: (options: PlotOptions) => void;
  readonly axes: readonly AxisInfo[];
  readonly defaults: AxisDefaults;
}

const PLOT_READS = ['table', 'model', 'predictions', 'explanations', 'meta'] as const;

/** X, Y and colour over whatever the study has: the panel of Data Exploration and Explanation Exploration. */
export function PlotPanel({ title, active, options, onOptions, axes, defaults }: PlotPanelProps) {
  const theme = useChartTheme();
  const handle = useRef<ChartHandle>(null);
  const x = known(axes, options.x) ?? defaults.x;
  const y = options.y === undefined ? defaults.y : options.y === null ? null : (known(axes, options.y) ?? defaults.y);
  const colour =
    options.colour === undefined ? defaults.colour : options.colour === null ? null : (known(axes, options.colour) ?? defaults.colour);
  const xInfo = infoOf(axes, x);
  const yInfo = y === null ? undefined : infoOf(axes, y);
  const logX = options.logX === true && allowsLog(xInfo);
  const logY = options.logY === true && allowsLog(yInfo);
  const params = {
    scope: active.scope,
    x: { ref: x, log: logX, categorical: options.categoricalX === true && allowsCategories(xInfo) },
    y: y === null ? null : { ref: y, log: logY, categorical: options.categoricalY === true && allowsCategories(yInfo) },
    colour,
    extent: null,
  };
  const query = useAsk('plot', PLOT_READS, params);
  const whole = query.data;
  // A zoom belongs to its axes: other axes start with everything.
  const axesKey = JSON.stringify([params.x, params.y]);
  const [zoomed, setZoomed] = useState<{ readonly axes: string; readonly extent: Extent } | null>(null);
  const zoomable = whole?.kind === 'points' || whole?.kind === 'raster';
  const extent = zoomed?.axes === axesKey && zoomable ? zoomed.extent : null;
  // Points are all here already; a raster is binned again for what is in sight, the old one is stretched meanwhile.
  const detail = useAsk('plot', PLOT_READS, extent !== null && whole?.kind === 'raster' ? { ...params, extent } : null);
  const answer = (extent === null ? undefined : detail.data) ?? whole;
  const stars = useStars(answer?.x.ref, answer?.y?.ref, theme);
  const dither = options.dither !== false;
  const picture = usePicture(answer, logX, logY, dither, stars, theme);
  const chart = useZoomedChart(picture?.chart ?? null, extent);
  // The sentence speaks of all rows, whatever is in sight.
  const sentence = whole === undefined ? '' : describePlot(whole);
  const state = askState(title, query);
  const zoom: Zoom = {
    zoomed: extent !== null,
    onExtent: (next) => setZoomed(next === null ? null : { axes: axesKey, extent: next }),
  };
  const change = (patch: Partial<PlotOptions>) => onOptions({ ...options, ...patch });
  const showTable = options.table === true;
  return (
    <ViewFrame
      title={title}
      sentence={sentence}
      status={query.isFetching ? 'loading' : 'ready'}
      actions={
        <ChartActions
          handle={handle}
          table={picture?.table ?? null}
          name={title}
          showTable={showTable}
          onShowTable={(table) => change({ table })}
        />
      }
      controls={
        <>
          <AxisPicker
            label={plotText.x}
            axes={axes}
            value={x}
            onChange={(ref) => ref !== null && change({ x: ref, logX: false, categoricalX: false })}
          />
          <AxisPicker
            label={plotText.y}
            axes={axes}
            value={y}
            allowNone
            onChange={(ref) => change({ y: ref, logY: false, categoricalY: false })}
          />
          <AxisPicker label={plotText.colour} axes={axes} value={colour} allowNone onChange={(ref) => change({ colour: ref })} />
          {allowsLog(xInfo) && <ToggleOption label={plotText.logX} checked={logX} onChange={(on) => change({ logX: on })} />}
          {allowsLog(yInfo) && <ToggleOption label={plotText.logY} checked={logY} onChange={(on) => change({ logY: on })} />}
          {allowsCategories(xInfo) && (
            <ToggleOption
              label={plotText.categoricalX}
              checked={options.categoricalX === true}
              onChange={(on) => change({ categoricalX: on })}
            />
          )}
          {allowsCategories(yInfo) && (
            <ToggleOption
              label={plotText.categoricalY}
              checked={options.categoricalY === true}
              onChange={(on) => change({ categoricalY: on })}
            />
          )}
          {zoomable && <span className={styles.hint}>{plotText.zoomHint}</span>}
          {answer?.kind === 'boxes' && <ToggleOption label={plotText.dither} checked={dither} onChange={(on) => change({ dither: on })} />}
        </>
      }
    >
      {state !== null && <StateNotice state={state} />}
      {extent !== null && (
        <div className={styles.zoomed}>
          <Button onClick={() => setZoomed(null)}>{plotText.reset}</Button>
        </div>
      )}
      {picture !== null && chart !== null && (
        <ChartPanel
          ref={handle}
          chart={chart}
          table={picture.table}
          sentence={sentence}
          showTable={showTable}
          {...(zoomable ? { zoom } : {})}
        />
      )}
    </ViewFrame>
  );
}

function usePicture(answer: PlotAnswer | undefined, logX: boolean, logY: boolean, dither: boolean, stars: Stars, theme: ChartTheme) {
  return useMemo(() => {
    if (answer === undefined) return null;
    const drawing: PlotDrawing = { logX, logY, dither, stars: answer.kind === 'points' || answer.kind === 'raster' ? stars : EMPTY_STARS };
    return { chart: plotChart(answer, drawing, theme), table: () => plotTable(answer, drawing) };
  }, [answer, logX, logY, dither, stars, theme]);
}

function useZoomedChart(chart: Chart | null, extent: Extent | null): Chart | null {
  return useMemo(() => (chart === null || extent === null ? chart : zoomedChart(chart, extent)), [chart, extent]);
}

export function sameAxis(a: AxisRef, b: AxisRef): boolean {
  if (a.kind === 'column' && b.kind === 'column') return a.column === b.column;
  if (a.kind === 'importance' && b.kind === 'importance') return a.feature === b.feature;
  if (a.kind === 'interaction' && b.kind === 'interaction') return a.first === b.first && a.second === b.second;
  if (a.kind === 'probability' && b.kind === 'probability') return a.classIndex === b.classIndex;
  return a.kind === b.kind;
}

function infoOf(axes: readonly AxisInfo[], ref: AxisRef): AxisInfo | undefined {
  return axes.find((axis) => sameAxis(axis.ref, ref));
}

/** A link may name an axis that this study does not have. */
function known(axes: readonly AxisInfo[], ref: AxisRef | undefined): AxisRef | undefined {
  return ref === undefined ? undefined : infoOf(axes, ref)?.ref;
}

function allowsLog(axis: AxisInfo | undefined): boolean {
  return axis?.kind === 'numeric' && axis.min > 0 && axis.max > axis.min;
}

function allowsCategories(axis: AxisInfo | undefined): boolean {
  return axis?.kind === 'numeric' && axis.integer && axis.ref.kind === 'column' && axis.max - axis.min < 100;
}
