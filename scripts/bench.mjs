/**
 * The benches; nothing else should run beside them.
 *   npm run bench                  the page: first load, first chart, keystrokes (bench/page.bench.ts)
 *   npm run bench -- explainers    explainers here, in Node and Chromium, and in Python's libraries; writes docs/BENCHMARKS.md
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = '.bench';

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

async function buildExplainerBench() {
  run('node', ['scripts/build-kernels.mjs']);
  const common = {
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    resolve: { alias: { '#': `${root}src`, '#build': `${root}build` } },
  };
  await build({
    ...common,
    root,
    build: {
      target: 'node20',
      ssr: true,
      outDir: `${folder}/build/node`,
      emptyOutDir: true,
      rolldownOptions: {
        input: { run: 'bench/explainers/run.ts', 'node-lane.child': 'bench/explainers/node-lane.child.ts' },
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  await build({
    ...common,
    root: `${root}bench/explainers`,
    base: './',
    worker: { format: 'es' },
    build: {
      target: 'es2023',
      assetsInlineLimit: 0,
      outDir: `${root}${folder}/build/page`,
      emptyOutDir: true,
      chunkSizeWarningLimit: 4000,
    },
  });
}

const [which, ...rest] = process.argv.slice(2);
if (which === 'explainers') {
  await buildExplainerBench();
  run('node', [`${folder}/build/node/run.js`, folder, ...rest]);
} else {
  run('npm', ['run', 'build']);
  run('npx', ['playwright', 'test', '-c', 'bench/playwright.config.ts', ...process.argv.slice(2)]);
}
