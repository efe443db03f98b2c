import { makeIceGrid, type GridFeature } from '#/domain/ice-grid';
import type { FeatureProfile } from '#/queries/profiles';
import { whatIfText } from '#/text/what-if';

export const DEFAULT_STEPS = 40;
/** Each side of the two-way picture. */
export const SURFACE_STEPS = 20;

export interface GridChoice {
  readonly min: number;
  readonly max: number;
  readonly steps: number;
}

export function isRanged(profile: FeatureProfile): boolean {
  return profile.schema.kind === 'numeric' || profile.schema.kind === 'datetime';
}

function gridFeature({ schema }: FeatureProfile): GridFeature {
  return { kind: schema.kind, integer: schema.integer, categories: schema.labels.length };
}

export function gridOf(profile: FeatureProfile, choice: GridChoice, own: number): Float64Array<ArrayBuffer> {
  return makeIceGrid(gridFeature(profile), { ...choice, own });
}

export function labelsOf({ schema }: FeatureProfile): readonly string[] {
  return schema.kind === 'boolean' ? [whatIfText.no, whatIfText.yes] : schema.labels;
}

/** The range chosen in the link where it makes sense for this feature, else the data's. */
export function chosenRange(
  profile: FeatureProfile,
  options: { readonly min?: number | undefined; readonly max?: number | undefined; readonly steps?: number | undefined },
  steps = DEFAULT_STEPS,
): GridChoice {
  const min = options.min ?? profile.min;
  const max = options.max ?? profile.max;
  const valid = min < max;
  return { min: valid ? min : profile.min, max: valid ? max : profile.max, steps: Math.min(500, options.steps ?? steps) };
}
