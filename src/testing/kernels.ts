import { readFile } from 'node:fs/promises';
import { compileKernels } from '#/kernels/compile-kernels';

/** The tree kernels in Node, as the global setup has built them. */
export const nodeKernels = (): ReturnType<typeof compileKernels> =>
  compileKernels(async (name) => WebAssembly.compile(await readFile(new URL(`../../build/kernels/${name}.wasm`, import.meta.url))));
