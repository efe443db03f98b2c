import { tableOf, type Chart, type ChartTable, type Datum, type Marks, type Spec } from '#/charts/chart';
import { extentOf, frameSignals, laneDomain, OWN_COLOUR, signedDomain } from '#/charts/frame';
import { laneHeight, laneLabels, zeroLayer, zeroLine } from '#/charts/lanes';
import { paintCells } from '#/charts/raster';
import { lanesSpec, SUMMARY_LANE, summaryTitle, swarmColour, swarmLegend } from '#/charts/summary-shared';
import { rgbOf, type ChartTheme } from '#/charts/theme';
import { rowName, withUnit } from '#/text/coverage';
import { visibleLabel } from '#/text/labels';
import { formatCount, formatFull, formatNumber } from '#/text/numbers';
import { describeSwarm, summaryText } from '#/text/summary-importance';
import { spearman } from '#/math/correlation';
import type { SwarmPoints, SwarmRaster } from '#/queries/summary-importance';

export interface SwarmShape {
  readonly points: boolean;
}

export function spec(shape: SwarmShape, theme: ChartTheme): Spec {
  return lanesSpec(
    [
      zeroLayer(theme),
      ...(shape.points
        ? [
            ({ x, y }: { x: (field: string) => Spec; y: (field: string) => Spec }) => ({
              data: { name: 'points', values: [] },
              mark: { type: 'point', filled: true, size: theme.compact ? 12 : 18, opacity: 0.85 },
              encoding: { x: x('x'), y: y('y'), fill: OWN_COLOUR },
            }),
          ]
        : []),
    ],
    theme,
    shape.points,
  );
}

export function datasets(answer: SwarmPoints | SwarmRaster, theme: ChartTheme): Readonly<Record<string, readonly Datum[]>> {
  const zero = zeroLine(answer.features.length);
  if (answer.kind === 'swarm-raster') return { zero };
  const colour = swarmColour(answer.colourLabels, theme);
  const { colours } = answer;
  return {
    zero,
    points: Array.from(answer.values, (value, i) => ({
      x: value,
      y: answer.lane[i]! + answer.offsets[i]!,
      c: colours === null ? theme.mark : colour(colours[i]!),
    })),
  };
}

function colourText(labels: readonly string[], value: number): string {
  if (Number.isNaN(value)) return formatNumber(NaN);
  return labels.length > 0 ? visibleLabel(labels[value] ?? String(value)) : formatNumber(value);
}

export function marks(answer: SwarmPoints | SwarmRaster, colourTitle: string): Marks {
  const name = withUnit(summaryText.importance, answer.unit);
  if (answer.kind === 'swarm') {
    return {
      n: answer.rows.length,
      x: answer.values,
      y: Float64Array.from(answer.lane, (lane, i) => lane + answer.offsets[i]!),
      halfX: null,
      halfY: null,
      rows: answer.rows,
      features: null,
      lanes: answer.lane,
      action: 'row',
      reach: 'near',
      tip: (i) => ({
        title: rowName(answer.rows[i]!),
        lines: [
          { name: summaryText.feature, value: visibleLabel(answer.features[answer.lane[i]!]?.name ?? '') },
          { name, value: formatFull(answer.values[i]!) },
          ...(answer.colours === null ? [] : [{ name: colourTitle, value: colourText(answer.colourLabels, answer.colours[i]!) }]),
        ],
      }),
    };
  }
  const size = answer.width * answer.height;
  const filled: number[] = [];
  for (let cell = 0; cell < answer.counts.length; cell++) if (answer.counts[cell]! > 0) filled.push(cell);
  const [low, high] = answer.range;
  const laneOf = (cell: number): number => Math.floor(cell / size);
  const x = Float64Array.from(filled, (cell) => low + ((high - low) * ((cell % answer.width) + 0.5)) / answer.width);
  return {
    n: filled.length,
    x,
    y: Float64Array.from(filled, (cell) => laneOf(cell) - 0.5 + (Math.floor((cell % size) / answer.width) + 0.5) / answer.height),
    halfX: null,
    halfY: null,
    rows: Int32Array.from(filled, (cell) => answer.exampleRows[cell]!),
    features: null,
    lanes: Int32Array.from(filled, laneOf),
    action: 'row',
    reach: 'near',
    tip: (i) => {
      const cell = filled[i]!;
      const count = answer.counts[cell]!;
      return {
        title: count === 1 ? rowName(answer.exampleRows[cell]!) : `${formatCount(count)} ${summaryText.rows}`,
        lines: [
          { name: summaryText.feature, value: visibleLabel(answer.features[laneOf(cell)]?.name ?? '') },
          { name, value: `≈ ${formatNumber(x[i]!)}` },
          ...(answer.colours === null ? [] : [{ name: colourTitle, value: colourText(answer.colourLabels, answer.colours[cell]!) }]),
        ],
      };
    },
  };
}

