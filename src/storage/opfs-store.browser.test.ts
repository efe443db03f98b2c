import { expect, it } from 'vitest';
import { openOpfsStore } from '#/storage/opfs-store';
import type { Store } from '#/storage/store';
import { describeStore } from '#/testing/store-suite';

async function emptyStore(): Promise<Store> {
  const store = await openOpfsStore();
  if (store === null) throw new Error('this browser has no origin-private file system');
  for (const folder of await store.folders()) await store.removeFolder(folder);
  return store;
}

describeStore('OPFS', emptyStore);

it('says that it keeps studies on this device', async () => {
  expect((await emptyStore()).persistent).toBe(true);
});
