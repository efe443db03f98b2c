import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { browserFlags, findChromium } from './scripts/chromium.ts';

const executablePath = findChromium(existsSync);
const launchOptions = { ...(executablePath === undefined ? {} : { executablePath }), args: [...browserFlags] };
const alias = {
  '#': fileURLToPath(new URL('./src', import.meta.url)),
  '#build': fileURLToPath(new URL('./build', import.meta.url)),
};

export default defineConfig({
  resolve: { alias },
  test: {
    globalSetup: './scripts/build-kernels.mjs',
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: ['src/**/*.test.ts'],
          exclude: ['src/**/*.browser.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        plugins: [react()],
        server: { headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } },
        optimizeDeps: {
          exclude: ['onnxruntime-web'],
          include: [
            'comlink',
            'fflate',
            'papaparse',
            'valibot',
            'onnx-buf',
            '@bufbuild/protobuf',
            'react',
            'react-dom/client',
            'react/jsx-dev-runtime',
          ],
        },
        test: {
          name: 'browser',
          include: ['src/**/*.browser.test.{ts,tsx}'],
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            provider: playwright({ launchOptions }),
            instances: [{ browser: 'chromium' }],
            screenshotFailures: false,
          },
        },
      },
    ],
  },
});
