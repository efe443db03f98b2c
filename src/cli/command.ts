import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';
import type { Console } from '#/cli/console';
import { UsageError } from '#/cli/usage-error';

/** One word after `limpid`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints, with examples. */
  readonly help: string;
  readonly options: Options;
  /** @returns exit code @throws UsageError | LimpidError */
  run(call: Call, io: Console): Promise<number>;
}

type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: boolean }>>;

/** A parsed command line. */
export interface Call {
  readonly files: readonly string[];
  /** A given value, undefined without. */
  text(option: string): string | undefined;
  /** @throws UsageError without it */
  needed(option: string): string;
  all(option: string): readonly string[];
  flag(option: string): boolean;
  /** A whole number of at least `least`. @throws UsageError */
  count(option: string, fallback: number, least: number): number;
}

/** @param args - what stands after the command's name @throws UsageError for unknown options and missing values */
export function parseCall(args: readonly string[], options: Options): Call {
  const config: ParseArgsConfig = { args: [...args], options, allowPositionals: true, strict: true };
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? firstSentence(error.message) : String(error));
  }
  const all = (option: string): readonly string[] => {
    const value = parsed.values[option];
    return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [];
  };
  const text = (option: string): string | undefined => all(option)[0];
  return {
    files: parsed.positionals,
    text,
    all,
    flag: (option) => parsed.values[option] === true,
    needed: (option) => {
      const value = text(option);
      if (value === undefined || value === '') throw new UsageError(`--${option} is missing.`);
      return value;
    },
    count: (option, fallback, least) => {
      const value = text(option);
      if (value === undefined) return fallback;
      if (!/^\d+$/.test(value) || Number(value) < least || !Number.isSafeInteger(Number(value)))
        throw new UsageError(`--${option} takes a whole number of at least ${least}, not "${value}".`);
      return Number(value);
    },
  };
}

function firstSentence(message: string): string {
  return /^.*?\.(?= |$)/.exec(message)?.[0] ?? message;
}
