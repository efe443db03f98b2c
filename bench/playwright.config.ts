import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';
import { browserFlags, findChromium } from '../scripts/chromium.ts';

const executablePath = findChromium(existsSync);
const port = 4283;

/** `npm run bench`: one worker, nothing beside it, the built page with its production headers. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.bench.ts',
  outputDir: '../test-results/bench',
  timeout: 300_000,
  workers: 1,
  reporter: [['./table-reporter.ts']],
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    viewport: { width: 1440, height: 900 },
    launchOptions: { ...(executablePath === undefined ? {} : { executablePath }), args: [...browserFlags] },
  },
  webServer: {
    command: `npx vite preview --host 127.0.0.1 --port ${port} --strictPort`,
    cwd: '..',
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
  },
});
