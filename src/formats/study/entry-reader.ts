import { inconsistent, unreadable } from '#/formats/format-errors';
import type { NpyData } from '#/formats/npy';
import { parseNpy } from '#/formats/npy';
import type { Manifest } from '#/formats/study/manifest';
import { sha256 } from '#/formats/study/sha256';

export type Entries = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** The entries of a study by name, with everything that can be wrong with them as a tagged error that names the entry. */
export class EntryReader {
  readonly #entries: Entries;
  readonly #manifest: Manifest;
  readonly file: string;

  constructor(entries: Entries, manifest: Manifest, file: string) {
    this.#entries = entries;
    this.#manifest = manifest;
    this.file = file;
  }

  /** Hashes of everything the manifest lists; entries that it does not list are ignored. */
  async verify(): Promise<void> {
    for (const [name, { length, sha256: expected }] of Object.entries(this.#manifest.entries)) {
      const bytes = this.bytes(name);
      if (bytes.length !== length || (await sha256(bytes)) !== expected) {
        throw unreadable(`The entry ${name} is damaged: its hash does not match the manifest.`, this.place(name));
      }
    }
  }

  bytes(name: string): Uint8Array<ArrayBuffer> {
    const bytes = this.#entries.get(name);
    if (bytes === undefined || !Object.hasOwn(this.#manifest.entries, name)) {
      throw unreadable(`The entry ${name} is missing.`, this.place(name));
    }
    return bytes;
  }

  /** An array of one of the given types with exactly this shape. */
  array<T extends NpyData>(name: string, shape: readonly number[], ...types: readonly (abstract new (...args: never[]) => T)[]): T {
    const { data, shape: found } = parseNpy(this.bytes(name), `${this.file}/${name}`);
    if (found.length !== shape.length || found.some((size, i) => size !== shape[i])) {
      throw inconsistent(`The entry ${name} has shape (${found.join(', ')}), expected (${shape.join(', ')}).`, this.place(name));
    }
    const matching = types.find((type) => data instanceof type);
    if (matching === undefined) throw inconsistent(`The entry ${name} has another number type than expected.`, this.place(name));
    return data as T;
  }

  /** Numbers of any count. */
  list<T extends NpyData>(name: string, type: abstract new (...args: never[]) => T): T {
    const { shape } = parseNpy(this.bytes(name), `${this.file}/${name}`);
    return this.array(name, [shape.reduce((product, size) => product * size, 1)], type);
  }

  /** Every value is a whole number in [low, high). */
  checkRange(name: string, values: ArrayLike<number>, low: number, high: number): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!(value >= low && value < high && Number.isInteger(value)))
        throw inconsistent(`The entry ${name} holds ${value}, outside of ${low} to ${high - 1}.`, this.place(name));
    }
  }

  place(name: string): { file: string; at: string; hint: string } {
    return { file: this.file, at: `entry ${name}`, hint: 'Open an earlier copy of the study.' };
  }
}
