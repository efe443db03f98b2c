import type { Study } from '#/domain/study';
import { listZip, looksLikeZip, readZipEntry, zipDataStart } from '#/formats/archive';
import { peekText } from '#/formats/decode-text';
import { unreadable } from '#/formats/format-errors';
import { FORMAT, MANIFEST } from '#/formats/study/manifest';
import { studyFromEntries } from '#/formats/study/entries-study';

/** A zip whose `manifest.json` says it is a Limpid study, by content alone; never throws. */
export function looksLikeLimpid(bytes: Uint8Array): boolean {
  if (!looksLikeZip(bytes)) return false;
  try {
    const entry = listZip(bytes, '').find(({ name }) => name === MANIFEST);
    if (entry === undefined) return false;
    const head = entry.method === 0 ? bytes.subarray(zipDataStart(bytes, entry, '')) : readZipEntry(bytes, entry, '');
    return new RegExp(`^\\s*\\{[^{]*"format"\\s*:\\s*"${FORMAT}"`).test(peekText(head, 1024));
  } catch {
    // A cut-off zip has no directory, but its first local header still names the manifest.
    return peekText(bytes.subarray(30), MANIFEST.length) === MANIFEST && peekText(bytes, 1024).includes(`"${FORMAT}"`);
  }
}

/**
 * @param file - name for error places
 * @throws LimpidError `UnreadableFile` naming the damaged entry | `UnsupportedFile` (newer version)
 */
export async function readLimpid(bytes: Uint8Array, file: string): Promise<Study> {
  const entries = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const entry of listZip(bytes, file)) {
    if (entries.has(entry.name)) throw unreadable(`The entry ${entry.name} is there twice.`, { file, at: `entry ${entry.name}` });
    entries.set(entry.name, readZipEntry(bytes, entry, file));
  }
  return studyFromEntries(entries, file);
}
