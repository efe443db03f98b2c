#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { isLimpidError } from '#/base/errors';
import { createThreadExecutor } from '#/cli/thread-executor';
import { verifyStudy } from '#/cli/verify';
import { readLimpid } from '#/formats/study/read-limpid';

const HELP = `limpid verify FILE.limpid
  Computes a saved study's predictions and explanations again and prints the largest relative differences.

  --json     print JSON
  --help     this text
`;

async function main(args: readonly string[]): Promise<number> {
  const [command, file] = args.filter((arg) => !arg.startsWith('--'));
  if (command !== 'verify' || file === undefined || args.includes('--help')) {
    process.stdout.write(HELP);
    return args.includes('--help') ? 0 : 2;
  }
  const study = await readLimpid(new Uint8Array(await readFile(file)), file);
  const lanes = Math.max(1, availableParallelism() - 1);
  const results = await verifyStudy(study, createThreadExecutor(lanes, new URL('./compute.thread.js', import.meta.url)));
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify(results)}\n`);
  else
    for (const { what, relative, compared } of results)
      process.stdout.write(`${what}: ${relative.toExponential(2)} of the largest, over ${compared} numbers\n`);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(isLimpidError(error) ? `${error.message} ${error.hint ?? ''}\n` : `${String(error)}\n`);
  process.exitCode = 1;
}
