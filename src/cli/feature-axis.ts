import { readFile } from 'node:fs/promises';
import { LimpidError } from '#/base/errors';
import { UsageError } from '#/cli/usage-error';
import { encodeRows } from '#/domain/encode-rows';
import type { FeatureSchema } from '#/domain/model';
import type { Study } from '#/domain/study';
import { makeGrid } from '#/explainers/feature-grid';

/** Position of a model feature by its name. @throws LimpidError `NotFound` naming those that there are */
export function featureByName({ model }: Study, name: string): number {
  const names = model?.features.map((feature) => feature.name) ?? [];
  const found = names.indexOf(name);
  if (found >= 0) return found;
  throw new LimpidError({
    tag: 'NotFound',
    message: `The model has no feature "${name}".`,
    hint: `It has ${names.slice(0, 12).join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}.`,
  });
}

/**
 * Values of a feature to predict at, encoded and ascending: a number of even steps over the column, a comma list, or `@file.json`
 * with a list. Categories are given by their labels; without a wish all of them.
 * @throws UsageError | LimpidError
 */
export async function gridOf(study: Study, position: number, text: string | undefined, steps: number): Promise<Float64Array> {
  const feature = study.model?.features[position];
  if (feature === undefined) throw new LimpidError({ tag: 'Internal', message: `There is no feature ${position}.` });
  if (text === undefined || /^\d+$/.test(text)) return evenGrid(study, feature, text === undefined ? steps : Number(text));
  const cells = text.startsWith('@') ? await listOfFile(text.slice(1)) : text.split(',');
  return Float64Array.from(cells, (cell) => encodeCell(feature, cell)).sort();
}

function evenGrid({ table }: Study, feature: FeatureSchema, steps: number): Float64Array {
  if (steps < 2) throw new UsageError('--grid takes at least 2 points.');
  const { values } = encodeRows(
    table,
    [feature],
    Int32Array.from({ length: table.nRows }, (_, row) => row),
  );
  let min = NaN;
  let max = NaN;
  for (const value of values) {
    if (!(value >= min)) min = Number.isNaN(value) ? min : value;
    if (!(value <= max)) max = Number.isNaN(value) ? max : value;
  }
  const { kind, integer, labels } = feature;
  return makeGrid({ kind, min, max, steps, integer, labels, ownValue: NaN });
}

function encodeCell(feature: FeatureSchema, cell: string | number | boolean): number {
  const wrong = (): never => {
    throw new UsageError(`--grid: ${feature.name} has no value "${cell}".`);
  };
  switch (feature.kind) {
    case 'categorical': {
      const code = feature.labels.indexOf(String(cell));
      return code < 0 ? wrong() : code;
    }
    case 'boolean':
      return String(cell) === 'true' ? 1 : String(cell) === 'false' ? 0 : wrong();
    case 'datetime': {
      const time = Date.parse(String(cell));
      return Number.isNaN(time) ? wrong() : time;
    }
    case 'numeric': {
      const value = String(cell).trim() === '' ? NaN : Number(cell);
      return Number.isFinite(value) ? value : wrong();
    }
    default:
      return feature.kind satisfies never;
  }
}

async function listOfFile(path: string): Promise<readonly (string | number | boolean)[]> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new LimpidError({ tag: 'NotFound', message: `${path} cannot be read.`, place: { file: path } }, error);
  });
  const list: unknown = JSON.parse(content);
  const isCell = (cell: unknown): cell is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof cell);
  if (!Array.isArray(list) || list.length === 0 || !list.every(isCell)) throw new UsageError(`--grid: ${path} is no list of values.`);
  return list;
}
