import { useEffect, useRef, useState } from 'react';
import { useVegaEmbed } from 'react-vega';
import type { EmbedOptions, Result } from 'vega-embed';
import type { Chart } from '#/charts/chart';
import type { Geometry } from '#/components/chart-geometry';

export type View = Result['view'];

/** Interpreted expressions (no eval), no own styles: both for the Content-Security-Policy. */
const OPTIONS: EmbedOptions = {
  mode: 'vega-lite',
  ast: true,
  actions: false,
  defaultStyle: false,
  renderer: 'canvas',
  tooltip: false,
  hover: false,
  logLevel: 1,
};

interface VegaSurfaceProps {
  readonly chart: Chart;
  readonly width: number;
  readonly height: number;
  readonly beginWork: (label: string) => () => void;
  readonly onDraw: (geometry: Geometry, view: View) => void;
  readonly onError: (error: unknown) => void;
}

/** The drawn view: embedded again only when the spec changes, else its data, signals and size are replaced. Loads vega. */
export function VegaSurface({ chart, width, height, beginWork, onDraw, onError }: VegaSurfaceProps) {
  const ref = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<{ readonly view: View; readonly key: string } | null>(null);
  const key = JSON.stringify(chart.spec);
  const held = useRef<{ view: View | null; datasets: Chart['datasets']; signals: Chart['signals']; width: number; height: number }>({
    view: null,
    datasets: {},
    signals: {},
    width: 0,
    height: 0,
  });
  const [failedKey, setFailedKey] = useState<string | null>(null);
  useVegaEmbed({
    ref,
    spec: chart.spec,
    options: OPTIONS,
    // Called for the spec of the render that started the embedding.
    onEmbed: (result) => setDrawn({ view: result.view, key }),
    onError: (error) => {
      setFailedKey(key);
      onError(error);
    },
  });

  const embedding = drawn?.key !== key && failedKey !== key;
  useEffect(() => (embedding ? beginWork('chart') : undefined), [embedding, beginWork]);

  useEffect(() => {
    if (drawn?.key !== key || width < 20 || height < 20) return;
    const end = beginWork('chart');
    const { view } = drawn;
    let stale = false;
    const before = held.current.view === view ? held.current : null;
    held.current = { view, datasets: chart.datasets, signals: chart.signals, width, height };
    for (const [name, value] of Object.entries(chart.signals)) if (before?.signals[name] !== value) view.signal(name, value);
    for (const [name, values] of Object.entries(chart.datasets)) {
      if (before?.datasets[name] !== values) view.data(name, values as unknown as object[]);
    }
    view.width(width).height(height).resize();
    view
      .runAsync()
      .then(() => {
        if (!stale) onDraw(geometryOf(view), view);
      })
      .catch((error: unknown) => {
        if (!stale) onError(error);
      })
      .finally(end);
    return () => {
      stale = true;
      end();
    };
  }, [drawn, key, chart, width, height, beginWork, onDraw, onError]);

  return <div ref={ref} />;
}

type Scale = ((value: number) => number) & { invert(pixel: number): number | Date; range(): readonly [number, number] };

function geometryOf(view: View): Geometry {
  const x = view.scale('x') as Scale;
  const y = view.scale('y') as Scale;
  const [originX, originY] = view.origin();
  const padding = view.padding() as { readonly left: number; readonly top: number };
  const left = originX + padding.left;
  const top = originY + padding.top;
  const width = Math.max(...x.range());
  const height = Math.max(...y.range());
  return {
    xOf: (value) => left + x(value),
    yOf: (value) => top + y(value),
    xAt: (pixel) => Number(x.invert(pixel - left)),
    yAt: (pixel) => Number(y.invert(pixel - top)),
    left,
    top,
    right: left + width,
    bottom: top + height,
  };
}
