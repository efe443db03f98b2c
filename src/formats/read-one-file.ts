/** One file of a drop: what is it (by content, never by its name alone), and its parsed form or the reason why not. */
import { isLimpidError, toPlainError } from '#/base/errors';
import type { Study } from '#/domain/study';
import { decodeText, peekText } from '#/formats/decode-text';
import type { DroppedFile, ImportItem, ParsedModel } from '#/formats/draft';
import { readExplanationJson } from '#/formats/explanations/read-explanation-json';
import { unreadable } from '#/formats/format-errors';
import { LIMPID_STUDY } from '#/formats/import-card';
import type { KnownTreeFile } from '#/formats/models/read-tree-file';
import { guessTreeJson, knownTreeBytes, knownTreeJson, parsedTreeFile } from '#/formats/models/read-tree-file';
import { sniffUnsupportedJson } from '#/formats/models/sniff-json';
import type { Recognised } from '#/formats/models/sniff-unsupported';
import { describeUnsupported, sniffBinary, sniffText } from '#/formats/models/sniff-unsupported';
import { looksLikeLimpid, readLimpid } from '#/formats/study/read-limpid';
import { looksLikeTable } from '#/formats/tables/looks-like-table';
import type { ParsedTable } from '#/formats/tables/read-csv';
import { readCsv } from '#/formats/tables/read-csv';
import { parseJson } from '#/formats/tolerant-json';
import { looksLikeOnnx } from '#/onnx/looks-like-onnx';
import { readModel } from '#/onnx/read-model';

export type Part =
  | { readonly kind: 'study' | 'explanation'; readonly study: Study }
  | { readonly kind: 'table'; readonly parsed: ParsedTable }
  | { readonly kind: 'model'; readonly model: ParsedModel };

export interface ReadFile {
  readonly item: ImportItem;
  readonly part: Part | null;
}

/** Never throws but for `Aborted`: a broken file becomes an item with its error. */
export async function readOneFile(file: DroppedFile, signal?: AbortSignal): Promise<ReadFile> {
  const attempt: Attempt = { recognisedAs: 'not recognised' };
  try {
    return await recognise(file, attempt, signal);
  } catch (error) {
    if (isLimpidError(error, 'Aborted')) throw error;
    const plain = toPlainError(error);
    const status =
      plain.tag === 'UnsupportedFile' || plain.tag === 'UnsupportedModel' || plain.tag === 'UnrecognisedFile' ? 'unsupported' : 'broken';
    const place = plain.place ?? { file: file.path };
    return {
      item: { path: file.path, bytes: file.bytes.length, recognisedAs: attempt.recognisedAs, status, error: { ...plain, place } },
      part: null,
    };
  }
}

/** What the file was taken for when reading it failed. */
interface Attempt {
  recognisedAs: string;
}

async function recognise({ path, bytes }: DroppedFile, attempt: Attempt, signal: AbortSignal | undefined): Promise<ReadFile> {
  const name = path.split('/').at(-1) ?? path;
  const opens = (recognisedAs: string, part: Part): ReadFile => ({
    item: { path, bytes: bytes.length, recognisedAs, status: 'opens', error: null },
    part,
  });
  const unsupported = ({ recognisedAs, error }: Recognised): ReadFile => ({
    item: { path, bytes: bytes.length, recognisedAs, status: 'unsupported', error },
    part: null,
  });
  const unrecognised = (message: string): ReadFile =>
    unsupported({
      recognisedAs: 'not recognised',
      error: {
        tag: 'UnrecognisedFile',
        message,
        hint: 'Limpid opens .limpid studies, saved interpret-community explanations, dashboards in JSON, models of ONNX, XGBoost, LightGBM and CatBoost, and CSV tables.',
        place: { file: path },
      },
    });
  if (bytes.length === 0) throw unreadable('The file is empty.', { file: path, hint: 'Copy or download it again.' });
  if (looksLikeLimpid(bytes)) {
    attempt.recognisedAs = LIMPID_STUDY;
    return opens(LIMPID_STUDY, { kind: 'study', study: await readLimpid(bytes, path) });
  }
  const opensTrees = (tree: KnownTreeFile): ReadFile => {
    attempt.recognisedAs = tree.recognisedAs;
    return opens(tree.recognisedAs, { kind: 'model', model: parsedTreeFile(name, bytes, tree.read()) });
  };
  const trees = knownTreeBytes(bytes, path);
  if (trees !== null) return opensTrees(trees);
  const binary = sniffBinary(bytes);
  if (binary !== null) return unsupported(describeUnsupported(binary, path));
  if (looksLikeJson(bytes)) {
    attempt.recognisedAs = guessTreeJson(bytes) ?? 'JSON';
    const json = parseJson(decodeText(bytes, path).text, path);
    const model = knownTreeJson(json, path);
    if (model !== null) return opensTrees(model);
    const known = sniffUnsupportedJson(json, path);
    if (known !== null) return unsupported(known);
    const explanation = readExplanationJson(json, path, attempt);
    if (explanation !== null) return opens(attempt.recognisedAs, { kind: 'explanation', study: explanation });
    return unrecognised('This JSON has none of the keys that Limpid knows.');
  }
  const text = sniffText(bytes);
  if (text !== null) return unsupported(describeUnsupported(text, path));
  if (looksLikeOnnx(bytes)) {
    attempt.recognisedAs = 'ONNX model';
    return opens('ONNX model', { kind: 'model', model: { name, kind: 'onnx', categories: null, ...readModel(bytes, name) } });
  }
  if (looksLikeTable(bytes)) {
    attempt.recognisedAs = 'CSV table';
    return opens('CSV table', { kind: 'table', parsed: readCsv(bytes, name, signal) });
  }
  // Nothing else claims it: the model reader says best what is wrong with a file that is named like a model.
  if (/\.onnx$/i.test(name)) {
    attempt.recognisedAs = 'ONNX model';
    readModel(bytes, name);
  }
  return unrecognised('No reader of Limpid knows this file.');
}

function looksLikeJson(bytes: Uint8Array): boolean {
  return /^\s*[{[]/.test(peekText(bytes, 256));
}
