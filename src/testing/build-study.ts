/**
 * Small studies drawn as tables of text, for tests:
 *
 *     id:name | age | job   | true | p   | phi:age | phi:job
 *     ann     | 30  | clerk | no   | 0.2 | -0.5    | 0.1
 *     bob     | ?   | ''    | yes  | 0.9 | .       | .
 *
 *   age          a feature column; `id:x`, `target:x`, `ignored:x`, `weight:x`, `engineered:x` have that role
 *   true         the truth: a class label or a value
 *   label        predicted class label
 *   p, p@1       stored output 0, 1, ... (of two classes only `p`, which is class 1)
 *   phi:age      local value of a feature for stored output 0, `phi:age@1` for output 1
 *   se:age       its standard error
 *
 * Cells: `?` missing, `''` an empty text, `.` (in phi) a row that was not explained, `nan` a value that is NaN.
 * A column is numeric, boolean (true/false), datetime (ISO dates) or categorical by its cells.
 */
import { allocateBlocks, BLOCK_ROWS, type Explanation } from '#/domain/explanation';
import type { ExplanationId, StudyId } from '#/domain/ids';
import type { FeatureSchema, ModelAsset } from '#/domain/model';
import { storedOutputCount, type Outputs, type PredictionSpace } from '#/domain/outputs';
import { FIRST_REVISIONS, type Predictions, type Study, type Target } from '#/domain/study';
import type { Column, ColumnRole, Table } from '#/domain/table';
import type { AdditiveSpace } from '#/domain/units';

export interface BuildStudyOptions {
  /** Class labels; none: regression. */
  readonly classes?: readonly string[];
  readonly targetName?: string;
  /** Regression only. */
  readonly unit?: string;
  readonly predictionSpace?: PredictionSpace;
  readonly space?: AdditiveSpace;
  /** [stored output] */
  readonly base?: readonly number[];
  /** Replaces fields of the explanation made from phi columns. */
  readonly explanation?: Partial<Explanation>;
  /** Further explanations, after the drawn one. */
  readonly others?: readonly Explanation[];
  /** With a model (without bytes) over the feature columns. */
  readonly model?: boolean;
}

/** Id of the explanation made from phi columns. */
export const DRAWN = 'drawn' as ExplanationId;

export function buildStudy(picture: string, options: BuildStudyOptions = {}): Study {
  const [header = [], ...rows] = picture
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const column = (name: string): string[] | null => {
    const at = header.indexOf(name);
    return at < 0 ? null : rows.map((row) => row[at] ?? '?');
  };
  const outputs = buildOutputs(options);
  const table = buildTable(header, rows);
  const features = table.columns.flatMap((c, i) => (c.role === 'feature' || c.role === 'engineered' ? [featureOf(c, i)] : []));
  const predictions = buildPredictions(column, outputs, options);
  const drawn = buildDrawn(header, column, table, outputs, options);
  return {
    id: 'study' as StudyId,
    name: 'study',
    description: '',
    notes: '',
    table,
    target: buildTarget(column('true'), options),
    outputs,
    model: options.model === true ? buildModel(features, outputs, predictions?.space ?? 'probability') : null,
    predictions,
    explanations: [...(drawn === null ? [] : [drawn]), ...(options.others ?? [])],
    points: [],
    findings: [],
    revisions: FIRST_REVISIONS,
  };
}

function buildOutputs({ classes = [], targetName = 'y', unit }: BuildStudyOptions): Outputs {
  if (classes.length === 0) return { task: 'regression', targetName, unit: unit ?? null };
  if (classes.length === 2) return { task: 'binary', targetName, classLabels: [classes[0]!, classes[1]!] };
  return { task: 'multiclass', targetName, classLabels: classes };
}

const DERIVED = /^(true|label|p(@\d+)?|(phi|se):.*)$/;
const ROLES: readonly ColumnRole[] = ['feature', 'target', 'prediction', 'id', 'weight', 'ignored', 'engineered'];

function buildTable(header: readonly string[], rows: readonly (readonly string[])[]): Table {
  const columns = header.flatMap((title, at) => {
    if (DERIVED.test(title)) return [];
    const role = ROLES.find((candidate) => title.startsWith(`${candidate}:`));
    const name = role === undefined ? title : title.slice(role.length + 1);
    return [
      buildColumn(
        name,
        role ?? 'feature',
        rows.map((row) => row[at] ?? '?'),
      ),
    ];
  });
  return { name: 'table', nRows: rows.length, columns };
}

export function buildColumn(name: string, role: ColumnRole, cells: readonly string[]): Column {
  const present = cells.filter((cell) => cell !== '?');
  const all = (test: (cell: string) => boolean): boolean => present.length > 0 && present.every(test);
  if (all((cell) => cell === 'true' || cell === 'false')) {
    return { kind: 'boolean', name, role, values: Uint8Array.from(cells, (cell) => (cell === '?' ? 255 : Number(cell === 'true'))) };
  }
  if (all((cell) => /^\d{4}-\d\d-\d\d/.test(cell))) {
    return { kind: 'datetime', name, role, values: Float64Array.from(cells, (cell) => (cell === '?' ? NaN : Date.parse(cell))) };
  }
  if (all((cell) => cell !== '' && !Number.isNaN(Number(cell)))) {
    const values = Float64Array.from(cells, (cell) => (cell === '?' ? NaN : Number(cell)));
    return { kind: 'numeric', name, role, values, integer: values.every((v) => Number.isNaN(v) || Number.isInteger(v)) };
  }
  const texts = cells.map((cell) => (cell === '?' ? null : cell === "''" ? '' : cell));
  const labels = [...new Set(texts.filter((text) => text !== null))];
  return { kind: 'categorical', name, role, codes: Int32Array.from(texts, (text) => (text === null ? -1 : labels.indexOf(text))), labels };
}

