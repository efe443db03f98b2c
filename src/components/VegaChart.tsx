import { lazy, Suspense, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState, type Ref } from 'react';
import type { Chart } from '#/charts/chart';
import { ChartLegend } from '#/components/ChartLegend';
import { ChartOverlay } from '#/components/ChartOverlay';
import { placeMarks, type Geometry } from '#/components/chart-geometry';
import type { Zoom } from '#/components/chart-zoom';
import { exportPng, exportSvg } from '#/components/export-chart';
import { RasterLayer } from '#/components/RasterLayer';
import type { View } from '#/components/VegaSurface';
import { chartText } from '#/text/charts';
import styles from './VegaChart.module.css';

// Vega is loaded with the first chart, never with the page.
const VegaSurface = lazy(() => import('#/components/VegaSurface').then((module) => ({ default: module.VegaSurface })));

export interface ChartHandle {
  /** Null before the first drawing. */
  svg(): Promise<string | null>;
  png(): Promise<Blob | null>;
}

interface VegaChartProps {
  readonly chart: Chart;
  /** What the chart says, in words: its accessible name. */
  readonly sentence: string;
  readonly selectedRow?: number | null;
  readonly onOpenRow?: (row: number) => void;
  readonly onOpenFeature?: (feature: number) => void;
  /** Absent: the chart cannot be zoomed. */
  readonly zoom?: Zoom | undefined;
  /** Marks a drawing as work to wait for. */
  readonly beginWork: (label: string) => () => void;
  readonly ref?: Ref<ChartHandle>;
}

const MIN_HEIGHT = 240;

/** A chart that fills its box, or has the height that it asks for. */
export function VegaChart({ chart, sentence, selectedRow = null, onOpenRow, onOpenFeature, zoom, beginWork, ref }: VegaChartProps) {
  const room = useRef<HTMLDivElement>(null);
  const size = useSize(room);
  const [drawing, setDrawing] = useState<{ readonly geometry: Geometry; readonly view: View; readonly chart: Chart } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const width = Math.floor(size.width);
  const height =
    chart.height === null
      ? Math.max(MIN_HEIGHT, Math.floor(size.height))
      : Math.max(chart.height.min, Math.min(chart.height.max, Math.floor(size.height)));

  // The marks belong to the chart that was drawn, which may be one behind the newest.
  const onDraw = useCallback(
    (geometry: Geometry, view: View) => {
      setDrawing({ geometry, view, chart });
      setFailure(null);
    },
    [chart],
  );
  const onError = useCallback((error: unknown) => setFailure(error instanceof Error ? error.message : String(error)), []);
  const placed = useMemo(() => (drawing === null ? null : placeMarks(drawing.chart.marks, drawing.geometry)), [drawing]);

  useImperativeHandle(ref, () => ({
    svg: async () => (drawing === null ? null : exportSvg(drawing.view, drawing.chart, drawing.geometry, sentence)),
    png: async () => (drawing === null ? null : exportPng(drawing.view, drawing.chart, drawing.geometry, sentence)),
  }));

  const shown = drawing?.chart ?? chart;
  return (
    <div className={`${styles.root ?? ''} ${chart.height === null ? (styles.fill ?? '') : (styles.grow ?? '')}`}>
      <ChartLegend legends={chart.legends} />
      <div ref={room} className={styles.room} style={chart.height === null ? undefined : { minHeight: chart.height.min }}>
        {width > 0 && (
          <ChartOverlay
            marks={shown.marks}
            placed={placed}
            geometry={drawing?.geometry ?? null}
            width={width}
            height={height}
            sentence={sentence}
            selectedRow={selectedRow}
            onOpenRow={onOpenRow}
            onOpenFeature={onOpenFeature}
            zoom={zoom}
            attributes={{
              'data-chart': shown.kind,
              'data-rows': String(shown.marks.n),
              'data-x-title': shown.xTitle,
              'data-y-title': shown.yTitle,
            }}
          >
            {drawing !== null && shown.raster !== null && (
              <RasterLayer image={shown.raster} geometry={drawing.geometry} width={width} height={height} />
            )}
            <div className={styles.surface}>
              <Suspense fallback={<Loading beginWork={beginWork} />}>
                <VegaSurface chart={chart} width={width} height={height} beginWork={beginWork} onDraw={onDraw} onError={onError} />
              </Suspense>
            </div>
          </ChartOverlay>
        )}
        {failure !== null && (
          <p role="alert" className={styles.failure}>
            {chartText.failed} {failure}
          </p>
        )}
      </div>
    </div>
  );
}

function Loading({ beginWork }: { readonly beginWork: (label: string) => () => void }) {
  useEffect(() => beginWork('vega'), [beginWork]);
  return <p className={styles.loading}>{chartText.drawing}</p>;
}

function useSize(ref: React.RefObject<HTMLDivElement | null>): { readonly width: number; readonly height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = () =>
      setSize((before) => {
        const width = element.clientWidth;
        const height = element.clientHeight;
        return before.width === width && before.height === height ? before : { width, height };
      });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}
