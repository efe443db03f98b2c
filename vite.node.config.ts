import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

/** Puts the tree kernels beside the compute thread, which reads them from there. */
const kernels: Plugin = {
  name: 'kernels',
  generateBundle() {
    for (const name of ['quadrature', 'tables']) {
      const source = readFileSync(new URL(`./build/kernels/${name}.wasm`, import.meta.url));
      this.emitFile({ type: 'asset', fileName: `kernels/${name}.wasm`, source });
    }
  },
};

/** The command line and its compute thread, for Node: dependencies stay in node_modules. */
export default defineConfig({
  resolve: {
    alias: {
      '#': fileURLToPath(new URL('./src', import.meta.url)),
      '#build': fileURLToPath(new URL('./build', import.meta.url)),
    },
  },
  plugins: [kernels],
  publicDir: false,
  build: {
    target: 'node20',
    outDir: 'dist-node',
    ssr: true,
    rolldownOptions: {
      input: { limpid: 'src/cli/limpid.ts', 'compute.thread': 'src/cli/compute.thread.ts' },
      output: { entryFileNames: '[name].js' },
    },
  },
});
