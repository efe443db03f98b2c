import type { Legend, Spec } from '#/charts/chart';
import { legendItems, rampLegend } from '#/charts/colour-scale';
import { buildFrameSpec, type Layer } from '#/charts/frame';
import { classColour, rampColour, type ChartTheme } from '#/charts/theme';
import { withUnit } from '#/text/coverage';
import { summaryText } from '#/text/summary-importance';
import type { SummaryImportanceAnswer } from '#/queries/summary-importance';

/** CSS pixels of a lane. */
export const SUMMARY_LANE = 38;

/** One lane a feature, values along x. */
export function lanesSpec(layers: readonly Layer[], theme: ChartTheme, grid = true): Spec {
  return buildFrameSpec(
    {
      x: { type: 'linear', title: true, grid, nice: false },
      y: { type: 'category', title: false, grid: false, reverse: true },
      layers,
    },
    theme,
  );
}

export function summaryTitle(answer: SummaryImportanceAnswer): string {
  return withUnit(
    answer.kind === 'bar' || !answer.signed
      ? `${summaryText.meanAbs}, ${answer.outputLabel}`
      : `${summaryText.importance}, ${answer.outputLabel}`,
    answer.unit,
  );
}

/** Colours of swarm marks: classes where there are labels, else low to high. 0 is a value; NaN is missing. */
export function swarmColour(labels: readonly string[], theme: ChartTheme): (value: number) => string {
  return labels.length > 0 ? (value) => classColour(value, theme) : (value) => rampColour(value, theme);
}

/** @param counts - rows behind each colour where colours belong to cells: empty ones are not missing values */
export function swarmLegend(
  colours: ArrayLike<number> | null,
  counts: ArrayLike<number> | null,
  labels: readonly string[],
  title: string,
  theme: ChartTheme,
): readonly Legend[] {
  if (colours === null) return [];
  let missing = false;
  for (let i = 0; i < colours.length && !missing; i++) missing = Number.isNaN(colours[i]!) && counts?.[i] !== 0;
  if (labels.length > 0) return [{ kind: 'classes', title, items: legendItems(labels, theme, missing) }];
  return [rampLegend(title, summaryText.low, summaryText.high, theme, missing)];
}

export function groupLegend(labels: readonly string[], theme: ChartTheme): readonly Legend[] {
  return labels.length <= 1 ? [] : [{ kind: 'classes', title: '', items: legendItems(labels, theme, false) }];
}

/** Middle and half thickness of group g of G inside a lane. */
export function groupBand(lane: number, group: number, groups: number): { readonly at: number; readonly half: number } {
  const band = 0.84 / groups;
  return { at: lane - 0.42 + band * (group + 0.5), half: band * 0.42 };
}
