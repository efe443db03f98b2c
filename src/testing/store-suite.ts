import { describe, expect, it } from 'vitest';
import type { Store } from '#/storage/store';

const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);

/** What every store must do; run over memory, OPFS and a Node folder. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`store: ${name}`, () => {
    it('reads back what was written, and null for what never was', async () => {
      const store = await open();
      await store.write('a', 'x', bytes(1, 2, 3));
      expect(await store.read('a', 'x')).toEqual(bytes(1, 2, 3));
      expect(await store.read('a', 'y')).toBeNull();
      expect(await store.read('b', 'x')).toBeNull();
    });

    it('replaces an entry whole, shorter ones too', async () => {
      const store = await open();
      await store.write('a', 'x', bytes(1, 2, 3));
      await store.write('a', 'x', bytes(9));
      expect(await store.read('a', 'x')).toEqual(bytes(9));
    });

    it('keeps its own copy of the bytes', async () => {
      const store = await open();
      const given = bytes(1, 2);
      await store.write('a', 'x', given);
      given[0] = 7;
      expect(await store.read('a', 'x')).toEqual(bytes(1, 2));
    });

    it('lists folders and names, any text included', async () => {
      const store = await open();
      await store.write('study:ä/..', 'table/0.npy', bytes(1));
      await store.write('study:ä/..', '../up', bytes(2));
      expect(await store.folders()).toContain('study:ä/..');
      expect([...(await store.names('study:ä/..'))].sort()).toEqual(['../up', 'table/0.npy']);
      expect(await store.names('nowhere')).toEqual([]);
    });

    it('removes entries and folders, and does not mind when they are not there', async () => {
      const store = await open();
      await store.write('gone', 'x', bytes(1));
      await store.write('gone', 'y', bytes(1));
      await store.remove('gone', 'x');
      await store.remove('gone', 'x');
      expect(await store.names('gone')).toEqual(['y']);
      await store.removeFolder('gone');
      await store.removeFolder('gone');
      expect(await store.read('gone', 'y')).toBeNull();
      expect(await store.folders()).not.toContain('gone');
    });
  });
}
