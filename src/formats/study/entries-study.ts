/** Entries of a study (from a zip or the working copy) back to a `Study`; every hash and shape is checked. */
import type { Explanation, LocalBlocks } from '#/domain/explanation';
import { BLOCK_ROWS } from '#/domain/explanation';
import type { ExplanationId, PointId, StudyId } from '#/domain/ids';
import type { ModelAsset } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import { classLabels, storedOutputCount } from '#/domain/outputs';
import type { Predictions, Study, Target, WhatIfPoint } from '#/domain/study';
import { FIRST_REVISIONS } from '#/domain/study';
import type { Column } from '#/domain/table';
import { inconsistent, unreadable } from '#/formats/format-errors';
import type { Manifest, ManifestColumn, ManifestExplanation } from '#/formats/study/manifest';
import { checkManifest, MANIFEST } from '#/formats/study/manifest';
import type { NpyData } from '#/formats/npy';
import { parseNpy } from '#/formats/npy';
import { sha256 } from '#/formats/study/sha256';
import { parseJsonBytes } from '#/formats/tolerant-json';

export type Entries = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/**
 * @throws LimpidError `UnreadableFile` | `InconsistentData` naming the entry | `UnsupportedFile` (newer version)
 */
export async function studyFromEntries(entries: Entries, file: string): Promise<Study> {
  const manifestBytes = entries.get(MANIFEST);
  if (manifestBytes === undefined)
    throw unreadable('The study has no manifest.json.', { file, hint: 'Open an earlier copy of the study.' });
  const manifest = checkManifest(parseJsonBytes(manifestBytes, `${file}/${MANIFEST}`), file);
  const reader = new EntryReader(entries, manifest, file);
  await reader.verify();
  return buildStudy(manifest, reader);
}

class EntryReader {
  readonly #entries: Entries;
  readonly #manifest: Manifest;
  readonly file: string;

  constructor(entries: Entries, manifest: Manifest, file: string) {
    this.#entries = entries;
    this.#manifest = manifest;
    this.file = file;
  }

