import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, idle, test } from './fixtures';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

test('the landing page loads at most 200 kB of JS and CSS, and no runtime, parser, chart or explainer', async ({ page }) => {
  const loaded: { readonly name: string; readonly kB: number; readonly text: string }[] = [];
  const pending: Promise<void>[] = [];
  // Workers' scripts too: everything that is fetched before the page is idle.
  page.context().on('response', (response) => {
    const name = new URL(response.url()).pathname.split('/').at(-1) ?? '';
    if (!/\.(js|mjs|css|wasm)$/.test(name)) return;
    pending.push(
      response
        .body()
        .then((body) => void loaded.push({ name, kB: gzipSync(body, { level: 9 }).length / 1000, text: body.toString('latin1') })),
    );
  });
  await page.goto('./');
  await expect(page.getByRole('link', { name: 'Census income', exact: true })).toBeVisible();
  await idle(page);
  await Promise.all(pending);
  const total = loaded.reduce((sum, { kB }) => sum + kB, 0);
  expect(total, loaded.map(({ name, kB }) => `${name} ${kB.toFixed(1)}`).join(', ')).toBeLessThanOrEqual(200);
  expect(loaded.filter(({ name }) => name.endsWith('.wasm'))).toEqual([]);
  const onPage = loaded.filter(({ name }) => !name.includes('worker'));
  expect(onPage.length).toBeGreaterThan(0);
  for (const mark of ['InferenceSession', 'vega-lite', 'TreeEnsemble', 'coalition', 'papaparse']) {
    expect(
      onPage.filter(({ text }) => text.includes(mark)).map(({ name }) => name),
      mark,
    ).toEqual([]);
  }
});

test('the gallery stays under 6 MB and the build ships one runtime, the tree kernels, and apart from them the runtime for GPUs', () => {
  const size = (folder: string): number => readdirSync(folder).reduce((sum, name) => sum + statSync(`${folder}/${name}`).size, 0);
  expect(size(`${dist}gallery`)).toBeLessThan(6_000_000);
  const wasm = readdirSync(`${dist}assets`).filter((name) => name.endsWith('.wasm'));
  const kinds = wasm.map((name) => name.replace(/-[\w-]{8}\.wasm$/, '')).sort();
  expect(kinds).toEqual(['ort-wasm-simd-threaded', 'ort-wasm-simd-threaded.asyncify', 'quadrature', 'tables']);
  for (const name of wasm) expect(readFileSync(`${dist}assets/${name}`).subarray(0, 4)).toEqual(Buffer.from([0, 0x61, 0x73, 0x6d]));
});
