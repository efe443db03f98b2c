import { readFile } from 'node:fs/promises';
import { createThreadExecutor } from '#/cli/thread-executor';
import { createInProcessExecutor } from '#/engine/in-process-executor';
import { describeEngine, type ExpectedFixture, type FixtureReader } from '#/testing/engine-suite';

const golden = new URL('../formats/models/golden/', import.meta.url);

const read: FixtureReader = async (id) => {
  const folder = new URL(`${id}/`, golden);
  const bytes = async (name: string): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await readFile(new URL(name, folder)));
  return {
    files: [
      { path: 'model.onnx', bytes: await bytes('model.onnx') },
      { path: 'data.csv', bytes: await bytes('data.csv') },
    ],
    expected: JSON.parse(await readFile(new URL('expected.json', folder), 'utf8')) as ExpectedFixture,
  };
};

// `npm run build` makes the thread's entry.
const thread = new URL('../../dist-node/compute.thread.js', import.meta.url);

describeEngine('in process', [1], () => createInProcessExecutor(), read);
describeEngine('worker_threads', [1, 2, 4], (lanes) => createThreadExecutor(lanes, thread), read);
