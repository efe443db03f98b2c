/** `manifest.json` of a `.limpid` study, format version 1: schema and types. docs/limpid-format.md is the specification. */
import * as v from 'valibot';
import { unreadable, unsupported } from '#/formats/format-errors';
import { own } from '#/formats/json-shape';
import { backgroundSchema, surrogateSchema } from '#/formats/study/manifest-parts';

export const FORMAT = 'limpid-study';
export const FORMAT_VERSION = 1;
export const MANIFEST = 'manifest.json';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const nullableNumber = v.nullable(v.number());
const labels = v.array(v.string());
const role = v.picklist(['feature', 'target', 'prediction', 'id', 'weight', 'ignored', 'engineered']);
const common = { name: v.string(), role, entry: v.string() };
const kind = v.picklist(['numeric', 'categorical', 'boolean', 'datetime']);
const task = v.picklist(['regression', 'binary', 'multiclass']);
const predictionSpace = v.picklist(['probability', 'logit', 'score', 'value', 'label only']);

const columnSchema = v.variant('kind', [
  v.object({ kind: v.literal('numeric'), ...common, integer: v.boolean() }),
  v.object({ kind: v.literal('categorical'), ...common, labels, missingText: v.exactOptional(v.string()) }),
  v.object({ kind: v.literal('boolean'), ...common }),
  v.object({ kind: v.literal('datetime'), ...common }),
]);

const outputsSchema = v.variant('task', [
  v.object({ task: v.literal('regression'), targetName: v.string(), unit: v.nullable(v.string()) }),
  v.object({ task: v.literal('binary'), targetName: v.string(), classLabels: v.tuple([v.string(), v.string()]) }),
  v.object({ task: v.literal('multiclass'), targetName: v.string(), classLabels: labels }),
]);

const featureSchema = v.object({
  name: v.string(),
  kind,
  integer: v.boolean(),
  labels,
  missingText: v.string(),
  column: v.nullable(count),
});

const modelSchema = v.object({
  name: v.string(),
  kind: v.picklist(['onnx', 'xgboost', 'lightgbm', 'catboost']),
  entry: v.string(),
  signature: v.object({
    task,
    inputs: v.array(
      v.object({
        name: v.string(),
        type: v.picklist(['float', 'double', 'string', 'int64', 'int32', 'bool']),
        width: v.nullable(count),
        rank: v.picklist([1, 2]),
      }),
    ),
    outputs: v.object({
      label: v.nullable(v.string()),
      scores: v.nullable(v.string()),
      scoreWidth: v.nullable(count),
      classLabels: labels,
      space: predictionSpace,
    }),
  }),
  features: v.array(featureSchema),
  bindings: v.array(v.object({ input: v.string(), features: v.array(count) })),
});

/** JSON has no NaN; a residual that could not be computed was written as null. */
const residual = v.pipe(
  nullableNumber,
  v.transform((value) => value ?? NaN),
);

const badgeSchema = v.variant('kind', [
  v.object({ kind: v.literal('measured'), maxResidual: residual }),
  v.object({ kind: v.literal('by construction'), maxResidual: residual }),
  v.object({
    kind: v.literal('surrogate'),
    fidelity: v.nullable(v.object({ metric: v.picklist(['R²', 'accuracy']), value: v.number(), nRows: count })),
  }),
  v.object({ kind: v.literal('unknown'), reason: v.string() }),
]);

const explanationSchema = v.object({
  id: v.string(),
  name: v.string(),
  method: v.string(),
  featureSpace: v.picklist(['raw', 'engineered', 'layer', 'grouped']),
  features: v.array(featureSchema),
  space: v.picklist(['probability', 'log-odds', 'softmax margin', 'log', 'value', 'score', 'none']),
  nOutputs: count,
  nRows: count,
  completed: count,
  state: v.picklist(['complete', 'partial', 'failed']),
  rows: v.string(),
  local: v.nullable(v.array(v.array(v.string()))),
  standardErrors: v.nullable(v.array(v.array(v.string()))),
  baseValues: v.nullable(v.string()),
  saved: v.nullable(
    v.object({
      overall: v.string(),
      perOutput: v.nullable(v.array(v.string())),
      meaning: v.nullable(v.string()),
      spread: v.nullable(v.string()),
      signed: v.boolean(),
    }),
  ),
  badge: badgeSchema,
  provenance: v.object({
    explainer: v.string(),
    semantics: v.string(),
    parameters: v.record(v.string(), v.nullable(v.union([v.string(), v.number(), v.boolean()]))),
    seed: nullableNumber,
    backgroundHash: v.nullable(v.string()),
    backgroundRows: nullableNumber,
    evaluations: nullableNumber,
    seconds: nullableNumber,
    source: v.nullable(v.string()),
    background: v.exactOptional(backgroundSchema),
  }),
  interactions: v.exactOptional(v.array(v.array(v.string()))),
  surrogate: v.exactOptional(surrogateSchema),
  /** Entry of JSON. */
  rules: v.exactOptional(v.string()),
});

const findingSchema = v.object({
  severity: v.picklist(['info', 'warning', 'error']),
  code: v.string(),
  message: v.string(),
  fix: v.exactOptional(v.string()),
  place: v.exactOptional(v.object({ file: v.exactOptional(v.string()), at: v.exactOptional(v.string()) })),
});

const manifestSchema = v.object({
  format: v.literal(FORMAT),
  formatVersion: v.literal(FORMAT_VERSION),
  writtenBy: v.string(),
  study: v.object({ id: v.string(), name: v.string(), description: v.string(), notes: v.string() }),
  table: v.object({ name: v.string(), nRows: count, columns: v.array(columnSchema) }),
  outputs: outputsSchema,
  target: v.nullable(v.object({ kind: v.picklist(['class', 'value']), column: v.nullable(count), entry: v.string() })),
  predictions: v.nullable(
    v.object({
      space: predictionSpace,
      source: v.picklist(['file', 'model']),
      entries: v.nullable(v.array(v.string())),
      classes: v.nullable(v.string()),
    }),
  ),
  model: v.nullable(modelSchema),
  explanations: v.array(explanationSchema),
  points: v.array(v.object({ id: v.string(), name: v.string(), baseRow: v.pipe(v.number(), v.integer()) })),
  findings: v.array(findingSchema),
  entries: v.record(v.string(), v.object({ offset: count, length: count, sha256: v.string() })),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;
export type ManifestColumn = v.InferOutput<typeof columnSchema>;
export type ManifestExplanation = v.InferOutput<typeof explanationSchema>;

function isLimpidManifest(value: unknown): boolean {
  return own(value, 'format') === FORMAT;
}

/** @throws LimpidError `UnsupportedFile` (written by a newer Limpid) | `UnreadableFile` with the JSON path */
export function checkManifest(value: unknown, file: string): Manifest {
  const version = own(value, 'formatVersion');
  if (isLimpidManifest(value) && typeof version === 'number' && version > FORMAT_VERSION) {
    throw unsupported(`The study was written in format version ${version}; this Limpid reads up to ${FORMAT_VERSION}.`, {
      file,
      at: MANIFEST,
      hint: 'Open it with a newer Limpid.',
    });
  }
  const result = v.safeParse(manifestSchema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = v.getDotPath(issue);
  throw unreadable(`The study's manifest is damaged: ${issue.message}.`, {
    file,
    at: path === null ? MANIFEST : `${MANIFEST}, ${path}`,
    hint: 'Open an earlier copy of the study.',
  });
}
