import type { Datum } from '#/charts/chart';
import type { Layer } from '#/charts/frame';
import { OWN_COLOUR } from '#/charts/frame';
import { labelLength, type ChartTheme } from '#/charts/theme';
import { middleEllipsis } from '#/text/labels';

/** What charts with one lane a feature share: bars, text at their ends, intervals, the line at zero. */

/** Half the thickness of a bar, in lanes. */
export const HALF_BAR = 0.34;

export function laneLabels(names: readonly string[], theme: ChartTheme): string[] {
  return names.map((name) => middleEllipsis(name, labelLength(theme)));
}

const AXIS = 54;

/** Pixels for n lanes with the axis below: lanes grow with the room, up to almost three times their least height. */
export function laneHeight(n: number, lane: number, most = lane * 2.8): { readonly min: number; readonly max: number } {
  const lanes = Math.max(2, n);
  return { min: lanes * lane + AXIS, max: Math.round(lanes * most) + AXIS };
}

export function barLayer(name: string, theme: ChartTheme): Layer {
  return ({ x, y }) => ({
    data: { name, values: [] },
    mark: { type: 'rect', stroke: theme.background, strokeWidth: 0.5 },
    encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' }, fill: OWN_COLOUR },
  });
}

export function ruleLayer(name: string, mark: Readonly<Record<string, unknown>>): Layer {
  return ({ x, y }) => ({
    data: { name, values: [] },
    mark: { type: 'rule', ...mark },
    encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' } },
  });
}

/** Text beside the end of a bar: `side` 1 to its right, -1 to its left. */
export function textLayer(name: string, side: 1 | -1, theme: ChartTheme): Layer {
  return ({ x, y }) => ({
    data: { name, values: [] },
    mark: { type: 'text', align: side === 1 ? 'left' : 'right', baseline: 'middle', dx: side * 5, fill: theme.text },
    encoding: { x: x('x'), y: y('y'), text: { field: 't' } },
  });
}

export function zeroLayer(theme: ChartTheme): Layer {
  return ruleLayer('zero', { color: theme.axis, strokeWidth: 1 });
}

export function zeroLine(nLanes: number): readonly Datum[] {
  return [{ x0: 0, x1: 0, y0: -0.5, y1: Math.max(1, nLanes) - 0.5 }];
}

export function bar(lane: number, from: number, to: number, colour: string, half = HALF_BAR): Datum {
  return { x0: from, x1: to, y0: lane - half, y1: lane + half, c: colour };
}

/** A horizontal interval with caps, as three rules. */
export function interval(lane: number, low: number, high: number, cap = 0.14): readonly Datum[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [];
  return [
    { x0: low, x1: high, y0: lane, y1: lane },
    { x0: low, x1: low, y0: lane - cap, y1: lane + cap },
    { x0: high, x1: high, y0: lane - cap, y1: lane + cap },
  ];
}
