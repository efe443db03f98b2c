import { tableOf, type Chart, type ChartTable, type Datum, type Marks, type Spec } from '#/charts/chart';
import { buildFrameSpec, extentOf, frameSignals, laneDomain, paddedDomain } from '#/charts/frame';
import { iceAxisOf, iceScale, type Curve, type IceAnswer, type IceAxis } from '#/charts/ice-data';
import { labelLength, type ChartTheme } from '#/charts/theme';
import { curveSlope } from '#/math/curve-shapes';
import { rowName, withUnit } from '#/text/coverage';
import { middleEllipsis, visibleLabel } from '#/text/labels';
import { formatCell, formatDate, formatFull } from '#/text/numbers';
import { describeIce, iceText } from '#/text/ice';

export interface IceShape {
  readonly x: IceAxis;
}

export function spec(shape: IceShape, theme: ChartTheme): Spec {
  const discrete = shape.x === 'category';
  const line =
    (name: string, mark: Readonly<Record<string, unknown>>) =>
    ({ x, y }: { x: (field: string) => Spec; y: (field: string) => Spec }) => ({
      data: { name, values: [] },
      mark: { type: 'line', interpolate: 'linear', ...mark },
      encoding: { x: x('x'), y: y('y'), detail: { field: 'l', type: 'nominal' } },
    });
  const point =
    (name: string, mark: Readonly<Record<string, unknown>>) =>
    ({ x, y }: { x: (field: string) => Spec; y: (field: string) => Spec }) => ({
      data: { name, values: [] },
      mark: { type: 'point', filled: true, opacity: 1, ...mark },
      encoding: { x: x('x'), y: y('y') },
    });
  return buildFrameSpec(
    {
      x: { ...iceScale(shape.x), title: true, grid: false, nice: false },
      y: { type: 'linear', title: true, grid: true },
      layers: [
        ({ x, y }) => ({
          data: { name: 'density', values: [] },
          mark: { type: 'rect', fill: theme.textQuiet, opacity: 0.28 },
          encoding: { x: x('x0'), x2: { field: 'x1' }, y: y('y0'), y2: { field: 'y1' } },
        }),
        discrete
          ? point('lines', { size: 14, fill: theme.textQuiet, opacity: 0.35 })
          : line('lines', { stroke: theme.textQuiet, strokeWidth: 1, opacity: 0.28 }),
        discrete
          ? point('average', { shape: 'square', size: 70, fill: theme.textQuiet })
          : line('average', { stroke: theme.textQuiet, strokeWidth: 2.5, strokeDash: [6, 4] }),
        discrete ? point('row', { size: 70, fill: theme.negative }) : line('row', { stroke: theme.negative, strokeWidth: 2.5 }),
        discrete
          ? point('edited', { shape: 'triangle-up', size: 80, fill: theme.positive })
          : line('edited', { stroke: theme.positive, strokeWidth: 2.5, strokeDash: [2, 2] }),
        ({ x, y }) => ({
          data: { name: 'own', values: [] },
          mark: { type: 'point', filled: true, size: 110, stroke: theme.background, strokeWidth: 2, opacity: 1 },
          encoding: { x: x('x'), y: y('y'), fill: { field: 'c', type: 'nominal', scale: null } },
        }),
      ],
    },
    theme,
  );
}

interface Curves {
  readonly row: Curve;
  readonly edited: Curve | null;
  readonly average: Curve | null;
  readonly lines: readonly Curve[];
}

/** Slopes are per unit of the feature, per day of dates. */
const DAY = 86_400_000;

/**
 * The curves as drawn: as they are, minus their value at the row's own value, or their slopes. Accumulated effects have no level:
 * among predictions they pass through the row's own point.
 */
export function drawnCurves(answer: IceAnswer): Curves {
  const { average, others, edited, line } = answer;
  const own = answer.own < 0 ? NaN : answer.grid[answer.own]!;
  const editedOwn = edited === null || edited.own < 0 ? NaN : edited.grid[edited.own]!;
  const drawn = (curve: Curve, grid: Float64Array, at: number): Curve => {
    if (line === 'value') return curve;
    if (line === 'centred') return shifted(curve, -valueAt(grid, curve, at));
    const slope = curveSlope(grid, curve, 1);
    return answer.featureKind === 'datetime' ? slope.map((value) => value * DAY) : slope;
  };
  const through = ({ kind, grid, curve }: NonNullable<IceAnswer['average']>): Curve =>
    kind === 'ale' && line === 'value'
      ? shifted(curve, valueAt(answer.grid, answer.curve, own) - valueAt(grid, curve, own))
      : drawn(curve, grid, own);
  return {
    row: drawn(answer.curve, answer.grid, own),
    edited: edited === null ? null : drawn(edited.curve, edited.grid, editedOwn),
    average: average === null ? null : through(average),
    lines: others === null || !answer.showLines ? [] : others.lines.map((curve) => drawn(curve, others.grid, own)),
  };
}

