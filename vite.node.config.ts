import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The command line and its compute thread, for Node: dependencies stay in node_modules. */
export default defineConfig({
  resolve: { alias: { '#': fileURLToPath(new URL('./src', import.meta.url)) } },
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
