import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { browserFlags, findChromium, softwareGpuFlags } from './scripts/chromium.ts';

const executablePath = findChromium(existsSync);
const alias = {
  '#': fileURLToPath(new URL('./src', import.meta.url)),
  '#build': fileURLToPath(new URL('./build', import.meta.url)),
};

function inBrowser(name: string, include: string, flags: readonly string[]): TestProjectConfiguration {
  const launchOptions = { ...(executablePath === undefined ? {} : { executablePath }), args: [...flags] };
  return {
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
      name,
      include: [include],
      testTimeout: 60_000,
      browser: {
        enabled: true,
        headless: true,
        provider: playwright({ launchOptions }),
        instances: [{ browser: 'chromium' }],
        screenshotFailures: false,
      },
    },
  };
}

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
          exclude: ['src/**/*.{browser,webgpu}.test.ts'],
          testTimeout: 60_000,
        },
      },
      inBrowser('browser', 'src/**/*.browser.test.{ts,tsx}', browserFlags),
      // Apart: other tests see a browser without a GPU, as most machines of CI are.
      inBrowser('webgpu', 'src/**/*.webgpu.test.ts', [...browserFlags, ...softwareGpuFlags]),
    ],
  },
});
