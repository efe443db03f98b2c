import type { Label, Signal, Spec } from '#/charts/chart';
import { vegaConfig, type ChartTheme } from '#/charts/theme';

/**
 * The frame that all charts share: two continuous scales named `x` and `y` whose domains, titles and category labels are
 * signals. Categories stand at 0, 1, 2, ... and get their label by position, so that no name is ever part of a scale,
 * a field or an expression.
 */
export interface AxisShape {
  readonly type: 'linear' | 'log' | 'time' | 'category';
  readonly title: boolean;
  readonly grid: boolean;
  /** 0 at the top (lanes) instead of the bottom. */
  readonly reverse?: boolean;
  readonly nice?: boolean;
  /** Whole numbers on the axis only. */
  readonly whole?: boolean;
  /** Whole numbers such as years: no thousands separators. */
  readonly plain?: boolean;
  readonly hidden?: boolean;
}

export type Layer = (channel: { x: (field: string) => Spec; y: (field: string) => Spec }) => Spec;

function channel(name: 'x' | 'y', shape: AxisShape, theme: ChartTheme): (field: string) => Spec {
  const category = shape.type === 'category';
  const time = shape.type === 'time';
  const size = name === 'x' ? 'width' : 'height';
  const spacing = name === 'x' ? (theme.compact ? 64 : 80) : 56;
  const axis = shape.hidden
    ? null
    : {
        title: shape.title ? { signal: `${name}Title` } : null,
        // A title beside a low chart ends in an ellipsis, not outside the picture.
        ...(name === 'y' && shape.title ? { titleLimit: { expr: 'max(120, height + 20)' } } : {}),
        grid: shape.grid,
        ...(category
          ? {
              values: { signal: `sequence(0, length(${name}Labels))` },
              labelExpr: `${name}Labels[datum.value]`,
              ticks: false,
              domain: false,
              labelPadding: 6,
              // Category names below a chart lie slanted where they would touch; `xRoom` is the width that they need.
              ...(name === 'x'
                ? {
                    labelAngle: { expr: 'width < xRoom ? -35 : 0' },
                    labelAlign: { expr: "width < xRoom ? 'right' : 'center'" },
                    labelBaseline: { expr: "width < xRoom ? 'middle' : 'top'" },
                    labelOverlap: false,
                  }
                : {
                    labelOverlap: true,
                    // The first of two lines ends where the lane's middle is.
                    labelBaseline: { condition: { test: 'isArray(yLabels[datum.value])', value: 'bottom' }, value: 'middle' },
                  }),
            }
          : {
              tickCount: { signal: `max(2, ceil(${size} / ${String(spacing)}))` },
              ...(shape.whole === true ? { tickMinStep: 1 } : {}),
              ...(shape.plain === true ? { format: 'd', tickMinStep: 1 } : {}),
            }),
      };
  const scale = {
    domain: { signal: `${name}Domain` },
    ...(time ? { type: 'utc' } : { zero: false, ...(shape.type === 'log' ? { type: 'log' } : {}) }),
    nice: !category && shape.nice !== false,
    ...(shape.reverse === true ? { reverse: true } : {}),
  };
  return (field) => ({ field, type: time ? 'temporal' : 'quantitative', scale, axis });
}

export interface FrameShape {
  readonly x: AxisShape;
  readonly y: AxisShape;
  readonly layers: readonly Layer[];
}

/** Vega-Lite JSON of a frame; depends on the shape and the theme alone. */
export function buildFrameSpec(shape: FrameShape, theme: ChartTheme): Spec {
  const x = channel('x', shape.x, theme);
  const y = channel('y', shape.y, theme);
  const params = [
    { name: 'xDomain', value: [0, 1] },
    { name: 'yDomain', value: [0, 1] },
    { name: 'xTitle', value: '' },
    { name: 'yTitle', value: '' },
    { name: 'xLabels', value: [] },
    { name: 'yLabels', value: [] },
    { name: 'xRoom', value: 0 },
  ];
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: 400,
    height: 300,
    autosize: { type: 'fit', contains: 'padding' },
    params,
    // The first layer holds one invisible point, so that axes exist without any data.
    layer: [
      { data: { name: 'frame', values: [] }, mark: { type: 'point', opacity: 0 }, encoding: { x: x('x'), y: y('y') } },
      ...shape.layers.map((layer) => layer({ x, y })),
    ],
    config: vegaConfig(theme),
  };
}

/** A colour that was decided in the data set. */
export const OWN_COLOUR: Spec = { field: 'c', type: 'nominal', scale: null };

export interface FrameSignals {
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly xLabels?: readonly string[];
  readonly yLabels?: readonly Label[];
}

/** Pixels of a character of an axis label, on average. */
const CHARACTER = 6.4;

export function frameSignals(signals: FrameSignals): Readonly<Record<string, Signal>> {
  const longest = (signals.xLabels ?? []).reduce((most, label) => Math.max(most, label.length), 0);
  return { xLabels: [], yLabels: [], ...signals, xRoom: (longest * CHARACTER + 12) * (signals.xLabels?.length ?? 0) };
}

/** Lanes 0..n-1 with half a lane of room on both ends. */
export function laneDomain(n: number): readonly [number, number] {
  return [-0.5, Math.max(1, n) - 0.5];
}

/** Room around a range: 2 % on both sides (a factor for log); a single value gets half a unit. */
export function paddedDomain(min: number, max: number, log: boolean): readonly [number, number] {
  if (!Number.isFinite(min) || !Number.isFinite(max)) return log ? [1, 10] : [0, 1];
  if (log) {
    if (!(min > 0)) return [1, 10];
    const factor = max > min ? (max / min) ** 0.02 : 2;
    return [min / factor, max * factor];
  }
  const room = max > min ? (max - min) * 0.02 : Math.abs(min) > 0 ? Math.abs(min) * 0.1 : 0.5;
  return [min - room, max + room];
}

/** A range that includes zero, with room for labels at ends that have marks. */
export function signedDomain(min: number, max: number, room = 0.04): readonly [number, number] {
  const low = Math.min(0, min);
  const high = Math.max(0, max);
  if (!(high > low)) return [0, 1];
  const span = high - low;
  return [low < 0 ? low - span * room : 0, high > 0 ? high + span * room : 0];
}

export function extentOf(values: ArrayLike<number>): readonly [number, number] {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}
