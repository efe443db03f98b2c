import type { FeatureSchema } from '#/domain/model';
import type { Table } from '#/domain/table';
import { countEqualBins } from '#/math/histogram';
import { finiteValues, selectQuantiles, thinned } from '#/math/quantiles';
import { createMemo } from './memo';
import type { Question } from './question';
import { encodedFeature, rangeOf, studyFeatures } from './table-columns';

/** Facts about each model feature for inputs and grids. */
export interface FeatureProfile {
  readonly feature: number;
  readonly schema: FeatureSchema;
  readonly missing: number;
  /** Numeric and datetime; NaN without data. */
  readonly min: number;
  readonly max: number;
  readonly median: number;
  /** 20 equal bins between min and max. */
  readonly histogram: Uint32Array;
  /** Rows by code (categorical), by 0/1 (boolean). */
  readonly labelCounts: Uint32Array;
}

export interface ProfilesAnswer {
  readonly profiles: readonly FeatureProfile[];
}

const HISTOGRAM_BINS = 20;
/** Medians of longer columns come from so many evenly spaced rows. */
const MEDIAN_SAMPLE = 200_000;

const profilesMemo = createMemo<FeatureProfile>();

/** Facts about every model feature, over all rows of the table. Memoised per feature and table. */
export const profilesQuestion: Question<Readonly<Record<string, never>>, ProfilesAnswer> = {
  id: 'profiles',
  reads: ['table', 'model', 'explanations'],
  answer(study) {
    const profiles = studyFeatures(study).map((schema, feature) =>
      profilesMemo([study.table, schema], feature, () => profileFeature(study.table, schema, feature)),
    );
    return { profiles };
  },
};

function profileFeature(table: Table, schema: FeatureSchema, feature: number): FeatureProfile {
  const nLabels = schema.kind === 'categorical' ? schema.labels.length : schema.kind === 'boolean' ? 2 : 0;
  const labelCounts = new Uint32Array(nLabels);
  const histogram = new Uint32Array(nLabels > 0 ? 0 : HISTOGRAM_BINS);
  const values = encodedFeature(table, schema);
  if (values === null) return { feature, schema, missing: 0, min: NaN, max: NaN, median: NaN, histogram, labelCounts };
  const { min, max, missing } = rangeOf(values);
  if (nLabels > 0) {
    for (let i = 0; i < values.length; i++) if (values[i]! < nLabels) labelCounts[values[i]!]!++;
    return { feature, schema, missing, min: NaN, max: NaN, median: NaN, histogram, labelCounts };
  }
  const [median] = selectQuantiles(thinned(finiteValues(values), MEDIAN_SAMPLE), [0.5]);
  return { feature, schema, missing, min, max, median: median!, histogram: countEqualBins(values, min, max, HISTOGRAM_BINS), labelCounts };
}
