import { readFile } from 'node:fs/promises';
import { compileKernels } from '#/kernels/compile-kernels';
import { createOurs } from './ours';
import type { LaneRequest } from './protocol';

// node node-lane.child.js FOLDER: a process of its own, so that CPU time and memory are those of explaining.
const folder = process.argv[2] ?? '.bench';
const read = async (file: string): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await readFile(`${folder}/${file}`));
const ours = createOurs({
  read,
  kernels: await compileKernels(async (name) => WebAssembly.compile(await readFile(`build/kernels/${name}.wasm`))),
  ort: {},
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  collectGarbage: () => globalThis.gc?.(),
});

process.on('message', (request: LaneRequest) => {
  ours(request).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.send?.({ ready: true });