/** The feature that a table column is to a model. */
export function featureOf(column: Column, position: number | null): FeatureSchema {
  return {
    name: column.name,
    kind: column.kind,
    integer: column.kind === 'numeric' && column.integer,
    labels: column.kind === 'categorical' ? column.labels : [],
    missingText: '',
    column: position,
  };
}

function buildTarget(cells: readonly string[] | null, { classes = [] }: BuildStudyOptions): Target | null {
  if (cells === null) return null;
  if (classes.length > 0) return { kind: 'class', column: null, classes: Int32Array.from(cells, (cell) => classes.indexOf(cell)) };
  return { kind: 'value', column: null, values: Float64Array.from(cells, numberOf) };
}

function numberOf(cell: string): number {
  return cell === '?' || cell === '.' ? NaN : Number(cell);
}

type ColumnText = (name: string) => readonly string[] | null;

function buildPredictions(column: ColumnText, outputs: Outputs, options: BuildStudyOptions): Predictions | null {
  const values = Array.from({ length: storedOutputCount(outputs) }, (_, k) => column(k === 0 ? 'p' : `p@${k}`)).flatMap((cells) =>
    cells === null ? [] : [Float64Array.from(cells, numberOf)],
  );
  const labels = column('label');
  if (values.length === 0 && labels === null) return null;
  const { classes = [] } = options;
  return {
    space: options.predictionSpace ?? (classes.length === 0 ? 'value' : values.length === 0 ? 'label only' : 'probability'),
    values: values.length === 0 ? null : values,
    classes: labels === null ? null : Int32Array.from(labels, (label) => classes.indexOf(label)),
    source: 'file',
  };
}

function buildDrawn(header: readonly string[], column: ColumnText, table: Table, outputs: Outputs, options: BuildStudyOptions) {
  const names = header.flatMap((title) => /^phi:([^@]*)$/.exec(title)?.[1] ?? []);
  if (names.length === 0) return null;
  const features = names.map((name) => {
    const at = table.columns.findIndex((candidate) => candidate.name === name);
    return at < 0 ? { ...featureOf(buildColumn(name, 'feature', ['0']), null) } : featureOf(table.columns[at]!, at);
  });
  const first = column(`phi:${names[0]!}`)!;
  const rows = Int32Array.from(first.flatMap((cell, row) => (cell === '.' ? [] : [row])));
  const matrix = (prefix: string): Float64Array[] | null =>
    column(`${prefix}:${names[0]!}`) === null
      ? null
      : Array.from({ length: storedOutputCount(outputs) }, (_, k) => {
          const cells = names.map((name) => column(k === 0 ? `${prefix}:${name}` : `${prefix}:${name}@${k}`));
          return Float64Array.from([...rows].flatMap((row) => cells.map((texts) => numberOf(texts?.[row] ?? '?'))));
        });
  const errors = matrix('se');
  return buildExplanation(features, rows, matrix('phi'), {
    ...(errors === null ? {} : { standardErrors: toBlocks(errors, rows.length, features.length) }),
    ...(options.space === undefined ? {} : { space: options.space }),
    ...(options.base === undefined ? {} : { baseValues: Float64Array.from(options.base) }),
    ...options.explanation,
  });
}

/** Row-major values of each output cut into blocks. */
export function toBlocks(
  values: readonly (Float32Array | Float64Array)[],
  nRows: number,
  nFeatures: number,
): (Float32Array | Float64Array)[][] {
  return values.map((all) =>
    allocateBlocks(1, nRows, nFeatures)[0]!.map((block, b) =>
      all.slice(b * BLOCK_ROWS * nFeatures, b * BLOCK_ROWS * nFeatures + block.length),
    ),
  );
}

/**
 * @param phi - [stored output] of row-major [rows, features]; null: global only
 */
export function buildExplanation(
  features: readonly FeatureSchema[],
  rows: Int32Array,
  phi: readonly (Float32Array | Float64Array)[] | null,
  fields: Partial<Explanation> = {},
): Explanation {
  return {
    id: DRAWN,
    name: 'Drawn',
    method: 'imported',
    featureSpace: 'raw',
    features,
    space: 'log-odds',
    nOutputs: phi?.length ?? 1,
    rows,
    completed: rows.length,
    state: 'complete',
    local: phi === null ? null : toBlocks(phi, rows.length, features.length),
    standardErrors: null,
    baseValues: null,
    saved: null,
    badge: { kind: 'unknown', reason: 'drawn' },
    provenance: {
      explainer: 'drawn',
      semantics: 'definition',
      parameters: {},
      seed: null,
      backgroundHash: null,
      backgroundRows: null,
      evaluations: null,
      seconds: null,
      source: null,
    },
    ...fields,
  };
}

function buildModel(features: readonly FeatureSchema[], outputs: Outputs, space: PredictionSpace): ModelAsset {
  const task = outputs.task;
  return {
    name: 'model.onnx',
    kind: 'onnx',
    bytes: new Uint8Array(0),
    signature: { inputs: [], outputs: { label: null, scores: 'scores', scoreWidth: null, classLabels: [], space }, task },
    features,
    bindings: [],
    outputs,
  };
}
