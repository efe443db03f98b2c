import { chromium } from 'playwright';

/** As root and offline Chromium needs these; they change nothing that a page can see. */
export const browserFlags: readonly string[] = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** CHROMIUM_PATH wins; else Playwright's own browser (undefined) where installed; else a system one. */
export function findChromium(exists: (path: string) => boolean): string | undefined {
  const wanted = process.env.CHROMIUM_PATH;
  if (wanted) return wanted;
  if (exists(chromium.executablePath())) return undefined;
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => exists(path));
}

/** A WebGPU adapter computed by the processor: slow, but right. */
export const softwareGpuFlags: readonly string[] = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
