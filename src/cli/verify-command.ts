import { readFile } from 'node:fs/promises';
import type { Command } from '#/cli/command';
import { createProgress } from '#/cli/progress';
import { createThreadExecutor } from '#/cli/thread-executor';
import { UsageError } from '#/cli/usage-error';
import { verifyStudy } from '#/cli/verify';
import { lanesOf } from '#/cli/with-engine';
import { LimpidError } from '#/base/errors';
import { readLimpid } from '#/formats/study/read-limpid';

const HELP = `limpid verify FILE.limpid [--json] [--lanes N]
  Computes a saved study's predictions and explanations again and prints the largest relative differences.

  --json      print JSON
  --lanes N   threads (default: one less than the processor has)
  --help      this text

Examples
  limpid verify study.limpid
`;

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Computes a saved study again and compares.',
  help: HELP,
  options: { json: { type: 'boolean' }, lanes: { type: 'string' } },
  async run(call, io) {
    const [file, ...more] = call.files;
    if (file === undefined || more.length > 0) throw new UsageError('One .limpid file is expected.');
    const study = await readLimpid(await bytesOf(file), file);
    const progress = createProgress(io);
    const executor = createThreadExecutor(lanesOf(call), io.threadEntry);
    const results = await verifyStudy(study, executor, progress.onEvent).finally(progress.end);
    if (call.flag('json')) io.out(`${JSON.stringify(results)}\n`);
    else
      for (const { what, relative, compared } of results)
        io.out(`${what}: ${relative.toExponential(2)} of the largest, over ${compared} numbers\n`);
    return 0;
  },
};

async function bytesOf(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    throw new LimpidError({ tag: 'NotFound', message: `${file} cannot be read.`, hint: 'Check the path.', place: { file } }, error);
  }
}
