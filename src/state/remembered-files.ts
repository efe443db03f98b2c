/**
 * Which stored study a dropped file became, by the file's hash: a reloaded page finds it again without asking for the file.
 * A convenience only: browsers that keep nothing ask.
 */
const KEY = 'limpid.files';
const KEPT = 30;

export function rememberFile(hash: string, studyId: string): void {
  if (hash === '') return;
  const entries = read().filter(([known]) => known !== hash);
  try {
    localStorage.setItem(KEY, JSON.stringify([...entries, [hash, studyId]].slice(-KEPT)));
  } catch {
    // Nothing is kept here.
  }
}

export function studyOfFile(hash: string): string | null {
  return read().find(([known]) => known === hash)?.[1] ?? null;
}

function read(): readonly (readonly [string, string])[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(entry: unknown): entry is [string, string] {
  return Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' && typeof entry[1] === 'string';
}
