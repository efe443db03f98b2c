/**
 * Compiles src/kernels/assembly to build/kernels/*.wasm where that is missing or older than its sources.
 *   node scripts/build-kernels.mjs
 * Also the global setup of the unit tests.
 */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join('src', 'kernels', 'assembly');
const target = join('build', 'kernels');
const kernels = ['quadrature', 'tables'];
const options = [
  '--optimizeLevel',
  '3',
  '--shrinkLevel',
  '0',
  '--converge',
  '--noAssert',
  '--runtime',
  'stub',
  '--uncheckedBehavior',
  'always',
];
// Vectors pass between functions of a module only: no embedding sees them.
const features = ['--enable', 'simd', '--enable', 'bulk-memory', '--disableWarning', '112', '--use', 'abort='];

async function changedAt(path) {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => -Infinity,
  );
}

async function isStale() {
  const files = (await readdir(join(root, sources))).filter((name) => name.endsWith('.ts')).map((name) => join(root, sources, name));
  const newest = Math.max(...(await Promise.all([...files, fileURLToPath(import.meta.url)].map(changedAt))));
  const oldest = Math.min(...(await Promise.all(kernels.map((name) => changedAt(join(root, target, `${name}.wasm`))))));
  return oldest < newest;
}

/** Vitest calls it by this name. */
export async function setup() {
  if (!(await isStale())) return;
  await mkdir(join(root, target), { recursive: true });
  for (const name of kernels) {
    const { error, stderr } = await asc.main(
      [`${sources}/${name}.ts`, '--baseDir', root, '-o', `${target}/${name}.wasm`, ...options, ...features],
      {},
    );
    if (error) throw new Error(`${name}: ${error.message}\n${stderr.toString()}`);
    if (stderr.toString() !== '') console.warn(stderr.toString());
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setup();
