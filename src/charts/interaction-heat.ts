import { tableOf, type Chart, type ChartTable, type Datum, type Marks, type Spec } from '#/charts/chart';
import { buildFrameSpec, frameSignals, laneDomain, OWN_COLOUR } from '#/charts/frame';
import { hexOf, labelLength, rgbOf, textOn, type ChartTheme } from '#/charts/theme';
import { withUnit } from '#/text/coverage';
import { interactionsText } from '#/text/interactions';
import { middleEllipsis, visibleLabel } from '#/text/labels';
import { formatFull, formatNumber } from '#/text/numbers';
import type { InteractionsAnswer } from '#/queries/interactions';

/** Pairs of features: the stronger they act together, the darker; the diagonal (main effects) is outlined, not filled. */
export interface InteractionShape {
  /** Numbers stand in the cells. */
  readonly labelled: boolean;
}

export function spec(shape: InteractionShape, theme: ChartTheme): Spec {
  return buildFrameSpec(
    {
      x: { type: 'category', title: false, grid: false },
      y: { type: 'category', title: false, grid: false, reverse: true },
      layers: [
        ({ x, y }) => ({
          data: { name: 'cells', values: [] },
          mark: { type: 'rect' },
          encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' }, fill: OWN_COLOUR },
        }),
        ({ x, y }) => ({
          data: { name: 'main', values: [] },
          mark: { type: 'rect', fillOpacity: 0, strokeWidth: 1, strokeDash: [2, 2] },
          encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' }, stroke: OWN_COLOUR },
        }),
        ({ x, y }) => ({
          data: { name: 'chosen', values: [] },
          mark: { type: 'rect', fillOpacity: 0, strokeWidth: 2 },
          encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' }, stroke: OWN_COLOUR },
        }),
        ...(shape.labelled
          ? [
              ({ x, y }: { x: (field: string) => Spec; y: (field: string) => Spec }) => ({
                data: { name: 'numbers', values: [] },
                mark: { type: 'text' },
                encoding: { x: x('x'), y: y('y'), text: { field: 't' }, fill: OWN_COLOUR },
              }),
            ]
          : []),
      ],
    },
    theme,
  );
}

const HALF = 0.47;
const LEGEND_STEPS = 12;

function box(x: number, y: number): Readonly<Record<'x0' | 'x1' | 'y0' | 'y1', number>> {
  return { x0: x - HALF, x1: x + HALF, y0: y - HALF, y1: y + HALF };
}

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly at: number;
}

function cellsOf(answer: InteractionsAnswer): readonly Cell[] {
  const n = answer.features.length;
  return Array.from({ length: n * n }, (_, at) => ({ x: at % n, y: Math.floor(at / n), at }));
}

function strongest(answer: InteractionsAnswer): number {
  return cellsOf(answer).reduce((most, { x, y, at }) => (x === y ? most : Math.max(most, answer.strengths[at]!)), 0);
}

function isLabelled(answer: InteractionsAnswer, theme: ChartTheme): boolean {
  return answer.features.length <= (theme.compact ? 5 : 12);
}

/** A pair as one number, for clicks: first * nFeatures + second. */
export function pairCode(first: number, second: number, nFeatures: number): number {
  return first * nFeatures + second;
}

export function datasets(
  answer: InteractionsAnswer,
  chosen: { readonly first: number; readonly second: number } | null,
  theme: ChartTheme,
): Readonly<Record<string, readonly Datum[]>> {
  const most = strongest(answer);
  const fill = (at: number): string => strengthColour(most > 0 ? answer.strengths[at]! / most : 0, theme);
  const cells = cellsOf(answer);
  const off = cells.filter(({ x, y }) => x !== y);
  const isChosen = ({ x, y }: Cell): boolean =>
    chosen !== null &&
    [chosen.first, chosen.second].every((feature) => feature === answer.features[x] || feature === answer.features[y]) &&
    (chosen.first === chosen.second ? x === y : x !== y);
  return {
    cells: off.map(({ x, y, at }) => ({ ...box(x, y), c: fill(at) })),
    main: cells.filter(({ x, y }) => x === y).map(({ x, y }) => ({ ...box(x, y), c: theme.axis })),
    chosen: cells.filter(isChosen).map(({ x, y }) => ({ ...box(x, y), c: theme.positive })),
    // A data set that the shape does not draw is unknown to the chart.
    ...(isLabelled(answer, theme)
      ? {
          numbers: cells.map(({ x, y, at }) => ({
            x,
            y,
            t: cellNumber(answer.strengths[at]!, most),
            c: x === y ? theme.text : textOn(fill(at)),
          })),
        }
      : {}),
  };
}

