import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '#/storage/store';

/** A folder on disk: what the command line works on. Writes go to a side file and are renamed over. */
export function createNodeFolderStore(root: string): Store {
  const path = (folder: string, name?: string): string =>
    join(root, encodeURIComponent(folder), ...(name === undefined ? [] : [encodeURIComponent(name)]));
  let writes = 0;
  return {
    kind: 'node folder',
    persistent: true,
    async folders() {
      return (await readdir(root).catch(emptyWhenMissing)).map(decodeURIComponent);
    },
    async names(folder) {
      return (await readdir(path(folder)).catch(emptyWhenMissing)).filter((name) => !name.endsWith('.part')).map(decodeURIComponent);
    },
    async read(folder, name) {
      try {
        return new Uint8Array(await readFile(path(folder, name)));
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async write(folder, name, bytes) {
      await mkdir(path(folder), { recursive: true });
      writes += 1;
      const side = `${path(folder, name)}.${writes}.part`;
      await writeFile(side, bytes);
      await rename(side, path(folder, name));
    },
    async remove(folder, name) {
      await rm(path(folder, name), { force: true });
    },
    async removeFolder(folder) {
      await rm(path(folder), { recursive: true, force: true });
    },
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function emptyWhenMissing(error: unknown): string[] {
  if (isMissing(error)) return [];
  throw error;
}
