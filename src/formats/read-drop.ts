/** A drop of files and folders: unpacked, grouped, read one by one, and paired. */
import { throwIfAborted, yieldMacrotask } from '#/base/abort';
import { isLimpidError, toPlainError } from '#/base/errors';
import type { Study } from '#/domain/study';
import type { DroppedFile, ImportDraft, ImportItem } from '#/formats/draft';
import { choosePartsOf } from '#/formats/choose-parts';
import { groupSavedExplanations, readSavedExplanation } from '#/formats/explanations/saved-explanation';
import type { SavedFolder } from '#/formats/explanations/saved-explanation';
import type { ReadFile } from '#/formats/read-one-file';
import { readOneFile } from '#/formats/read-one-file';
import { unpackDrop } from '#/formats/unpack-drop';

/**
 * Reads everything that was dropped. A broken file becomes an item with its error; the rest opens.
 * @param onProgress - files done, files in all
 * @throws LimpidError `Aborted` only
 */
export async function readDrop(
  files: readonly DroppedFile[],
  onProgress?: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<ImportDraft> {
  throwIfAborted(signal);
  const { files: unpacked, items } = unpackDrop(files);
  const { folders, rest } = groupSavedExplanations(unpacked);
  const total = folders.length + rest.length;
  let done = 0;
  const step = async (): Promise<void> => {
    onProgress?.(++done, total);
    await yieldMacrotask();
    throwIfAborted(signal);
  };
  const results: ReadFile[] = [];
  const partItems: ImportItem[] = [];
  for (const folder of folders) {
    results.push(readFolder(folder));
    partItems.push(...folderItems(folder));
    await step();
  }
  for (const file of rest) {
    results.push(await readOneFile(file, signal));
    await step();
  }
  const chosen = choosePartsOf(results);
  return { ...chosen, items: [...chosen.items, ...partItems, ...items] };
}

const SAVED = 'interpret-community explanation';

function readFolder(folder: SavedFolder): ReadFile {
  const bytes = folder.files.reduce((sum, file) => sum + file.bytes.length, 0);
  const item = { path: folder.path, bytes, recognisedAs: SAVED };
  try {
    const study: Study = readSavedExplanation(folder);
    return { item: { ...item, status: 'opens', error: null }, part: { kind: 'explanation', study } };
  } catch (error) {
    const plain = toPlainError(error);
    const status = isLimpidError(error, 'UnsupportedFile') ? 'unsupported' : 'broken';
    return { item: { ...item, status, error: { ...plain, place: plain.place ?? { file: folder.path } } }, part: null };
  }
}

function folderItems(folder: SavedFolder): readonly ImportItem[] {
  return folder.files.map((file) => ({ path: file.path, bytes: file.bytes.length, recognisedAs: SAVED, status: 'part', error: null }));
}
