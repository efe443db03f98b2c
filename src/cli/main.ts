import { isLimpidError } from '#/base/errors';
import { parseCall, type Command } from '#/cli/command';
import type { Console } from '#/cli/console';
import { explainCommand } from '#/cli/explain-command';
import { explainersCommand } from '#/cli/explainers-command';
import { curveCommand } from '#/cli/curve-command';
import { importanceCommand } from '#/cli/importance-command';
import { inspectCommand } from '#/cli/inspect-command';
import { predictCommand } from '#/cli/predict-command';
import { UsageError } from '#/cli/usage-error';
import { verifyCommand } from '#/cli/verify-command';

const COMMANDS: readonly Command[] = [
  inspectCommand,
  predictCommand,
  explainCommand,
  importanceCommand,
  curveCommand,
  verifyCommand,
  explainersCommand,
];

const HELP = `limpid COMMAND
  See through a tabular model, from the command line. Nothing leaves this machine.

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join('\n')}

\`limpid COMMAND --help\` says more. Exit codes: 0 done, 1 failed, 2 called wrongly.
`;

/** @param args - what stands after `limpid` @returns exit code: 0 done, 1 failed, 2 called wrongly */
export async function main(args: readonly string[], io: Console): Promise<number> {
  const [name, ...rest] = args;
  const command = COMMANDS.find((other) => other.name === name);
  if (command === undefined) {
    if (name === '--help' || name === '-h' || name === 'help') {
      io.out(HELP);
      return 0;
    }
    io.err(name === undefined ? HELP : `There is no command "${name}".\n\n${HELP}`);
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(command.help);
    return 0;
  }
  try {
    return await command.run(parseCall(rest, command.options), io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(`${error.message}\nSee: limpid ${command.name} --help\n`);
      return 2;
    }
    io.err(describeError(error));
    return 1;
  }
}

function describeError(error: unknown): string {
  if (!isLimpidError(error)) return `${error instanceof Error ? error.message : String(error)}\n`;
  const { message, hint, place, code } = error;
  const where = [place?.file, place?.at].filter((part) => part !== undefined).join(', ');
  return [
    `${message}${where === '' || message.includes(where) ? '' : ` (${where})`}`,
    ...(hint === undefined ? [] : [hint]),
    ...(code === undefined ? [] : code.split('\n').map((line) => `  ${line}`)),
  ]
    .join('\n')
    .concat('\n');
}
