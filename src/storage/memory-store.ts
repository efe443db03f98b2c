import type { Store } from '#/storage/store';

/** Kept as long as the page (or process) lives: private windows, plain http, tests. */
export function createMemoryStore(): Store {
  const folders = new Map<string, Map<string, Uint8Array<ArrayBuffer>>>();
  return {
    kind: 'memory',
    persistent: false,
    folders: () => Promise.resolve([...folders.keys()]),
    names: (folder) => Promise.resolve([...(folders.get(folder)?.keys() ?? [])]),
    read: (folder, name) => Promise.resolve(folders.get(folder)?.get(name)?.slice() ?? null),
    write: (folder, name, bytes) => {
      const entries = folders.get(folder) ?? new Map<string, Uint8Array<ArrayBuffer>>();
      entries.set(name, bytes.slice());
      folders.set(folder, entries);
      return Promise.resolve();
    },
    remove: (folder, name) => {
      folders.get(folder)?.delete(name);
      return Promise.resolve();
    },
    removeFolder: (folder) => {
      folders.delete(folder);
      return Promise.resolve();
    },
  };
}
