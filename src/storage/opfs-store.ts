import { LimpidError } from '#/base/errors';
import type { Store } from '#/storage/store';

const ROOT = 'limpid';

/**
 * The origin-private file system. Entries are written to a side file and moved over the old one where the
 * browser can move, so that a closed tab leaves the old entry or the new one.
 * @returns null where there is none (file://, plain http, blocked): found by trying, never by sniffing
 */
export async function openOpfsStore(): Promise<Store | null> {
  try {
    const top = await navigator.storage.getDirectory();
    const root = await top.getDirectoryHandle(ROOT, { create: true });
    const store = storeOver(root);
    await store.write('.probe', 'probe', new Uint8Array([1]));
    await store.removeFolder('.probe');
    return store;
  } catch {
    return null;
  }
}

function storeOver(root: FileSystemDirectoryHandle): Store {
  const folderOf = async (folder: string, create: boolean): Promise<FileSystemDirectoryHandle | null> => {
    try {
      return await root.getDirectoryHandle(encodeName(folder), { create });
    } catch (error) {
      if (isNotFound(error)) return null;
      throw failed(error);
    }
  };
  return {
    kind: 'opfs',
    persistent: true,
    async folders() {
      const names: string[] = [];
      for await (const name of root.keys()) names.push(decodeURIComponent(name));
      return names.filter((name) => !name.startsWith('.'));
    },
    async names(folder) {
      const handle = await folderOf(folder, false);
      const names: string[] = [];
      if (handle !== null) for await (const name of handle.keys()) if (!name.endsWith('.part')) names.push(decodeURIComponent(name));
      return names;
    },
    async read(folder, name) {
      const handle = await folderOf(folder, false);
      if (handle === null) return null;
      try {
        const file = await (await handle.getFileHandle(encodeName(name))).getFile();
        return new Uint8Array(await file.arrayBuffer());
      } catch (error) {
        if (isNotFound(error)) return null;
        throw failed(error);
      }
    },
    async write(folder, name, bytes) {
      try {
        const handle = await root.getDirectoryHandle(encodeName(folder), { create: true });
        const file = await handle.getFileHandle(encodeName(name), { create: true });
        // createWritable writes to a swap file and replaces the entry on close.
        const writable = await file.createWritable();
        await writable.write(bytes);
        await writable.close();
      } catch (error) {
        throw failed(error);
      }
    },
    async remove(folder, name) {
      const handle = await folderOf(folder, false);
      if (handle !== null) await handle.removeEntry(encodeName(name)).catch(ignoreNotFound);
    },
    async removeFolder(folder) {
      await root.removeEntry(encodeName(folder), { recursive: true }).catch(ignoreNotFound);
    },
  };
}

function encodeName(name: string): string {
  return encodeURIComponent(name);
}

function isNotFound(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotFoundError';
}

function ignoreNotFound(error: unknown): void {
  if (!isNotFound(error)) throw failed(error);
}

function failed(error: unknown): LimpidError {
  const full = error instanceof DOMException && error.name === 'QuotaExceededError';
  return new LimpidError(
    {
      tag: 'StorageFailed',
      message: full
        ? 'The storage that this browser gives to the page is full.'
        : 'The browser refused access to its storage for this page.',
      hint: full ? 'Save the study as a file, then forget studies that you no longer need.' : 'Save the study as a file to keep it.',
    },
    error,
  );
}
