import type { Datum, Legend } from '#/charts/chart';
import type { Layer } from '#/charts/frame';
import type { ChartTheme } from '#/charts/theme';
import { predictedClassOf, predictionOfClass, type Outputs, type PredictionSpace } from '#/domain/outputs';
import { looksLikeYears } from '#/text/numbers';
import { importanceLabel, plotText } from '#/text/plot';
import type { AxisInfo, AxisRef } from '#/queries/axis';

/** Named what-if points where they can stand on the axes. */
export interface Stars {
  readonly data: readonly Datum[];
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly legend: readonly Legend[];
}

export const EMPTY_STARS: Stars = { data: [], xs: [], ys: [], legend: [] };

/** Choices of how an answer is drawn that the answer does not hold. */
export interface PlotDrawing {
  readonly logX: boolean;
  readonly logY: boolean;
  /** Points beside their line by density, or on it. */
  readonly dither: boolean;
  readonly stars: Stars;
}

export type ScaleShape = 'linear' | 'log' | 'time' | 'year';

export function axisShapeOf(axis: AxisInfo | null, log: boolean): ScaleShape {
  if (axis?.kind === 'datetime') return 'time';
  if (log) return 'log';
  return axis !== null && looksLikeYears(axis.integer, axis.min, axis.max) ? 'year' : 'linear';
}

/** The part of an axis shape that the scale decides. */
export function scaleOf(shape: ScaleShape): { readonly type: 'linear' | 'log' | 'time'; readonly plain: boolean } {
  return shape === 'year' ? { type: 'linear', plain: true } : { type: shape, plain: false };
}

/** A feature's value on one side, the importance of a feature of the same name on the other. */
export function isOwnImportance(x: AxisInfo, y: AxisInfo | null): boolean {
  return x.ref.kind === 'column' && y?.ref.kind === 'importance' && y.label === importanceLabel(x.label);
}

export function starLayer(theme: ChartTheme): Layer {
  return ({ x, y }) => ({
    data: { name: 'stars', values: [] },
    mark: {
      type: 'point',
      clip: true,
      filled: true,
      size: 190,
      shape: 'M0,-1L0.235,-0.324L0.951,-0.309L0.38,0.124L0.588,0.809L0,0.4L-0.588,0.809L-0.38,0.124L-0.951,-0.309L-0.235,-0.324Z',
      fill: theme.text,
      stroke: theme.background,
      strokeWidth: 1.2,
      opacity: 1,
    },
    encoding: { x: x('x'), y: y('y') },
  });
}

/** One named point as the page holds it. */
export interface NamedPoint {
  readonly name: string;
  readonly values: Float64Array;
  readonly prediction: Float64Array;
}

/**
 * Where a what-if point stands on an axis: its own encoded value where the column is a model feature, its prediction where
 * the axis is one. NaN: nowhere (true values, importances and the index belong to rows of the table).
 */
export function pointOnAxis(
  ref: AxisRef,
  point: NamedPoint,
  featureOfColumn: ReadonlyMap<number, number>,
  outputs: Outputs,
  space: PredictionSpace,
): number {
  switch (ref.kind) {
    case 'column': {
      const feature = featureOfColumn.get(ref.column);
      return feature === undefined ? NaN : (point.values[feature] ?? NaN);
    }
    case 'probability':
      return predictionOfClass(outputs, space, point.prediction, ref.classIndex);
    case 'predicted': {
      const predicted = predictedClassOf(outputs, space, point.prediction);
      return predicted >= 0 ? predicted : (point.prediction[0] ?? NaN);
    }
    case 'index':
    case 'true':
    case 'error':
    case 'importance':
    case 'interaction':
      return NaN;
    default:
      return ref satisfies never;
  }
}

/** Stars for the points that have both coordinates. */
export function starsOf(
  points: readonly NamedPoint[],
  x: AxisRef,
  y: AxisRef,
  featureOfColumn: ReadonlyMap<number, number>,
  outputs: Outputs,
  space: PredictionSpace,
  theme: ChartTheme,
): Stars {
  const placed = points
    .map((point) => ({
      x: pointOnAxis(x, point, featureOfColumn, outputs, space),
      y: pointOnAxis(y, point, featureOfColumn, outputs, space),
    }))
    .filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y));
  if (placed.length === 0) return EMPTY_STARS;
  return {
    data: placed,
    xs: placed.map((point) => point.x),
    ys: placed.map((point) => point.y),
    legend: [{ kind: 'classes', title: '', items: [{ label: plotText.savedPoints, colour: theme.text, shape: 'star' }] }],
  };
}
