import type { FeatureSchema } from '#/domain/model';

export interface GridRequest {
  readonly kind: FeatureSchema['kind'];
  /** Smallest and largest value of a numeric or datetime feature; NaN when every cell is missing. */
  readonly min: number;
  readonly max: number;
  /** Points of a numeric grid before rounding and the own value, 2 or more. */
  readonly steps: number;
  /** Only whole values occur. */
  readonly integer: boolean;
  /** Labels by code (categorical). */
  readonly labels: readonly string[];
  /** A value that must be on the grid (the row's own), NaN for none. */
  readonly ownValue: number;
}

/**
 * Values of one feature to predict at: both ends and even steps between for numbers (rounded where only whole values
 * occur), all codes for categories, 0 and 1 for booleans; with the own value, also when it lies outside.
 * @returns ascending, distinct, no NaN; empty only when nothing is known
 */
export function makeGrid({ kind, min, max, steps, integer, labels, ownValue }: GridRequest): Float64Array {
  const points: number[] = Number.isNaN(ownValue) ? [] : [ownValue];
  switch (kind) {
    case 'categorical':
      points.push(...labels.keys());
      break;
    case 'boolean':
      points.push(0, 1);
      break;
    case 'numeric':
    case 'datetime': {
      if (Number.isNaN(min) || Number.isNaN(max)) break;
      const last = Math.max(2, steps) - 1;
      for (let i = 0; i <= last; i++) {
        const point = i === last ? max : min + ((max - min) * i) / last;
        points.push(integer ? Math.round(point) : point);
      }
      break;
    }
    default:
      return kind satisfies never;
  }
  return Float64Array.from(new Set(points)).sort();
}
