/** Files of XGBoost, LightGBM and CatBoost as models: known by their content, read again from the bytes wherever they run. */
import { isLimpidError } from '#/base/errors';
import type { ModelAsset } from '#/domain/model';
import type { Finding } from '#/domain/study';
import type { TreeModel } from '#/domain/tree-model';
import { decodeText, peekText } from '#/formats/decode-text';
import type { ParsedModel } from '#/formats/draft';
import { looksLikeCatboost, readCatboost } from '#/formats/models/catboost';
import { looksLikeLightgbmJson, readLightgbmJson } from '#/formats/models/lightgbm-json';
import { looksLikeLightgbm, readLightgbmText } from '#/formats/models/lightgbm-text';
import { bindTreeFile, signatureOf, type TreeFile } from '#/formats/models/tree-file';
import { parseUbjson } from '#/formats/models/ubjson';
import { looksLikeXgboost, readXgboost } from '#/formats/models/xgboost';
import { parseJson } from '#/formats/tolerant-json';

/** A recognised model file, not yet read. */
export interface KnownTreeFile {
  readonly recognisedAs: string;
  /** @throws LimpidError `UnreadableFile` | `UnsupportedModel` */
  readonly read: () => TreeFile;
}

/** Binary and text files that say in their first bytes what they are; null for all others. */
export function knownTreeBytes(bytes: Uint8Array, file: string): KnownTreeFile | null {
  // `{`, then the length of the first key as a number of some type; only then a name.
  if (bytes[0] === 0x7b && 'iUIlL'.includes(String.fromCharCode(bytes[1] ?? 0)) && peekText(bytes, 4096).includes('learner')) {
    return { recognisedAs: 'XGBoost model (UBJSON)', read: () => readXgboost(parseUbjson(bytes, file), file) };
  }
  if (looksLikeLightgbm(bytes)) return { recognisedAs: 'LightGBM model (text)', read: () => readLightgbmText(bytes, file) };
  return null;
}

/** Models among parsed JSON; null for all other JSON. */
export function knownTreeJson(json: unknown, file: string): KnownTreeFile | null {
  if (looksLikeXgboost(json)) return { recognisedAs: 'XGBoost model (JSON)', read: () => readXgboost(json, file) };
  if (looksLikeLightgbmJson(json)) return { recognisedAs: 'LightGBM model (JSON)', read: () => readLightgbmJson(json, file) };
  if (looksLikeCatboost(json)) return { recognisedAs: 'CatBoost model (JSON)', read: () => readCatboost(json, file) };
  return null;
}

/** What the import doctor pairs with a table. */
export function parsedTreeFile(name: string, bytes: Uint8Array<ArrayBuffer>, tree: TreeFile): ParsedModel {
  return {
    name,
    kind: tree.kind,
    bytes,
    signature: signatureOf(tree),
    taskOpen: tree.taskOpen,
    featureNames: tree.names,
    categories: tree.categories,
    findings: [...tree.findings, ...numberedClasses(tree, name)],
  };
}

/** XGBoost and LightGBM keep no class names; the card says what stands for them. */
function numberedClasses({ classLabels }: TreeFile, file: string): readonly Finding[] {
  if (classLabels.length === 0 || classLabels.some((label, i) => label !== String(i))) return [];
  return [
    {
      severity: 'info',
      code: 'classes-numbered',
      message: `The model does not name its ${classLabels.length} classes; they are numbered from 0.`,
      fix: 'Give the names on the import card.',
      place: { file },
    },
  ];
}

/** What broken JSON was meant to be, by its first keys: for the words about it. */
export function guessTreeJson(bytes: Uint8Array): string | null {
  const head = peekText(bytes, 4096);
  if (/^\s*\{\s*"learner"/.test(head)) return 'XGBoost model (JSON)';
  if (/^\s*\{\s*"name"\s*:\s*"tree"/.test(head)) return 'LightGBM model (JSON)';
  return /^\s*\{\s*"(features_info|oblivious_trees)"/.test(head) ? 'CatBoost model (JSON)' : null;
}

/**
 * The trees of a model that is no ONNX graph, over the study's features.
 * @returns the model, or one plain sentence why the bytes or the study do not fit
 */
export function readTreeFile(
  asset: Pick<ModelAsset, 'name' | 'bytes' | 'features' | 'bindings' | 'outputs'>,
): TreeModel | { readonly reason: string } {
  const { name, bytes } = asset;
  try {
    const known = knownTreeBytes(bytes, name) ?? knownTreeJson(parseJson(decodeText(bytes, name).text, name), name);
    if (known === null) return { reason: 'The file is no model of XGBoost, LightGBM or CatBoost.' };
    return bindTreeFile(known.read(), asset.features, asset.bindings, asset.outputs);
  } catch (error) {
    if (isLimpidError(error)) return { reason: error.message };
    throw error;
  }
}
