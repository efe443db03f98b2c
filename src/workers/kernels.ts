import quadrature from '#build/kernels/quadrature.wasm?url';
import tables from '#build/kernels/tables.wasm?url';
import { compileFrom, compileKernels } from '#/kernels/compile-kernels';

const addresses = { quadrature, tables };

/** The tree kernels, for lanes in the page's workers. */
export const loadKernels = (): ReturnType<typeof compileKernels> =>
  compileKernels((name) => compileFrom(new URL(addresses[name], import.meta.url).href));