  /** Hashes of everything the manifest lists; entries that it does not list are ignored. */
  async verify(): Promise<void> {
    for (const [name, { length, sha256: expected }] of Object.entries(this.#manifest.entries)) {
      const bytes = this.bytes(name);
      if (bytes.length !== length || (await sha256(bytes)) !== expected) {
        throw unreadable(`The entry ${name} is damaged: its hash does not match the manifest.`, this.#place(name));
      }
    }
  }

  bytes(name: string): Uint8Array<ArrayBuffer> {
    const bytes = this.#entries.get(name);
    if (bytes === undefined || !Object.hasOwn(this.#manifest.entries, name)) {
      throw unreadable(`The entry ${name} is missing.`, this.#place(name));
    }
    return bytes;
  }

  /** An array of one of the given types with exactly this shape. */
  array<T extends NpyData>(name: string, shape: readonly number[], ...types: readonly (abstract new (...args: never[]) => T)[]): T {
    const { data, shape: found } = parseNpy(this.bytes(name), `${this.file}/${name}`);
    if (found.length !== shape.length || found.some((size, i) => size !== shape[i])) {
      throw inconsistent(`The entry ${name} has shape (${found.join(', ')}), expected (${shape.join(', ')}).`, this.#place(name));
    }
    const matching = types.find((type) => data instanceof type);
    if (matching === undefined) throw inconsistent(`The entry ${name} has another number type than expected.`, this.#place(name));
    return data as T;
  }

  /** Every value is a whole number in [low, high). */
  checkRange(name: string, values: Int32Array, low: number, high: number): void {
    const bad = values.find((value) => value < low || value >= high);
    if (bad !== undefined) throw inconsistent(`The entry ${name} holds ${bad}, outside of ${low} to ${high - 1}.`, this.#place(name));
  }

  #place(name: string): { file: string; at: string; hint: string } {
    return { file: this.file, at: `entry ${name}`, hint: 'Open an earlier copy of the study.' };
  }
}

function buildStudy(manifest: Manifest, reader: EntryReader): Study {
  const { nRows } = manifest.table;
  const { outputs } = manifest;
  const nColumns = manifest.table.columns.length;
  const checkColumn = (column: number | null, at: string): void => {
    if (column !== null && column >= nColumns) {
      throw inconsistent(`${at} refers to column ${column}, the table has ${nColumns}.`, { file: reader.file, at: `${MANIFEST}, ${at}` });
    }
  };
  checkColumn(manifest.target?.column ?? null, 'target');
  for (const feature of manifest.model?.features ?? []) checkColumn(feature.column, `model feature ${feature.name}`);
  for (const { id, features } of manifest.explanations) {
    for (const feature of features) checkColumn(feature.column, `explanation ${id}, feature ${feature.name}`);
  }
  return {
    id: manifest.study.id as StudyId,
    name: manifest.study.name,
    description: manifest.study.description,
    notes: manifest.study.notes,
    table: { name: manifest.table.name, nRows, columns: manifest.table.columns.map((column) => readColumn(column, nRows, reader)) },
    target: readTarget(manifest, reader),
    outputs,
    model: manifest.model === null ? null : readModel(manifest.model, outputs, reader),
    predictions: readPredictions(manifest, reader),
    explanations: manifest.explanations.map((explanation) => readExplanation(explanation, outputs, nRows, reader)),
    points: readPoints(manifest, reader),
    findings: manifest.findings,
    revisions: FIRST_REVISIONS,
  };
}

function readColumn(column: ManifestColumn, nRows: number, reader: EntryReader): Column {
  const { entry, name, role } = column;
  switch (column.kind) {
    case 'numeric':
      return {
        kind: 'numeric',
        name,
        role,
        integer: column.integer,
        values: reader.array<Float64Array | Float32Array | Int32Array | Uint8Array>(
          entry,
          [nRows],
          Float64Array,
          Float32Array,
          Int32Array,
          Uint8Array,
        ),
      };
    case 'categorical': {
      const codes = reader.array(entry, [nRows], Int32Array);
      reader.checkRange(entry, codes, -1, column.labels.length);
      const { labels, missingText } = column;
      return { kind: 'categorical', name, role, codes, labels, ...(missingText === undefined ? {} : { missingText }) };
    }
    case 'boolean':
      return { kind: 'boolean', name, role, values: reader.array(entry, [nRows], Uint8Array) };
    case 'datetime':
      return { kind: 'datetime', name, role, values: reader.array(entry, [nRows], Float64Array) };
    default:
      return column satisfies never;
  }
}

function readTarget({ target, table, outputs }: Manifest, reader: EntryReader): Target | null {
  if (target === null) return null;
  if (target.kind === 'value')
    return { kind: 'value', column: target.column, values: reader.array(target.entry, [table.nRows], Float64Array) };
  const classes = reader.array(target.entry, [table.nRows], Int32Array);
  reader.checkRange(target.entry, classes, -1, classLabels(outputs).length);
  return { kind: 'class', column: target.column, classes };
}

function readPredictions({ predictions, table, outputs }: Manifest, reader: EntryReader): Predictions | null {
  if (predictions === null) return null;
  if (predictions.entries !== null && predictions.entries.length !== storedOutputCount(outputs)) {
    throw inconsistent(`There are predictions of ${predictions.entries.length} outputs, expected ${storedOutputCount(outputs)}.`, {
      file: reader.file,
      at: `${MANIFEST}, predictions`,
    });
  }
  const values =
    predictions.entries?.map((entry) => reader.array<Float32Array | Float64Array>(entry, [table.nRows], Float32Array, Float64Array)) ??
    null;
  const classes = predictions.classes === null ? null : reader.array(predictions.classes, [table.nRows], Int32Array);
  if (classes !== null && predictions.classes !== null) reader.checkRange(predictions.classes, classes, -1, classLabels(outputs).length);
  return { space: predictions.space, source: predictions.source, values, classes };
}

function readModel(model: NonNullable<Manifest['model']>, outputs: Outputs, reader: EntryReader): ModelAsset {
  const { entry, ...rest } = model;
  for (const binding of model.bindings) {
    if (binding.features.some((feature) => feature >= model.features.length)) {
      throw inconsistent(`The model input ${binding.input} refers to a feature that does not exist.`, {
        file: reader.file,
        at: `${MANIFEST}, model`,
      });
    }
  }
  return { ...rest, bytes: reader.bytes(entry), outputs };
}

function readExplanation(explanation: ManifestExplanation, outputs: Outputs, tableRows: number, reader: EntryReader): Explanation {
  const nFeatures = explanation.features.length;
  const { nRows, nOutputs, saved } = explanation;
  if (nOutputs !== storedOutputCount(outputs) || explanation.completed > nRows) {
    throw inconsistent(`The explanation ${explanation.id} does not fit the study's outputs or rows.`, {
      file: reader.file,
      at: `${MANIFEST}, explanation ${explanation.id}`,
    });
  }
  const rows = reader.array(explanation.rows, [nRows], Int32Array);
  reader.checkRange(explanation.rows, rows, 0, tableRows);
  const readBlocks = (names: readonly (readonly string[])[] | null): LocalBlocks | null => {
    if (names === null) return null;
    if (names.length !== nOutputs || names.some((blocks) => blocks.length !== Math.ceil(nRows / BLOCK_ROWS))) {
      throw inconsistent(`The explanation ${explanation.id} lacks blocks of local values.`, { file: reader.file, at: explanation.rows });
    }
    return names.map((blocks) =>
      blocks.map((name, b) =>
        reader.array<Float32Array | Float64Array>(
          name,
          [Math.min(BLOCK_ROWS, nRows - b * BLOCK_ROWS), nFeatures],
          Float32Array,
          Float64Array,
        ),
      ),
    );
  };
  return {
    id: explanation.id as ExplanationId,
    name: explanation.name,
    method: explanation.method,
    featureSpace: explanation.featureSpace,
    features: explanation.features,
    space: explanation.space,
    nOutputs,
    rows,
    completed: explanation.completed,
    state: explanation.state,
    local: readBlocks(explanation.local),
    standardErrors: readBlocks(explanation.standardErrors),
    baseValues: explanation.baseValues === null ? null : reader.array(explanation.baseValues, [nOutputs], Float64Array),
    saved:
      saved === null
        ? null
        : {
            overall: reader.array(saved.overall, [nFeatures], Float64Array),
            perOutput: saved.perOutput?.map((name) => reader.array(name, [nFeatures], Float64Array)) ?? null,
            meaning: saved.meaning,
            spread: saved.spread === null ? null : reader.array(saved.spread, [nFeatures], Float64Array),
            signed: saved.signed,
          },
    badge: explanation.badge,
    provenance: explanation.provenance,
  };
}

function readPoints({ points, model, outputs }: Manifest, reader: EntryReader): readonly WhatIfPoint[] {
  if (points.length === 0) return [];
  const width = model?.features.length ?? 0;
  const nOutputs = storedOutputCount(outputs);
  const values = reader.array('points/values.npy', [points.length, width], Float64Array);
  const predictions = reader.array('points/predictions.npy', [points.length, nOutputs], Float64Array);
  return points.map((point, i) => ({
    id: point.id as PointId,
    name: point.name,
    baseRow: point.baseRow,
    values: values.slice(i * width, (i + 1) * width),
    prediction: predictions.slice(i * nOutputs, (i + 1) * nOutputs),
  }));
}
