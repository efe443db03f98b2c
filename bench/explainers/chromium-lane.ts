import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright';
// eslint-disable-next-line no-restricted-imports -- scripts/ has no alias
import { browserFlags, findChromium } from '../../scripts/chromium.ts';
// eslint-disable-next-line no-restricted-imports -- scripts/ has no alias
import { productionHeaders } from '../../scripts/headers.ts';
import { residentBytes, watchPeak } from './process-memory';
import type { Lane, LaneAnswer, LaneRequest } from './protocol';

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/**
 * Our code in a worker of headless Chromium, served with the headers of production. Null when no browser starts.
 * @param base - where the build lies
 * @param folder - where models and rows lie
 */
export async function openChromiumLane(base: string, folder: string): Promise<Lane | null> {
  const executablePath = findChromium(existsSync);
  const browser = await chromium
    .launch({ ...(executablePath === undefined ? {} : { executablePath }), args: [...browserFlags, '--js-flags=--expose-gc'] })
    .catch(() => null);
  if (browser === null) return null;
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const type = TYPES[extname(path)];
    readFile(type === undefined ? join(folder, path) : join(base, 'build/page', path)).then(
      (bytes) => response.writeHead(200, { ...productionHeaders, 'Content-Type': type ?? 'application/octet-stream' }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
  await page.waitForFunction(() => document.title === 'ready');
  const session = await browser.newBrowserCDPSession();
  const renderers = async (): Promise<number[]> =>
    (await session.send('SystemInfo.getProcessInfo')).processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  return {
    name: 'Chromium',
    version: browser.version(),
    async ask(request) {
      const pids = await renderers();
      const before = cpuMilliseconds(pids);
      const answer = await page.evaluate(
        (given) => (globalThis as unknown as { ask: (request: LaneRequest) => Promise<LaneAnswer> }).ask(given),
        request,
      );
      return { ...answer, cpu: (cpuMilliseconds(pids) - before) / Math.max(1, answer.runs) };
    },
    async resetPeak() {
      const sized = (await renderers()).map((pid) => ({ pid, bytes: residentBytes(pid) }));
      const largest = sized.sort((a, b) => b.bytes - a.bytes)[0];
      return largest === undefined ? null : watchPeak(largest.pid);
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** CPU time of all threads of some processes, to the nanosecond (Linux); NaN elsewhere. */
function cpuMilliseconds(pids: readonly number[]): number {
  try {
    let nanoseconds = 0;
    for (const pid of pids)
      for (const thread of readdirSync(`/proc/${pid}/task`))
        nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    return nanoseconds / 1e6;
  } catch {
    return NaN;
  }
}
