import { tableOf, type Chart, type ChartTable, type Datum, type Marks, type Spec } from '#/charts/chart';
import { frameSignals, laneDomain, signedDomain } from '#/charts/frame';
import { bar, barLayer, laneHeight, ruleLayer, textLayer, zeroLayer, zeroLine } from '#/charts/lanes';
import { lanesSpec } from '#/charts/summary-shared';
import { labelLength, type ChartTheme } from '#/charts/theme';
import { withUnit } from '#/text/coverage';
import { middleEllipsis, visibleLabel } from '#/text/labels';
import { layersText } from '#/text/layers';
import { formatFull, formatNumber, formatSigned } from '#/text/numbers';
import type { NeuronsAnswer } from '#/queries/neurons';

/** Mean value of each neuron over the explained rows; a line from the lowest to the highest row. */
export function spec(theme: ChartTheme): Spec {
  return lanesSpec(
    [
      barLayer('bars', theme),
      zeroLayer(theme),
      ruleLayer('ranges', { color: theme.textQuiet, strokeWidth: 1 }),
      textLayer('rights', 1, theme),
      textLayer('lefts', -1, theme),
    ],
    theme,
  );
}

export type NeuronOrder = 'number' | 'size';

/** Neurons in the order of the chart. */
export function neuronOrder(answer: NeuronsAnswer, order: NeuronOrder): readonly number[] {
  const neurons = answer.names.map((_, neuron) => neuron);
  if (order === 'number') return neurons;
  const size = (neuron: number): number => (Number.isNaN(answer.means[neuron]!) ? -1 : Math.abs(answer.means[neuron]!));
  return neurons.sort((a, b) => size(b) - size(a) || a - b);
}

const HALF = 0.32;

export function datasets(answer: NeuronsAnswer, neurons: readonly number[], theme: ChartTheme): Readonly<Record<string, readonly Datum[]>> {
  const known = neurons.flatMap((neuron, lane) =>
    Number.isNaN(answer.means[neuron]!) ? [] : [{ neuron, lane, mean: answer.means[neuron]! }],
  );
  const text = ({ neuron, lane, mean }: { neuron: number; lane: number; mean: number }): Datum => ({
    x: mean < 0 ? answer.lowest[neuron]! : answer.highest[neuron]!,
    y: lane,
    t: formatSigned(mean),
  });
  return {
    bars: known.map(({ lane, mean }) => bar(lane, 0, mean, mean < 0 ? theme.negative : theme.positive, HALF)),
    zero: zeroLine(neurons.length),
    ranges: known.map(({ neuron, lane }) => ({ x0: answer.lowest[neuron]!, x1: answer.highest[neuron]!, y0: lane, y1: lane })),
    rights: known.filter(({ mean }) => mean >= 0).map(text),
    lefts: known.filter(({ mean }) => mean < 0).map(text),
  };
}

export function marks(answer: NeuronsAnswer, neurons: readonly number[]): Marks {
  return {
    n: neurons.length,
    x: Float64Array.from(neurons, (neuron) => answer.means[neuron]! / 2),
    y: Float64Array.from(neurons, (_, lane) => lane),
    halfX: Float64Array.from(neurons, (neuron) => Math.abs(answer.means[neuron]!) / 2),
    halfY: new Float64Array(neurons.length).fill(HALF),
    rows: new Int32Array(neurons.length).fill(-1),
    features: Int32Array.from(neurons),
    lanes: Int32Array.from(neurons, (_, lane) => lane),
    action: 'feature',
    reach: 'lane',
    tip: (i) => {
      const neuron = neurons[i]!;
      return {
        title: visibleLabel(answer.names[neuron]!),
        lines: [
          { name: withUnit(layersText.mean, answer.unit), value: formatFull(answer.means[neuron]!) },
          { name: layersText.meanSize, value: formatFull(answer.meanSizes[neuron]!) },
          { name: layersText.lowest, value: formatFull(answer.lowest[neuron]!) },
          { name: layersText.highest, value: formatFull(answer.highest[neuron]!) },
        ],
      };
    },
  };
}

export function table(answer: NeuronsAnswer): ChartTable {
  const columns = [answer.means, answer.meanSizes, answer.lowest, answer.highest];
  return tableOf(
    [
      { name: layersText.neuron, numeric: false },
      ...[layersText.mean, layersText.meanSize, layersText.lowest, layersText.highest].map((name) => ({
        name: withUnit(name, answer.unit),
        numeric: true,
      })),
    ],
    answer.names.length,
    (row, column) => (column === 0 ? answer.names[row]! : columns[column - 1]![row]!),
  );
}

export function describe(answer: NeuronsAnswer): string {
  const [top] = neuronOrder(answer, 'size');
  if (top === undefined || Number.isNaN(answer.means[top]!)) return layersText.empty;
  return layersText.sentence(visibleLabel(answer.names[top]!), formatNumber(answer.means[top]!), answer.unit);
}

export function chart(answer: NeuronsAnswer, order: NeuronOrder, theme: ChartTheme): Chart {
  const neurons = neuronOrder(answer, order);
  const ends = [...answer.lowest, ...answer.highest].filter((value) => !Number.isNaN(value));
  const [low, high] = signedDomain(Math.min(0, ...ends), Math.max(0, ...ends), 0);
  const room = (high - low) * (theme.compact ? 0.26 : 0.14);
  const xTitle = withUnit(layersText.mean, answer.unit);
  return {
    kind: 'neuron-bars',
    spec: spec(theme),
    datasets: datasets(answer, neurons, theme),
    signals: frameSignals({
      xDomain: [low < 0 ? low - room : low, high > 0 ? high + room : high],
      yDomain: laneDomain(neurons.length),
      xTitle,
      yTitle: '',
      yLabels: neurons.map((neuron) => middleEllipsis(visibleLabel(answer.names[neuron]!), labelLength(theme))),
    }),
    xTitle,
    yTitle: layersText.neuron,
    marks: marks(answer, neurons),
    legends: [],
    raster: null,
    height: laneHeight(neurons.length, 22, 34),
  };
}