export function table(answer: SwarmPoints | SwarmRaster, colourTitle: string): ChartTable {
  const name = withUnit(summaryText.importance, answer.unit);
  if (answer.kind === 'swarm') {
    return tableOf(
      [
        { name: 'Row', numeric: true },
        { name: summaryText.feature, numeric: false },
        { name, numeric: true },
        ...(answer.colours === null ? [] : [{ name: colourTitle, numeric: answer.colourLabels.length === 0 }]),
      ],
      answer.rows.length,
      (i, column) => {
        if (column === 0) return answer.rows[i]!;
        if (column === 1) return answer.features[answer.lane[i]!]?.name ?? '';
        if (column === 2) return answer.values[i]!;
        const colour = answer.colours?.[i] ?? NaN;
        return answer.colourLabels.length > 0 ? (answer.colourLabels[colour] ?? null) : colour;
      },
      (i) => answer.rows[i]!,
    );
  }
  return tableOf(
    [
      { name: summaryText.feature, numeric: false },
      { name: withUnit(summaryText.meanAbs, answer.unit), numeric: true },
    ],
    answer.features.length,
    (i, column) => (column === 0 ? answer.features[i]!.name : answer.features[i]!.meanAbs),
  );
}

/** Rank correlation of feature value and importance in the top lane; NaN unless the colour is the feature value. */
function topDirection(answer: SwarmPoints | SwarmRaster, ordered: boolean): number {
  if (!ordered || !answer.signed || answer.colours === null || answer.colourLabels.length > 0) return NaN;
  const xs: number[] = [];
  const ys: number[] = [];
  if (answer.kind === 'swarm') {
    for (let i = 0; i < answer.lane.length; i++) {
      if (answer.lane[i] === 0 && !Number.isNaN(answer.colours[i]!)) {
        xs.push(answer.colours[i]!);
        ys.push(answer.values[i]!);
      }
    }
  } else {
    for (let cell = 0; cell < answer.width * answer.height; cell++) {
      if (answer.counts[cell]! > 0 && !Number.isNaN(answer.colours[cell]!)) {
        xs.push(answer.colours[cell]!);
        ys.push(cell % answer.width);
      }
    }
  }
  return xs.length < 5 ? NaN : spearman(Float64Array.from(xs), Float64Array.from(ys));
}

export function describe(answer: SwarmPoints | SwarmRaster, ordered: boolean): string {
  return describeSwarm({
    top: answer.features[0],
    unit: answer.unit,
    outputLabel: answer.outputLabel,
    direction: topDirection(answer, ordered),
    coverage: answer.coverage,
  });
}

export function chart(answer: SwarmPoints | SwarmRaster, colourTitle: string, theme: ChartTheme): Chart {
  const n = answer.features.length;
  const xTitle = summaryTitle(answer);
  const colour = swarmColour(answer.colourLabels, theme);
  const domain = answer.kind === 'swarm' ? signedDomain(...extentOf(answer.values)) : signedDomain(...answer.range);
  const memo = new Map<number, readonly [number, number, number]>();
  const rgb = (value: number): readonly [number, number, number] => {
    const key = answer.colourLabels.length > 0 ? value : Math.round(value * 64) / 64;
    let known = memo.get(key);
    if (known === undefined) {
      known = rgbOf(colour(key));
      memo.set(key, known);
    }
    return known;
  };
  return {
    kind: 'summary-swarm',
    spec: spec({ points: answer.kind === 'swarm' }, theme),
    datasets: datasets(answer, theme),
    signals: frameSignals({
      xDomain: domain,
      yDomain: laneDomain(n),
      xTitle,
      yTitle: '',
      yLabels: laneLabels(
        answer.features.map((feature) => feature.name),
        theme,
      ),
    }),
    xTitle,
    yTitle: '',
    marks: marks(answer, colourTitle),
    legends: swarmLegend(answer.colours, answer.kind === 'swarm' ? null : answer.counts, answer.colourLabels, colourTitle, theme),
    raster:
      answer.kind === 'swarm'
        ? null
        : {
            width: answer.width,
            height: answer.height * n,
            pixels: paintCells(
              answer.counts,
              (cell) => (answer.colours === null ? rgbOf(theme.mark) : rgb(answer.colours[cell]!)),
              answer.colours === null ? 130 : 215,
            ),
            xRange: answer.range,
            yRange: [n - 0.5, -0.5],
          },
    height: laneHeight(n, SUMMARY_LANE),
  };
}
