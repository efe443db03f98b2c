import type { Study } from '#/domain/study';
import { studyToEntries } from '#/formats/study/study-entries';
import { writeStoredZip } from '#/formats/study/zip-store';

/** The study as a `.limpid` file. @throws LimpidError `UnsupportedFile` above 4 GB */
export async function writeLimpid(study: Study): Promise<Uint8Array<ArrayBuffer>> {
  return entriesToLimpid(await studyToEntries(study));
}

/** Entries of a working copy as a `.limpid` file; `manifest.json` must be among them. */
export function entriesToLimpid(entries: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  return writeStoredZip(Array.from(entries, ([name, bytes]) => ({ name, bytes })));
}