function shifted(curve: Curve, by: number): Curve {
  return curve.map((value) => value + by);
}

/** A curve between its grid points, its ends outside; its mean for a missing value. */
export function valueAt(grid: Float64Array, curve: Curve, at: number): number {
  const n = grid.length;
  if (n === 0) return 0;
  if (Number.isNaN(at)) return curve.reduce((sum, value) => sum + value, 0) / n;
  const after = grid.findIndex((point) => point >= at);
  if (after < 0) return curve[n - 1]!;
  if (after === 0 || grid[after] === at) return curve[after]!;
  const share = (at - grid[after - 1]!) / (grid[after]! - grid[after - 1]!);
  return curve[after - 1]! + share * (curve[after]! - curve[after - 1]!);
}

function isDiscrete(answer: IceAnswer): boolean {
  return answer.featureKind === 'categorical' || answer.featureKind === 'boolean';
}

function valueRange(curves: Curves): readonly [number, number] {
  const ends = [curves.row, curves.edited, curves.average, ...curves.lines].flatMap((curve) =>
    curve === null ? [] : [...extentOf(curve)],
  );
  return [Math.min(...ends), Math.max(...ends)];
}

/** Bars along the bottom, at most an eighth of the height. */
function densityBars(answer: IceAnswer, [low, high]: readonly [number, number]): readonly Datum[] {
  if (answer.density === null) return [];
  const { counts, min, max } = answer.density;
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const room = (high > low ? high - low : 1) / 8;
  const base = high > low ? low : low - 0.5;
  const discrete = isDiscrete(answer);
  const step = (max - min) / counts.length;
  if (!discrete && !(step > 0)) return [];
  return Array.from(counts, (count, i) => ({
    x0: discrete ? i - 0.38 : min + i * step,
    x1: discrete ? i + 0.38 : min + (i + 1) * step,
    y0: base,
    y1: base + (room * count) / most,
  })).filter((bar) => bar.y1 > bar.y0);
}

const points = (grid: Float64Array, curve: Curve, l = 0): Datum[] => Array.from(curve, (y, i) => ({ x: grid[i]!, y, l }));

export function datasets(answer: IceAnswer, theme: ChartTheme): Readonly<Record<string, readonly Datum[]>> {
  const curves = drawnCurves(answer);
  const own: Datum[] = [];
  if (answer.own >= 0) own.push({ x: answer.grid[answer.own]!, y: curves.row[answer.own]!, c: theme.negative });
  if (answer.edited !== null && curves.edited !== null && answer.edited.own >= 0) {
    own.push({ x: answer.edited.grid[answer.edited.own]!, y: curves.edited[answer.edited.own]!, c: theme.positive });
  }
  return {
    density: densityBars(answer, valueRange(curves)),
    lines: answer.others === null ? [] : curves.lines.flatMap((line, l) => points(answer.others!.grid, line, l)),
    average: answer.average === null || curves.average === null ? [] : points(answer.average.grid, curves.average),
    row: points(answer.grid, curves.row),
    edited: answer.edited === null || curves.edited === null ? [] : points(answer.edited.grid, curves.edited),
    own,
  };
}

function gridText(answer: IceAnswer, value: number): string {
  if (isDiscrete(answer)) return visibleLabel(answer.labels[value] ?? String(value));
  return answer.featureKind === 'datetime' ? formatDate(value) : formatCell(value, 'full');
}

/** The row's line first, point by point, then the other rows' lines. */
export function marks(answer: IceAnswer): Marks {
  const curves = drawnCurves(answer);
  const list = [
    ...Array.from(curves.row, (y, i) => ({ x: answer.grid[i]!, y, row: answer.row, lane: 0, prediction: answer.curve[i]! })),
    ...curves.lines.flatMap((line, l) =>
      Array.from(line, (y, i) => ({
        x: answer.others!.grid[i]!,
        y,
        row: answer.others!.rows[l]!,
        lane: l + 1,
        prediction: answer.others!.lines[l]![i]!,
      })),
    ),
  ];
  const unit = withUnit(answer.outputLabel, answer.unit);
  return {
    n: list.length,
    x: Float64Array.from(list, ({ x }) => x),
    y: Float64Array.from(list, ({ y }) => y),
    halfX: null,
    halfY: null,
    rows: Int32Array.from(list, ({ row }) => row),
    features: null,
    lanes: Int32Array.from(list, ({ lane }) => lane),
    action: 'row',
    reach: 'near',
    exposed: answer.grid.length,
    facts: (i) => ({ grid: list[i]!.x, prediction: list[i]!.prediction }),
    tip: (i) => ({
      title: rowName(list[i]!.row),
      lines: [
        { name: visibleLabel(answer.featureName), value: gridText(answer, list[i]!.x) },
        { name: unit, value: formatFull(list[i]!.prediction) },
        ...(answer.line === 'value' ? [] : [{ name: lineTitle(answer), value: formatFull(list[i]!.y) }]),
      ],
    }),
  };
}

