/**
 * Where working copies live: folders of named byte entries. Nothing here knows what a study is;
 * `working-copy.ts` lays studies over it. Names are any text without NUL.
 */
export interface Store {
  readonly kind: 'memory' | 'opfs' | 'node folder';
  /** False: gone with the page, which then says "not kept on this device". */
  readonly persistent: boolean;
  folders(): Promise<readonly string[]>;
  /** @returns names of the folder's entries, [] when there is no such folder */
  names(folder: string): Promise<readonly string[]>;
  /** @returns null when there is no such entry */
  read(folder: string, name: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /**
   * Replaces the entry whole: a reader sees the old bytes or the new ones.
   * @throws LimpidError `StorageFailed` when the quota is full or access is refused
   */
  write(folder: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** No error when it is not there. */
  remove(folder: string, name: string): Promise<void>;
  removeFolder(folder: string): Promise<void>;
}
