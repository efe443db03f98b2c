/**
 * A study as named entries, the same for the zip and for the working copy in storage. Deterministic: the same
 * study gives the same bytes.
 */
import type { Explanation, LocalBlocks } from '#/domain/explanation';
import { BLOCK_ROWS } from '#/domain/explanation';
import type { ModelAsset } from '#/domain/model';
import type { Study } from '#/domain/study';
import type { Column } from '#/domain/table';
import { columnLength } from '#/domain/table';
import type { WritableNpy } from '#/formats/npy';
import { writeNpy } from '#/formats/npy';
import type { AddEntry } from '#/formats/study/add-entry';
import { describeBackground } from '#/formats/study/background-entry';
import { rulesToBytes } from '#/formats/study/rules-entry';
import { describeSurrogate } from '#/formats/study/surrogate-entries';
import type { Manifest, ManifestColumn, ManifestExplanation } from '#/formats/study/manifest';
import { FORMAT, FORMAT_VERSION, MANIFEST } from '#/formats/study/manifest';
import { sha256 } from '#/formats/study/sha256';
import { relativeOffsets } from '#/formats/study/zip-store';

const WRITTEN_BY = 'limpid 0.1.0';

type AddRaw = (name: string, raw: Uint8Array<ArrayBuffer>) => string;

/** One entry before it is turned into bytes; `values` is the study's own buffer, not a copy. */
type StudyPart =
  | { readonly name: string; readonly values: WritableNpy; readonly shape: readonly number[] }
  | { readonly name: string; readonly raw: Uint8Array<ArrayBuffer> };

/** The study's manifest without the index of entries, and its parts in file order. */
function studyParts(study: Study): { readonly manifest: Omit<Manifest, 'entries'>; readonly parts: readonly StudyPart[] } {
  const parts: StudyPart[] = [];
  const add = (name: string, values: WritableNpy, shape: readonly number[] = [values.length]): string => {
    parts.push({ name, values, shape });
    return name;
  };
  const addRaw = (name: string, raw: Uint8Array<ArrayBuffer>): string => {
    parts.push({ name, raw });
    return name;
  };
  const { predictions, target } = study;
  const manifest: Omit<Manifest, 'entries'> = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    writtenBy: WRITTEN_BY,
    study: { id: study.id, name: study.name, description: study.description, notes: study.notes },
    table: {
      name: study.table.name,
      nRows: study.table.nRows,
      columns: study.table.columns.map((column, i) =>
        describeColumn(column, add(`table/${i}.npy`, columnValues(column), [columnLength(column)])),
      ),
    },
    outputs: describeOutputs(study),
    target:
      target === null
        ? null
        : { kind: target.kind, column: target.column, entry: add('target.npy', target.kind === 'class' ? target.classes : target.values) },
    predictions:
      predictions === null
        ? null
        : {
            space: predictions.space,
            source: predictions.source,
            entries: predictions.values?.map((values, k) => add(`predictions/${k}.npy`, values)) ?? null,
            classes: predictions.classes === null ? null : add('predictions/classes.npy', predictions.classes),
          },
    model: study.model === null ? null : describeModel(study.model),
    explanations: study.explanations.map((explanation, e) => describeExplanation(explanation, `explanations/${e}`, add, addRaw)),
    points: study.points.map((point) => ({ id: point.id, name: point.name, baseRow: point.baseRow })),
    findings: study.findings.map((finding) => ({ ...finding })),
  };
  if (study.points.length > 0) {
    add('points/values.npy', ...stack(study.points.map((point) => point.values)));
    add('points/predictions.npy', ...stack(study.points.map((point) => point.prediction)));
  }
  if (study.model !== null) parts.push({ name: modelEntry(study.model), raw: study.model.bytes });
  return { manifest, parts };
}

function encodePart(part: StudyPart): Uint8Array<ArrayBuffer> {
  return 'raw' in part ? part.raw : writeNpy(part.values, part.shape);
}

/**
 * All entries of a study, `manifest.json` first.
 * @returns name -> bytes; the model's bytes are the study's own buffer
 */
export async function studyToEntries(study: Study): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const { manifest, parts } = studyParts(study);
  const encoded = parts.map((part) => ({ name: part.name, bytes: encodePart(part) }));
  const offsets = relativeOffsets(encoded.map(({ name, bytes }) => ({ name, length: bytes.length })));
  const index: Record<string, { offset: number; length: number; sha256: string }> = {};
  for (const [i, { name, bytes }] of encoded.entries()) {
    index[name] = { offset: offsets[i]!, length: bytes.length, sha256: await sha256(bytes) };
  }
  const text = JSON.stringify({ ...manifest, entries: index });
  return new Map([[MANIFEST, new TextEncoder().encode(text)], ...encoded.map(({ name, bytes }) => [name, bytes] as const)]);
}

