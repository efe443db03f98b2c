import { expect, it } from 'vitest';

/** Rooms that the command line uses as they are: no page, no worker global may be needed to load them. */
const modules = import.meta.glob([
  '/src/{base,domain,math,trees,onnx,formats,inference,explainers,queries,storage,engine,text,charts,cli}/**/*.ts',
  '!/src/**/*.{test,bench,thread}.ts',
  '!/src/**/*.d.ts',
  '!/src/cli/limpid.ts',
]);

it('every room below the page loads in plain Node', async () => {
  expect(typeof document).toBe('undefined');
  const names = Object.keys(modules);
  expect(names.length).toBeGreaterThan(150);
  for (const name of names) await expect(modules[name]!(), name).resolves.toBeTypeOf('object');
});
