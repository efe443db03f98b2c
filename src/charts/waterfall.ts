import type { Chart, ChartTable, Datum, Label, Marks, Spec } from '#/charts/chart';
import { buildFrameSpec, frameSignals, laneDomain } from '#/charts/frame';
import { bar, barLayer, interval, laneHeight, ruleLayer, textLayer } from '#/charts/lanes';
import { describeLocalAnswer, localLabel, localTable, splitLocal, whiskerLegend } from '#/charts/local-shared';
import type { ChartTheme } from '#/charts/theme';
import { withUnit } from '#/text/coverage';
import { visibleLabel } from '#/text/labels';
import { cellText, localText } from '#/text/local-importance';
import { formatFull, formatNumber, formatSigned } from '#/text/numbers';
import type { LocalImportanceAnswer } from '#/queries/local-importance';

/** One step from the base value to the prediction. */
interface Step {
  readonly kind: 'base' | 'feature' | 'others' | 'result';
  readonly label: Label;
  readonly from: number;
  readonly to: number;
  readonly phi: number;
  readonly error: number | null;
  readonly feature: number;
}

/** Base value at the top, then the features by size, the rest as one, and the sum. Without a base it starts at 0. */
export function stepsOf(answer: LocalImportanceAnswer, topK: number, theme: ChartTheme): readonly Step[] {
  const { top, others, othersPhi } = splitLocal(answer, topK);
  const steps: Step[] = [];
  let at = answer.base ?? 0;
  if (answer.base !== null) steps.push({ kind: 'base', label: localText.base, from: at, to: at, phi: 0, error: null, feature: -1 });
  for (const feature of top) {
    const phi = Number.isNaN(feature.phi) ? 0 : feature.phi;
    steps.push({
      kind: 'feature',
      label: localLabel(feature, theme),
      from: at,
      to: at + phi,
      phi,
      error: feature.standardError,
      feature: feature.feature,
    });
    at += phi;
  }
  if (others > 0) {
    steps.push({ kind: 'others', label: localText.others(others), from: at, to: at + othersPhi, phi: othersPhi, error: null, feature: -1 });
    at += othersPhi;
  }
  if (answer.base !== null) steps.push({ kind: 'result', label: localText.result, from: at, to: at, phi: 0, error: null, feature: -1 });
  return steps;
}

export function spec(theme: ChartTheme): Spec {
  return buildFrameSpec(
    {
      x: { type: 'linear', title: true, grid: true, nice: false },
      y: { type: 'category', title: false, grid: false, reverse: true },
      layers: [
        ruleLayer('connectors', { color: theme.axis, strokeWidth: 1, strokeDash: [2, 2] }),
        barLayer('bars', theme),
        ruleLayer('ends', { color: theme.text, strokeWidth: 2.5 }),
        ruleLayer('intervals', { color: theme.text, strokeWidth: 1.2 }),
        textLayer('rights', 1, theme),
        textLayer('lefts', -1, theme),
      ],
    },
    theme,
  );
}

export function datasets(steps: readonly Step[], theme: ChartTheme): Readonly<Record<string, readonly Datum[]>> {
  const rights: Datum[] = [];
  const lefts: Datum[] = [];
  steps.forEach((step, y) => {
    if (step.kind === 'base' || step.kind === 'result') {
      rights.push({ x: step.to, y, t: formatNumber(step.to) });
      return;
    }
    const half = step.error === null ? 0 : 1.96 * step.error;
    const text = formatSigned(step.phi);
    if (step.phi < 0) lefts.push({ x: Math.min(step.from, step.to - half), y, t: text });
    else rights.push({ x: Math.max(step.from, step.to + half), y, t: text });
  });
  return {
    connectors: steps.slice(0, -1).map((step, lane) => ({ x0: step.to, x1: step.to, y0: lane, y1: lane + 1 })),
    bars: steps.flatMap((step, lane) =>
      step.kind === 'base' || step.kind === 'result' ? [] : [bar(lane, step.from, step.to, step.phi < 0 ? theme.negative : theme.positive)],
    ),
    ends: steps.flatMap((step, lane) =>
      step.kind === 'base' || step.kind === 'result' ? [{ x0: step.to, x1: step.to, y0: lane - 0.36, y1: lane + 0.36 }] : [],
    ),
    intervals: steps.flatMap((step, lane) =>
      step.error === null ? [] : interval(lane, step.to - 1.96 * step.error, step.to + 1.96 * step.error),
    ),
    rights,
    lefts,
  };
}

export function marks(answer: LocalImportanceAnswer, steps: readonly Step[]): Marks {
  const byFeature = new Map(answer.features.map((feature) => [feature.feature, feature]));
  const unit = withUnit(localText.importance, answer.unit);
  return {
    n: steps.length,
    x: Float64Array.from(steps, (step) => (step.from + step.to) / 2),
    y: Float64Array.from(steps, (_, lane) => lane),
    halfX: Float64Array.from(steps, (step) => Math.abs(step.to - step.from) / 2),
    halfY: new Float64Array(steps.length).fill(0.45),
    rows: new Int32Array(steps.length).fill(answer.row),
    features: Int32Array.from(steps, (step) => step.feature),
    lanes: Int32Array.from(steps, (_, lane) => lane),
    action: null,
    reach: 'lane',
    tip: (i) => {
      const step = steps[i]!;
      const feature = byFeature.get(step.feature);
      if (feature === undefined)
        return {
          title: String(step.label),
          lines: [{ name: answer.unit, value: formatFull(step.kind === 'others' ? step.phi : step.to) }],
        };
      return {
        title: visibleLabel(feature.name),
        lines: [
          { name: localText.value, value: cellText(feature.value, 'full') },
          { name: unit, value: formatFull(feature.phi) },
          ...(feature.standardError === null ? [] : [{ name: localText.standardError, value: formatFull(feature.standardError) }]),
        ],
      };
    },
  };
}

export function table(answer: LocalImportanceAnswer): ChartTable {
  return localTable(answer);
}

export function describe(answer: LocalImportanceAnswer, title: string): string {
  return describeLocalAnswer(answer, title);
}

export function chart(answer: LocalImportanceAnswer, topK: number, theme: ChartTheme): Chart {
  const steps = stepsOf(answer, topK, theme);
  let low = Infinity;
  let high = -Infinity;
  for (const step of steps) {
    const half = step.error === null ? 0 : 1.96 * step.error;
    low = Math.min(low, step.from, step.to - half);
    high = Math.max(high, step.from, step.to + half);
  }
  // Numbers stand outside the bars on both sides.
  const room = high > low ? (high - low) * (theme.compact ? 0.26 : 0.16) : 0.5;
  const xTitle = withUnit(answer.outputLabel, answer.unit);
  return {
    kind: 'waterfall',
    spec: spec(theme),
    datasets: datasets(steps, theme),
    signals: frameSignals({
      xDomain: steps.length === 0 ? [0, 1] : [low - room, high + room],
      yDomain: laneDomain(steps.length),
      xTitle,
      yTitle: '',
      yLabels: steps.map((step) => step.label),
    }),
    xTitle,
    yTitle: '',
    marks: marks(answer, steps),
    legends: [
      {
        kind: 'classes',
        title: '',
        items: [
          { label: localText.raises, colour: theme.positive },
          { label: localText.lowers, colour: theme.negative },
          ...whiskerLegend(
            steps.some((step) => step.error !== null),
            theme,
          ),
        ],
      },
    ],
    raster: null,
    height: laneHeight(steps.length, 32, 40),
  };
}