function columnValues(column: Column): WritableNpy {
  return column.kind === 'categorical' ? column.codes : column.values;
}

function describeColumn(column: Column, entry: string): ManifestColumn {
  const common = { name: column.name, role: column.role };
  switch (column.kind) {
    case 'numeric':
      return { ...common, kind: 'numeric', integer: column.integer, entry };
    case 'categorical':
      return {
        ...common,
        kind: 'categorical',
        labels: [...column.labels],
        ...(column.missingText === undefined ? {} : { missingText: column.missingText }),
        entry,
      };
    case 'boolean':
    case 'datetime':
      return { ...common, kind: column.kind, entry };
    default:
      return column satisfies never;
  }
}

function describeOutputs({ outputs }: Study): Manifest['outputs'] {
  return outputs.task === 'multiclass'
    ? { ...outputs, classLabels: [...outputs.classLabels] }
    : outputs.task === 'binary'
      ? { ...outputs, classLabels: [...outputs.classLabels] }
      : outputs;
}

function describeFeatures(features: Explanation['features']): ManifestExplanation['features'] {
  return features.map((feature) => ({ ...feature, labels: [...feature.labels] }));
}

/** Named after what wrote it: the bytes are that program's own file. */
function modelEntry(model: ModelAsset): string {
  return `model/model.${model.kind}`;
}

function describeModel(model: ModelAsset): NonNullable<Manifest['model']> {
  const { signature } = model;
  return {
    name: model.name,
    kind: model.kind,
    entry: modelEntry(model),
    signature: {
      task: signature.task,
      inputs: signature.inputs.map((input) => ({ ...input })),
      outputs: { ...signature.outputs, classLabels: [...signature.outputs.classLabels] },
    },
    features: describeFeatures(model.features),
    bindings: model.bindings.map((binding) => ({ input: binding.input, features: [...binding.features] })),
  };
}

function describeExplanation(explanation: Explanation, folder: string, add: AddEntry, addRaw: AddRaw): ManifestExplanation {
  const nFeatures = explanation.features.length;
  const nRows = explanation.rows.length;
  const addBlocks = (kind: string, blocks: LocalBlocks | null, width = nFeatures): string[][] | null =>
    blocks?.map((output, k) =>
      output.map((block, b) => add(`${folder}/${kind}/${k}/${b}.npy`, block, [Math.min(BLOCK_ROWS, nRows - b * BLOCK_ROWS), width])),
    ) ?? null;
  const { saved, surrogate, rules } = explanation;
  const { background, ...provenance } = explanation.provenance;
  const interactions = addBlocks('interactions', explanation.interactions ?? null, nFeatures * nFeatures);
  return {
    id: explanation.id,
    name: explanation.name,
    method: explanation.method,
    featureSpace: explanation.featureSpace,
    features: describeFeatures(explanation.features),
    space: explanation.space,
    nOutputs: explanation.nOutputs,
    nRows,
    completed: explanation.completed,
    // A file cannot go on running: whoever opens it sees how far it came.
    state: explanation.state === 'running' ? 'partial' : explanation.state,
    rows: add(`${folder}/rows.npy`, explanation.rows),
    local: addBlocks('local', explanation.local),
    standardErrors: addBlocks('errors', explanation.standardErrors),
    baseValues: explanation.baseValues === null ? null : add(`${folder}/base.npy`, explanation.baseValues),
    saved:
      saved === null
        ? null
        : {
            overall: add(`${folder}/global/overall.npy`, saved.overall),
            perOutput: saved.perOutput?.map((values, k) => add(`${folder}/global/${k}.npy`, values)) ?? null,
            meaning: saved.meaning,
            spread: saved.spread === null ? null : add(`${folder}/global/spread.npy`, saved.spread),
            signed: saved.signed,
          },
    badge: explanation.badge,
    provenance: {
      ...provenance,
      parameters: { ...provenance.parameters },
      ...(background === undefined ? {} : { background: describeBackground(background, folder, add) }),
    },
    ...(interactions === null ? {} : { interactions }),
    ...(surrogate === undefined ? {} : { surrogate: describeSurrogate(surrogate, `${folder}/surrogate`, add) }),
    ...(rules === undefined ? {} : { rules: addRaw(`${folder}/rules.json`, rulesToBytes(rules)) }),
  };
}

/** Rows of equal length as one block with its shape. */
function stack(rows: readonly Float64Array[]): [Float64Array, [number, number]] {
  const width = rows[0]?.length ?? 0;
  const values = new Float64Array(rows.length * width);
  for (const [i, row] of rows.entries()) values.set(row.subarray(0, width), i * width);
  return [values, [rows.length, width]];
}
