/** Parts of the manifest that explanations may have since they are computed here: how they were made, and simple models. */
import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const counts = v.array(count);

/** JSON has no infinities: an open side is written as null. */
function boundOr(open: number): v.GenericSchema<number | null, number> {
  return v.pipe(
    v.nullable(v.number()),
    v.transform((value) => value ?? open),
  );
}

/** As domain/background-choice; rows of another file are an entry [rows, features]. */
export const backgroundSchema = v.variant('kind', [
  v.object({ kind: v.literal('all') }),
  v.object({ kind: v.literal('sample'), count }),
  v.object({ kind: v.literal('k-means'), count }),
  v.object({
    kind: v.literal('where'),
    filter: v.variant('kind', [
      v.object({ kind: v.literal('is'), column: count, codes: counts }),
      v.object({ kind: v.literal('between'), column: count, min: boundOr(-Infinity), max: boundOr(Infinity) }),
    ]),
  }),
  v.object({ kind: v.literal('rows'), rows: counts }),
  v.object({ kind: v.literal('given'), nRows: count, nFeatures: count, entry: v.string() }),
]);

/** `numbers`: by field, how many values of the steps' entry it takes, null for one that is no list; in order. */
const stepSchema = v.object({
  kind: v.string(),
  settings: v.record(v.string(), v.union([v.string(), v.boolean()])),
  numbers: v.record(v.string(), v.nullable(count)),
});

const sourcesSchema = v.object({
  sources: v.array(v.object({ feature: count, name: v.exactOptional(v.string()), steps: v.array(stepSchema) })),
  numbers: v.string(),
  link: v.picklist(['identity', 'logit', 'softmax', 'log']),
  sumSpace: v.picklist(['log-odds', 'probability', 'value', 'softmax margin', 'score', 'log']),
});

const treesSchema = v.object({
  ...sourcesSchema.entries,
  nTrees: count,
  nNodes: count,
  nLeaves: count,
  float32: v.boolean(),
  /** By array of the ensemble. */
  arrays: v.object({
    roots: v.string(),
    feature: v.string(),
    threshold: v.string(),
    comparison: v.string(),
    yes: v.string(),
    no: v.string(),
    missingYes: v.string(),
    leaf: v.string(),
    leafValues: v.string(),
    base: v.string(),
    cover: v.nullable(v.string()),
    /** Words of all category sets one behind the other, as int32 bits, and where each set starts (one more than sets). */
    categoryWords: v.string(),
    categoryStarts: v.string(),
  }),
  importances: v.exactOptional(v.array(v.object({ meaning: v.string(), entry: v.string() }))),
});

const linearSchema = v.object({ ...sourcesSchema.entries, coefficients: v.string(), intercepts: v.string() });

export const surrogateSchema = v.object({
  kind: v.picklist(['lightgbm', 'linear', 'sgd', 'tree']),
  fidelity: v.object({ metric: v.picklist(['R²', 'accuracy']), value: v.nullable(v.number()), nRows: count }),
  trainedOn: count,
  trees: v.nullable(treesSchema),
  linear: v.nullable(linearSchema),
});

export type ManifestBackground = v.InferOutput<typeof backgroundSchema>;
export type ManifestSurrogate = v.InferOutput<typeof surrogateSchema>;
export type ManifestSources = v.InferOutput<typeof sourcesSchema>;
export type ManifestTrees = v.InferOutput<typeof treesSchema>;
export type ManifestLinear = v.InferOutput<typeof linearSchema>;
