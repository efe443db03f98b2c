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
import { backgroundFrom } from '#/formats/study/background-entry';
import type { Entries } from '#/formats/study/entry-reader';
import { EntryReader } from '#/formats/study/entry-reader';
import { readRules } from '#/formats/study/rules-entry';
import { readSurrogate } from '#/formats/study/surrogate-entries';
import { parseJsonBytes } from '#/formats/tolerant-json';

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
  const readBlocks = (names: readonly (readonly string[])[] | null, width = nFeatures): LocalBlocks | null => {
    if (names === null) return null;
    if (names.length !== nOutputs || names.some((blocks) => blocks.length !== Math.ceil(nRows / BLOCK_ROWS))) {
      throw inconsistent(`The explanation ${explanation.id} lacks blocks of local values.`, { file: reader.file, at: explanation.rows });
    }
    return names.map((blocks) =>
      blocks.map((name, b) =>
        reader.array<Float32Array | Float64Array>(name, [Math.min(BLOCK_ROWS, nRows - b * BLOCK_ROWS), width], Float32Array, Float64Array),
      ),
    );
  };
  const interactions = readBlocks(explanation.interactions ?? null, nFeatures * nFeatures);
  const { background, ...provenance } = explanation.provenance;
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
    provenance: { ...provenance, ...(background === undefined ? {} : { background: backgroundFrom(background, reader) }) },
    ...(interactions === null ? {} : { interactions }),
    ...(explanation.surrogate === undefined ? {} : { surrogate: readSurrogate(explanation.surrogate, nFeatures, nOutputs, reader) }),
    ...(explanation.rules === undefined ? {} : { rules: readRules(explanation.rules, nRows, nFeatures, reader) }),
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
