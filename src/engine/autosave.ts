import { LimpidError } from '#/base/errors';
import type { Study } from '#/domain/study';
import { studyFromEntries } from '#/formats/study/entries-study';
import { studyToEntries } from '#/formats/study/study-entries';
import { sha256 } from '#/formats/study/sha256';
import type { Store } from '#/storage/store';

/**
 * Working copies: a folder a study; entries under the hash of their bytes, named by a manifest of one revision.
 *
 *   study:<id> / <sha256>          bytes of an entry
 *   study:<id> / revision-<n>      {name, savedAt, ..., entries: {entry name: sha256}}
 *
 * New bytes go first, then the new revision, then what nothing names any more is removed: whenever the tab is
 * closed, the newest whole revision is there.
 */
const PREFIX = 'study:';
const REVISION = 'revision-';

export interface StoredStudy {
  readonly id: string;
  readonly name: string;
  readonly savedAt: number;
  readonly nRows: number;
  readonly explanations: number;
}

interface Revision extends StoredStudy {
  readonly entries: Readonly<Record<string, string>>;
}

export async function saveWorkingCopy(store: Store, study: Study, savedAt: number): Promise<void> {
  const folder = PREFIX + study.id;
  const names = await store.names(folder);
  const present = new Set(names);
  const revisions = revisionNumbers(names);
  const entries: Record<string, string> = {};
  for (const [name, bytes] of await studyToEntries(study)) {
    const hash = await sha256(bytes);
    entries[name] = hash;
    if (!present.has(hash)) await store.write(folder, hash, bytes);
  }
  const revision: Revision = {
    id: study.id,
    name: study.name,
    savedAt,
    nRows: study.table.nRows,
    explanations: study.explanations.length,
    entries,
  };
  const next = `${REVISION}${(revisions.at(-1) ?? 0) + 1}`;
  await store.write(folder, next, new TextEncoder().encode(JSON.stringify(revision)));
  const kept = new Set([next, ...Object.values(entries)]);
  for (const name of names) if (!kept.has(name)) await store.remove(folder, name);
}

/** @throws LimpidError `NotFound` | `StorageFailed` when entries are damaged */
export async function loadWorkingCopy(store: Store, id: string): Promise<Study> {
  const folder = PREFIX + id;
  const revision = await newestRevision(store, folder);
  if (revision === null) {
    throw new LimpidError({ tag: 'NotFound', message: 'This study is not kept on this device.', hint: 'Open its file again.' });
  }
  const entries = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, hash] of Object.entries(revision.entries)) {
    const bytes = await store.read(folder, hash);
    if (bytes === null) {
      throw new LimpidError({
        tag: 'StorageFailed',
        message: `The kept copy of ${revision.name} lacks ${name}.`,
        hint: 'Open its file again.',
        place: { file: name },
      });
    }
    entries.set(name, bytes);
  }
  return studyFromEntries(entries, revision.name);
}

/** Newest first. */
export async function listWorkingCopies(store: Store): Promise<readonly StoredStudy[]> {
  const studies: StoredStudy[] = [];
  for (const folder of await store.folders()) {
    if (!folder.startsWith(PREFIX)) continue;
    const revision = await newestRevision(store, folder);
    if (revision !== null) {
      const { id, name, savedAt, nRows, explanations } = revision;
      studies.push({ id, name, savedAt, nRows, explanations });
    }
  }
  return studies.sort((a, b) => b.savedAt - a.savedAt);
}

export async function forgetWorkingCopy(store: Store, id: string): Promise<void> {
  await store.removeFolder(PREFIX + id);
}

function revisionNumbers(names: readonly string[]): number[] {
  return names
    .filter((name) => name.startsWith(REVISION))
    .map((name) => Number(name.slice(REVISION.length)))
    .sort((a, b) => a - b);
}

async function newestRevision(store: Store, folder: string): Promise<Revision | null> {
  for (const number of revisionNumbers(await store.names(folder)).reverse()) {
    const bytes = await store.read(folder, `${REVISION}${number}`);
    if (bytes === null) continue;
    try {
      return JSON.parse(new TextDecoder().decode(bytes)) as Revision;
    } catch {
      // Torn while the tab was closed: the revision before it is whole.
    }
  }
  return null;
}