/** From the paper's colour to a deep accent: weak pairs step back. */
function strengthColour(t: number, theme: ChartTheme): string {
  const from = rgbOf(theme.background);
  const to = rgbOf(theme.scheme === 'dark' ? '#4fb9c4' : '#0c5c66');
  const share = 0.06 + 0.94 * Math.min(1, t);
  return hexOf([0, 1, 2].map((i) => from[i]! + (to[i]! - from[i]!) * share) as unknown as readonly [number, number, number]);
}

/** Two digits; what is below a hundredth of the strongest pair stays empty. */
function cellNumber(strength: number, most: number): string {
  return strength < most / 100 ? '' : formatNumber(Number(strength.toPrecision(2)));
}

function titleOf(answer: InteractionsAnswer, { x, y }: Cell): string {
  return x === y
    ? interactionsText.mainEffect(visibleLabel(answer.names[x]!))
    : interactionsText.pair(visibleLabel(answer.names[y]!), visibleLabel(answer.names[x]!));
}

export function marks(answer: InteractionsAnswer): Marks {
  const cells = cellsOf(answer);
  const half = new Float64Array(cells.length).fill(HALF);
  return {
    n: cells.length,
    x: Float64Array.from(cells, ({ x }) => x),
    y: Float64Array.from(cells, ({ y }) => y),
    halfX: half,
    halfY: half,
    rows: new Int32Array(cells.length).fill(-1),
    features: Int32Array.from(cells, ({ x, y }) => pairCode(answer.features[y]!, answer.features[x]!, answer.nFeatures)),
    lanes: Int32Array.from(cells, ({ y }) => y),
    action: 'feature',
    reach: 'near',
    facts: (i) => ({ strength: answer.strengths[cells[i]!.at]! }),
    tip: (i) => ({
      title: titleOf(answer, cells[i]!),
      lines: [
        { name: interactionsText.strength, value: `${formatFull(answer.strengths[cells[i]!.at]!)} ${answer.unit}` },
        ...(answer.signed ? [{ name: interactionsText.mean, value: `${formatFull(answer.means[cells[i]!.at]!)} ${answer.unit}` }] : []),
      ],
    }),
  };
}

export function table(answer: InteractionsAnswer, names: readonly string[]): ChartTable {
  return tableOf(
    [
      { name: interactionsText.first, numeric: false },
      { name: interactionsText.second, numeric: false },
      { name: withUnit(interactionsText.strength, answer.unit), numeric: true },
      { name: withUnit(interactionsText.mean, answer.unit), numeric: true },
    ],
    answer.pairs.length,
    (row, column) => {
      const pair = answer.pairs[row]!;
      if (column === 0) return names[pair.first] ?? String(pair.first);
      if (column === 1) return names[pair.second] ?? String(pair.second);
      return column === 2 ? pair.strength : pair.mean;
    },
  );
}

export function describe(answer: InteractionsAnswer, names: readonly string[]): string {
  const [top] = answer.pairs;
  if (top === undefined || top.strength === 0) return interactionsText.none;
  return interactionsText.sentence(names[top.first] ?? '', names[top.second] ?? '', formatNumber(top.strength), answer.unit);
}

export function chart(
  answer: InteractionsAnswer,
  chosen: { readonly first: number; readonly second: number } | null,
  theme: ChartTheme,
): Chart {
  const labels = answer.names.map((name) => middleEllipsis(visibleLabel(name), labelLength(theme)));
  const n = labels.length;
  return {
    kind: 'interaction-heat',
    spec: spec({ labelled: isLabelled(answer, theme) }, theme),
    datasets: datasets(answer, chosen, theme),
    signals: frameSignals({ xDomain: laneDomain(n), yDomain: laneDomain(n), xTitle: '', yTitle: '', xLabels: labels, yLabels: labels }),
    xTitle: interactionsText.feature,
    yTitle: interactionsText.feature,
    marks: marks(answer),
    legends: [
      {
        kind: 'ramp',
        title: withUnit(interactionsText.strength, answer.unit),
        low: '0',
        high: formatNumber(strongest(answer)),
        colours: Array.from({ length: LEGEND_STEPS }, (_, i) => strengthColour(i / (LEGEND_STEPS - 1), theme)),
        missing: null,
        missingColour: theme.missing,
      },
    ],
    raster: null,
    height: n > 10 ? { min: n * 30 + 90, max: n * 40 + 90 } : { min: 320, max: 560 },
  };
}
