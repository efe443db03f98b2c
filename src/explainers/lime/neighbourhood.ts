import type { Rng } from '#/base/rng';
import type { EncodedRows, FeatureSchema } from '#/domain/model';

/** How values of one feature are drawn, learnt from the training rows. */
export type FeatureSampler =
  | {
      readonly kind: 'normal';
      readonly mean: number;
      /** 1 where all values are equal. */
      readonly deviation: number;
    }
  /** Codes with their shares; NaN is a value of its own. */
  | { readonly kind: 'values'; readonly values: Float64Array; readonly shares: Float64Array }
  /** Between quartiles: values[i] <= borders[i] belong to bin i. */
  | { readonly kind: 'bins'; readonly borders: Float64Array; readonly bins: readonly Bin[]; readonly shares: Float64Array };

interface Bin {
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  readonly deviation: number;
}

/**
 * Samplers of lime 0.2.0.1 LimeTabularExplainer: numbers from a normal distribution around the training mean, or, discretised, by
 * quartile bins and a truncated normal distribution inside; categories by their frequency. Missing numbers are left out.
 *
 * @param training - 1 row or more
 */
export function learnSamplers(training: EncodedRows, features: readonly FeatureSchema[], discretise: boolean): FeatureSampler[] {
  return Array.from({ length: training.nFeatures }, (_, feature) => {
    const column = Float64Array.from({ length: training.nRows }, (_value, row) => training.values[row * training.nFeatures + feature]!);
    const kind = features[feature]?.kind;
    if (kind === 'categorical' || kind === 'boolean') return valueSampler(column);
    const known = column.filter((value) => !Number.isNaN(value));
    if (discretise && known.length > 0) return binSampler(known.sort());
    const { mean, deviation } = moments(known);
    return { kind: 'normal', mean, deviation: deviation === 0 ? 1 : deviation };
  });
}

function moments(values: Float64Array): { mean: number; deviation: number } {
  if (values.length === 0) return { mean: 0, deviation: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}

function valueSampler(column: Float64Array): FeatureSampler {
  const counts = new Map<number, number>();
  for (const value of column) counts.set(value, (counts.get(value) ?? 0) + 1);
  const values = [...counts.keys()].sort((a, b) => a - b);
  return {
    kind: 'values',
    values: Float64Array.from(values),
    shares: Float64Array.from(values, (value) => counts.get(value)! / column.length),
  };
}

/** numpy.percentile at 25, 50 and 75 (linear), repeated ones once. */
function binSampler(sorted: Float64Array): FeatureSampler {
  const quantile = (share: number): number => {
    const at = share * (sorted.length - 1);
    const below = sorted[Math.floor(at)]!;
    return below + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - below);
  };
  const borders = Float64Array.from(new Set([quantile(0.25), quantile(0.5), quantile(0.75)]));
  const parts = Array.from({ length: borders.length + 1 }, (_, bin) => sorted.filter((value) => binOf(borders, value) === bin));
  return {
    kind: 'bins',
    borders,
    shares: Float64Array.from(parts, (part) => part.length / sorted.length),
    bins: parts.map((part, bin) => ({
      ...moments(part),
      low: bin === 0 ? sorted[0]! : borders[bin - 1]!,
      high: bin === borders.length ? sorted[sorted.length - 1]! : borders[bin]!,
    })),
  };
}

export function binOf(borders: Float64Array, value: number): number {
  let bin = 0;
  while (bin < borders.length && value > borders[bin]!) bin++;
  return bin;
}

/** Two standard normal numbers a pair of draws (Box and Muller 1958). */
export function normalSource(rng: Rng): () => number {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const held = spare;
      spare = null;
      return held;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - rng.next()));
    const angle = 2 * Math.PI * rng.next();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** Draws before a bin without spread gives its mean. */
const MOST_DRAWS = 100;

/** A normal number of the bin's mean and deviation, between its borders: the mean lies inside, so that few draws are lost. */
function drawInBin({ low, high, mean, deviation }: Bin, normal: () => number): number {
  if (low === high) return low;
  for (let draw = 0; draw < MOST_DRAWS && deviation > 0; draw++) {
    const value = mean + deviation * normal();
    if (value >= low && value <= high) return value;
  }
  return Math.min(high, Math.max(low, mean));
}

function drawPosition(shares: Float64Array, rng: Rng): number {
  let left = rng.next();
  for (let at = 0; at < shares.length - 1; at++) {
    left -= shares[at]!;
    if (left < 0) return at;
  }
  return shares.length - 1;
}

/** A sample around a row: what the model sees, and what the linear model sees. Row 0 is the explained row itself. */
export interface Neighbourhood {
  /** [samples, nFeatures] */
  readonly rows: EncodedRows;
  /** [samples, nFeatures] numbers in standard deviations from the training mean; categories and bins: 1 where equal to the row's. */
  readonly design: Float64Array;
}

/**
 * Draws a neighbourhood as lime does: around the training mean, not around the row. A number that is missing in the row stays
 * missing throughout and its design column is 0.
 */
export function drawNeighbourhood(row: Float64Array, samplers: readonly FeatureSampler[], samples: number, rng: Rng): Neighbourhood {
  const nFeatures = row.length;
  const values = new Float64Array(samples * nFeatures);
  const design = new Float64Array(samples * nFeatures);
  const normal = normalSource(rng);
  samplers.forEach((sampler, feature) => {
    const own = row[feature]!;
    for (let sample = 0, at = feature; sample < samples; sample++, at += nFeatures) {
      if (sampler.kind === 'values') {
        const value = sample === 0 ? own : sampler.values[drawPosition(sampler.shares, rng)]!;
        values[at] = value;
        design[at] = Number(value === own || (Number.isNaN(value) && Number.isNaN(own)));
      } else if (Number.isNaN(own)) {
        values[at] = NaN;
      } else if (sampler.kind === 'normal') {
        const deviations = sample === 0 ? (own - sampler.mean) / sampler.deviation : normal();
        values[at] = sample === 0 ? own : sampler.mean + sampler.deviation * deviations;
        design[at] = deviations;
      } else {
        const bin = sample === 0 ? 0 : drawPosition(sampler.shares, rng);
        values[at] = sample === 0 ? own : drawInBin(sampler.bins[bin]!, normal);
        design[at] = sample === 0 ? 1 : Number(bin === binOf(sampler.borders, own));
      }
    }
  });
  return { rows: { nRows: samples, nFeatures, values }, design };
}