export function table(answer: IceAnswer): ChartTable {
  const averageAt = (i: number): number | null => {
    const { average } = answer;
    if (average === null || average.grid.length === 0) return null;
    // Effects accumulate over edges of their own: between these they are read off the line.
    if (average.kind === 'ale') return valueAt(average.grid, average.curve, answer.grid[i]!);
    const at = average.grid.indexOf(answer.grid[i]!);
    return at < 0 ? null : average.curve[at]!;
  };
  const editedAt = (i: number): number | null => {
    const at = answer.edited === null ? -1 : answer.edited.grid.indexOf(answer.grid[i]!);
    return at < 0 ? null : answer.edited!.curve[at]!;
  };
  const numeric = answer.featureKind === 'numeric';
  const shown = withUnit(answer.outputLabel, answer.unit);
  return tableOf(
    [
      { name: answer.featureName, numeric },
      { name: `${iceText.rowColumn}: ${shown}`, numeric: true },
      ...(answer.edited === null ? [] : [{ name: `${iceText.editedColumn}: ${shown}`, numeric: true }]),
      ...(answer.average === null ? [] : [{ name: `${iceText.averageColumns[answer.average.kind]}: ${shown}`, numeric: true }]),
    ],
    answer.grid.length,
    (i, column) => {
      if (column === 0) return numeric ? answer.grid[i]! : gridText(answer, answer.grid[i]!);
      if (column === 1) return answer.curve[i]!;
      return column === 2 && answer.edited !== null ? editedAt(i) : averageAt(i);
    },
  );
}

/** What the lines show where it is not the prediction. */
function lineTitle(answer: IceAnswer): string {
  return answer.line === 'derivative' ? iceText.slope : iceText.change;
}

/** Of what the lines show. */
function lineUnit(answer: IceAnswer): string {
  return answer.line === 'derivative' ? iceText.slopeUnit(answer.unit, answer.featureKind === 'datetime') : answer.unit;
}

function yTitleOf(answer: IceAnswer): string {
  return withUnit(answer.line === 'value' ? answer.outputLabel : `${lineTitle(answer)}: ${answer.outputLabel}`, lineUnit(answer));
}

export function describe(answer: IceAnswer): string {
  const { row } = drawnCurves(answer);
  let low = 0;
  let high = 0;
  row.forEach((value, i) => {
    if (value < row[low]!) low = i;
    if (value > row[high]!) high = i;
  });
  if (row.length === 0) return '';
  return describeIce({
    feature: answer.featureName,
    output: answer.outputLabel,
    unit: lineUnit(answer),
    low: row[low]!,
    high: row[high]!,
    lowAt: answer.featureKind === 'numeric' ? formatCell(answer.grid[low]!, 'short') : gridText(answer, answer.grid[low]!),
    highAt: answer.featureKind === 'numeric' ? formatCell(answer.grid[high]!, 'short') : gridText(answer, answer.grid[high]!),
    line: answer.line,
  });
}

export function chart(answer: IceAnswer, theme: ChartTheme): Chart {
  const discrete = isDiscrete(answer);
  const curves = drawnCurves(answer);
  const [low, high] = valueRange(curves);
  const labels = discrete ? answer.labels.map((label) => middleEllipsis(label, labelLength(theme))) : [];
  const [gridLow, gridHigh] = extentOf(answer.average === null ? answer.grid : Float64Array.of(...answer.grid, ...answer.average.grid));
  const xTitle = visibleLabel(answer.featureName);
  const yTitle = yTitleOf(answer);
  return {
    kind: 'ice-lines',
    spec: spec({ x: iceAxisOf(answer.featureKind, answer.grid) }, theme),
    datasets: datasets(answer, theme),
    signals: frameSignals({
      xDomain: discrete ? laneDomain(labels.length) : paddedDomain(gridLow, gridHigh, false),
      yDomain: low === high ? [low - 0.5, high + 0.5] : [low, high],
      xTitle,
      yTitle,
      xLabels: labels,
    }),
    xTitle,
    yTitle,
    marks: marks(answer),
    legends: [
      {
        kind: 'classes',
        title: '',
        items: [
          { label: iceText.row, colour: theme.negative, shape: discrete ? 'square' : 'line' },
          ...(answer.edited === null
            ? []
            : [{ label: iceText.edited, colour: theme.positive, shape: discrete ? ('square' as const) : ('dotted' as const) }]),
          ...(answer.average === null
            ? []
            : [
                {
                  label: answer.average.kind === 'ale' ? iceText.effects(answer.average.nRows) : iceText.average(answer.average.nRows),
                  colour: theme.textQuiet,
                  shape: discrete ? ('square' as const) : ('dashed' as const),
                },
              ]),
        ],
      },
    ],
    raster: null,
    height: null,
  };
}
