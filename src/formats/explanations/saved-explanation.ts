/** interpret-community's `save_explanation`: a folder with one JSON file a property, each `{metadata, data}`. */
import type { Finding, Study } from '#/domain/study';
import type { DroppedFile } from '#/formats/draft';
import { buildStudy } from '#/formats/explanations/build-study';
import { nonEmpty } from '#/formats/explanations/dashboard-props';
import type { RawExplanation, RawGlobal } from '#/formats/explanations/raw-explanation';
import { partReader, readBase, readCells, readList, readLocalScores, readProbabilities } from '#/formats/explanations/raw-parts';
import { looksLikeCsr, unfoldCsr } from '#/formats/explanations/sparse-rows';
import { inconsistent, unreadable } from '#/formats/format-errors';
import type { NumberArray } from '#/formats/json-shape';
import { isArray, isObject, own, ownString, textList, toNumberArray } from '#/formats/json-shape';
import { parseJsonBytes } from '#/formats/tolerant-json';

const METADATA = 'explanation_metadata';
/** Properties that the reader uses; ranks follow from the values, and init data are the explainer's own. */
const PROPERTIES = new Set([
  METADATA,
  'features',
  'classes',
  'local_importance_values',
  'expected_values',
  'global_importance_values',
  'global_importance_rank',
  'global_importance_names',
  'per_class_values',
  'per_class_rank',
  'per_class_names',
  'eval_data',
  'init_data',
  'eval_y_predicted',
  'eval_y_predicted_proba',
]);

export interface SavedFolder {
  /** Folder as the user knows it. */
  readonly path: string;
  readonly files: readonly DroppedFile[];
  /** By property name. */
  readonly properties: ReadonlyMap<string, DroppedFile>;
}

function split(path: string): { readonly folder: string; readonly property: string } {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  return { folder: slash < 0 ? '' : path.slice(0, slash), property: name.replace(/\.json$/i, '') };
}

/** Folders of saved explanations, found by the names inside them; every other file is left as it was. */
export function groupSavedExplanations(files: readonly DroppedFile[]): {
  readonly folders: readonly SavedFolder[];
  readonly rest: readonly DroppedFile[];
} {
  const byFolder = new Map<string, Map<string, DroppedFile>>();
  for (const file of files) {
    const { folder, property } = split(file.path);
    if (!PROPERTIES.has(property)) continue;
    const properties = byFolder.get(folder) ?? new Map<string, DroppedFile>();
    properties.set(property, file);
    byFolder.set(folder, properties);
  }
  const folders: SavedFolder[] = [];
  const grouped = new Set<DroppedFile>();
  for (const [folder, properties] of byFolder) {
    const hasValues = ['local_importance_values', 'global_importance_values', 'per_class_values'].some((name) => properties.has(name));
    if (!hasValues && !properties.has(METADATA)) continue;
    const members = [...properties.values()];
    folders.push({ path: folder === '' ? 'explanation' : folder, files: members, properties });
    for (const file of members) grouped.add(file);
  }
  return { folders, rest: files.filter((file) => !grouped.has(file)) };
}

/** @throws LimpidError naming the file inside the folder */
export function readSavedExplanation(folder: SavedFolder): Study {
  return buildStudy(readSavedProperties(folder));
}

function readSavedProperties(folder: SavedFolder): RawExplanation {
  const read = (name: string): unknown => {
    const file = folder.properties.get(name);
    return file === undefined ? undefined : unwrap(parseJsonBytes(file.bytes, file.path), file.path, name);
  };
  const placeOf = (name: string): string => folder.properties.get(name)?.path ?? folder.path;
  const findings: Finding[] = [];
  const part = partReader(findings);
  const metadata = part('metadata', () => read(METADATA));
  const task = ownString(metadata, 'model_task') ?? ownString(metadata, 'model_type');
  return {
    file: folder.path,
    tool: 'interpret-community',
    method: ownString(metadata, 'method'),
    claimedTask: task === 'regression' || task === 'classification' ? task : null,
    featureSpace: own(metadata, 'is_engineered') === true ? 'engineered' : 'raw',
    featureNames: part('feature names', () => nonEmpty(textList(read('features')))),
    classNames: part('class names', () => nonEmpty(textList(read('classes')))),
    categoricalMap: new Map(),
    cells: part('data', () => readEvalData(read('eval_data'), placeOf('eval_data'))),
    trueY: null,
    predictedY: part('predictions', () => readList(read('eval_y_predicted'))),
    probabilityY: part('probabilities', () => readProbabilities(read('eval_y_predicted_proba'), placeOf('eval_y_predicted_proba'), 'data')),
    local: part('local values', () => readLocal(read('local_importance_values'), placeOf('local_importance_values'))),
    base: part('base values', () => readBase(read('expected_values'))),
    global: part('global values', () => readGlobal(read('global_importance_values'), read('per_class_values'), placeOf)),
    findings,
  };
}

/** The value inside `{metadata, data}`; the metadata file and older bare files have no envelope. */
function unwrap(json: unknown, path: string, name: string): unknown {
  if (name === METADATA) {
    if (!isObject(json)) throw unreadable('The metadata are no object.', { file: path, hint: 'Save the explanation again.' });
    return json;
  }
  if (!isObject(json)) return json;
  if (!Object.hasOwn(json, 'data'))
    throw unreadable('The property has no data.', { file: path, at: 'data', hint: 'Save the explanation again.' });
  return own(json, 'data');
}

function readEvalData(value: unknown, file: string): RawExplanation['cells'] {
  return looksLikeCsr(value) ? toRows(unfoldCsr(value, file, 'data')) : readCells(value, file, 'data');
}

function readLocal(value: unknown, file: string): NumberArray | null {
  if (looksLikeCsr(value)) return unfoldCsr(value, file, 'data');
  if (isArray(value) && value.length > 0 && value.every(looksLikeCsr))
    return stackSlabs(
      value.map((slab, c) => unfoldCsr(slab, file, `data[${c}]`)),
      file,
    );
  return readLocalScores(value, file, 'data');
}

function stackSlabs(slabs: readonly NumberArray[], file: string): NumberArray {
  const [nRows, nColumns] = [slabs[0]!.shape[0]!, slabs[0]!.shape[1]!];
  const data = new Float64Array(slabs.length * nRows * nColumns);
  for (const [c, slab] of slabs.entries()) {
    if (slab.shape[0] !== nRows || slab.shape[1] !== nColumns)
      throw inconsistent('The sparse blocks of the classes differ in size.', { file, at: `data[${c}]` });
    data.set(slab.data, c * nRows * nColumns);
  }
  return { shape: [slabs.length, nRows, nColumns], data };
}

function readGlobal(overall: unknown, perClass: unknown, placeOf: (name: string) => string): RawGlobal | null {
  const scores =
    isArray(overall) && overall.length > 0 ? Array.from(toNumberArray(overall, placeOf('global_importance_values'), 'data', 1).data) : null;
  const classes = isArray(perClass) && perClass.length > 0 ? toNumberArray(perClass, placeOf('per_class_values'), 'data', 2) : null;
  if (scores === null && classes === null) return null;
  return { overall: scores, perClass: classes?.shape.length === 2 ? classes : null, classAxis: 0, names: null };
}

function toRows({ shape, data }: NumberArray): readonly (readonly number[])[] {
  const width = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, i) => Array.from(data.subarray(i * width, (i + 1) * width)));
}
