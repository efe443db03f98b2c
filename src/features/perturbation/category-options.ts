import type { FeatureProfile } from '#/queries/profiles';
import { visibleLabel } from '#/text/labels';
import { formatCount } from '#/text/numbers';
import { whatIfText } from '#/text/what-if';

/** The select's value of a missing cell: no code looks like it. */
export const MISSING_KEY = 'missing';

export interface CategoryOption {
  readonly key: string;
  readonly label: string;
}

/**
 * One option a category, keyed by its code: labels may be empty, equal, numbers or `missing` itself, and no category is
 * left out before they are numbered (VIEWS 3, defect 7).
 */
export function optionsOf(profile: FeatureProfile): readonly CategoryOption[] {
  const labels = profile.schema.kind === 'boolean' ? [whatIfText.no, whatIfText.yes] : profile.schema.labels;
  return labels.map((label, code) => ({
    key: keyOfCode(code),
    label: `${visibleLabel(label).slice(0, 200)} (${formatCount(profile.labelCounts[code] ?? 0)})`,
  }));
}

export function keyOfCode(code: number): string {
  return Number.isNaN(code) ? MISSING_KEY : String(code);
}

export function codeOfKey(key: string): number {
  return key === MISSING_KEY ? NaN : Number(key);
}
