import { toPlainError } from '#/base/errors';
import { looksLikeZip, unpackZip } from '#/formats/archive';
import type { DroppedFile, ImportItem } from '#/formats/draft';
import { gunzipBounded } from '#/formats/gunzip';
import { sniffBinary } from '#/formats/models/sniff-unsupported';
import { looksLikeLimpid } from '#/formats/study/read-limpid';

/** A zip inside a zip is opened, a third one inside is not: nobody packs so, but bombs do. */
const MAX_DEPTH = 2;

/** Files with bundles (zip, gzip) opened; bundles and refused entries that cannot be opened are items. */
export function unpackDrop(files: readonly DroppedFile[]): {
  readonly files: readonly DroppedFile[];
  readonly items: readonly ImportItem[];
} {
  const found: DroppedFile[] = [];
  const items: ImportItem[] = [];
  const visit = (file: DroppedFile, depth: number): void => {
    const packed = packingOf(file.bytes);
    if (packed === null || depth === MAX_DEPTH) {
      found.push(file);
      return;
    }
    try {
      if (packed === 'gzip') {
        visit({ path: file.path.replace(/\.gz$/i, ''), bytes: gunzipBounded(file.bytes, file.path) }, depth + 1);
        return;
      }
      const archive = unpackZip(file.bytes, file.path);
      for (const { path, bytes, error } of archive.refused) items.push({ path, bytes, recognisedAs: 'zip entry', status: 'broken', error });
      for (const inner of archive.files) visit(inner, depth + 1);
    } catch (error) {
      items.push({
        path: file.path,
        bytes: file.bytes.length,
        recognisedAs: packed === 'gzip' ? 'gzip file' : 'zip archive',
        status: 'broken',
        error: toPlainError(error),
      });
    }
  };
  for (const file of files) visit(file, 0);
  return { files: found, items };
}

/** A study or another program's file may be a zip too: those are read whole. */
function packingOf(bytes: Uint8Array): 'zip' | 'gzip' | null {
  const binary = sniffBinary(bytes);
  if (binary === 'gzip') return 'gzip';
  return binary === null && looksLikeZip(bytes) && !looksLikeLimpid(bytes) ? 'zip' : null;
}
