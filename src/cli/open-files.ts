import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fromPlainError, LimpidError } from '#/base/errors';
import { encodeRows } from '#/domain/encode-rows';
import type { EncodedRows, FeatureSchema } from '#/domain/model';
import type { Finding, Study } from '#/domain/study';
import type { Table } from '#/domain/table';
import type { DroppedFile, ImportChoices, ImportDraft } from '#/formats/draft';
import { completeDraft, makeCard, readDrop } from '#/formats/import-doctor';

/** A file's bytes under its own name. @throws LimpidError `NotFound` */
export async function readDropped(path: string): Promise<DroppedFile> {
  try {
    return { path: basename(path), bytes: new Uint8Array(await readFile(path)) };
  } catch (error) {
    throw new LimpidError(
      { tag: 'NotFound', message: `${path} cannot be read.`, hint: 'Check the path and its permissions.', place: { file: path } },
      error,
    );
  }
}

/** A model and the table that it met. */
export interface ModelAndTable {
  readonly study: Study;
  /** What was inferred or could be wrong; the study holds all of them. */
  readonly warnings: readonly Finding[];
}

/**
 * A model file with a table, as the page opens them.
 * @param target - column of the true values; undefined: found by the import doctor, which may find none
 * @throws LimpidError saying which file is not what it should be, or which column is missing
 */
export async function openModelAndTable(modelPath: string, dataPath: string, target: string | undefined): Promise<ModelAndTable> {
  const draft = await readParts(modelPath, dataPath);
  const { choices } = makeCard(draft);
  const study = completeDraft(draft, target === undefined ? choices : withTarget(draft, choices, target, dataPath));
  return { study, warnings: study.findings.filter(({ severity }) => severity !== 'info') };
}

/**
 * Rows of another file over the model's features, for a background. Its text values are added to the features that read text.
 * @returns the study with the added labels, and the rows [nRows, nFeatures]
 * @throws LimpidError when columns are missing, or hold labels whose codes the model's own data decide
 */
export async function openBackground(
  study: Study,
  modelPath: string,
  path: string,
): Promise<{ readonly study: Study; readonly rows: EncodedRows }> {
  const { study: other } = await openModelAndTable(modelPath, path, undefined);
  const { model } = study;
  const theirs = other.model?.features ?? [];
  if (model?.features.length !== theirs.length)
    throw new LimpidError({ tag: 'InconsistentData', message: `${path} does not have the columns of the data.`, place: { file: path } });
  const features = model.features.map((feature, i) => mergeLabels(feature, theirs[i], readsText(study, i), path));
  const rows = encodeRows(
    other.table,
    features.map((feature, i) => ({ ...feature, column: theirs[i]?.column ?? null })),
    Int32Array.from({ length: other.table.nRows }, (_, row) => row),
  );
  return { study: withFeatures(study, features), rows };
}

/** The files as draft parts; every file must be what it is given as. */
async function readParts(modelPath: string, dataPath: string): Promise<ImportDraft> {
  const draft = await readDrop([await readDropped(modelPath), await readDropped(dataPath)]);
  for (const { error } of draft.items) if (error !== null) throw fromPlainError(error);
  const wrong = (path: string, wanted: string): LimpidError =>
    new LimpidError({
      tag: 'BadRequest',
      message: `${path} is no ${wanted}${recognised(draft, path)}.`,
      hint: '`limpid inspect FILE` says what a file is.',
      place: { file: path },
    });
  if (draft.study !== null)
    throw wrong(
      draft.items.find(({ recognisedAs }) => /study|explanation|dashboard/i.test(recognisedAs))?.path ?? modelPath,
      'model or table',
    );
  if (draft.model === null) throw wrong(modelPath, 'model');
  if (draft.table === null) throw wrong(dataPath, 'table');
  return draft;
}

function recognised(draft: ImportDraft, path: string): string {
  const item = draft.items.find((other) => other.path === basename(path));
  return item === undefined ? '' : ` but: ${item.recognisedAs}`;
}

function withTarget(draft: ImportDraft, choices: ImportChoices, name: string, dataPath: string): ImportChoices {
  const names = draft.table?.columns.map((column) => column.name) ?? [];
  const target = names.indexOf(name);
  if (target < 0)
    throw new LimpidError({
      tag: 'NotFound',
      message: `${dataPath} has no column "${name}".`,
      hint: `It has ${names.slice(0, 12).join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}.`,
      place: { file: dataPath },
    });
  // Roles and slots were decided around the target that was guessed: they are found again around this one.
  const roles = (draft.table?.columns ?? []).map(({ role }, i) => (i === target ? 'target' : role));
  return makeCard(draft, { ...choices, target, roles, slots: choices.slots.map(() => null) }).choices;
}

function readsText({ model }: Study, feature: number): boolean {
  return (
    model?.bindings.some(
      ({ input, features }) =>
        features.includes(feature) && model.signature.inputs.some(({ name, type }) => name === input && type === 'string'),
    ) ?? false
  );
}

function mergeLabels(own: FeatureSchema, other: FeatureSchema | undefined, text: boolean, path: string): FeatureSchema {
  if (own.kind !== other?.kind)
    throw new LimpidError({
      tag: 'InconsistentData',
      message: `The column ${own.name} is ${own.kind} in the data and ${other?.kind ?? 'absent'} in ${path}.`,
      hint: 'Write both files in the same way.',
      place: { file: path, at: `column ${own.name}` },
    });
  const known = new Set(own.labels);
  const more = other.labels.filter((label) => !known.has(label));
  if (more.length === 0) return own;
  if (!text)
    throw new LimpidError({
      tag: 'InconsistentData',
      message: `The column ${own.name} of ${path} holds ${more.slice(0, 3).join(', ')}, which the data do not have; the model reads codes, so the codes would differ.`,
      hint: 'Put the background rows into the data file and name them with --background-rows.',
      place: { file: path, at: `column ${own.name}` },
    });
  return { ...own, labels: [...own.labels, ...more] };
}

function withFeatures(study: Study, features: readonly FeatureSchema[]): Study {
  if (study.model === null) return study;
  const columns = [...study.table.columns];
  for (const { column, labels } of features) {
    const found = column === null ? undefined : columns[column];
    if (column !== null && found?.kind === 'categorical') columns[column] = { ...found, labels };
  }
  const table: Table = { ...study.table, columns };
  return { ...study, table, model: { ...study.model, features } };
}
