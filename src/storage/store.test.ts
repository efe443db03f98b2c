import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore } from '#/storage/memory-store';
import { createNodeFolderStore } from '#/storage/node-folder-store';
import { describeStore } from '#/testing/store-suite';

describeStore('memory', () => Promise.resolve(createMemoryStore()));
describeStore('Node folder', async () => createNodeFolderStore(await mkdtemp(join(tmpdir(), 'limpid-store-'))));
