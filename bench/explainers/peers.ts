import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface PeerAnswer {
  /** Wall and CPU microseconds a row. */
  readonly us: number;
  readonly cpu: number;
  readonly precision?: number;
  readonly coverage?: number;
}

export interface PeerRequest {
  readonly peer: string;
  readonly model: string;
  readonly rows: number;
  readonly seed?: number;
  readonly save?: string;
}

/** A Python process that answers JSON lines. */
export interface Peers {
  readonly versions: Readonly<Record<string, string>>;
  ask(request: PeerRequest): Promise<PeerAnswer | { readonly missing: string }>;
  close(): void;
}

interface Python {
  readonly uv: readonly string[];
  /** By minor version: where pyenv has it. */
  readonly pythons: ReadonlyMap<string, string>;
}

/** `uv` on PATH (or in UV), else as a module of python3; and pyenv's Pythons, for where uv cannot fetch its own. Null: neither. */
export function findPython(): Python | null {
  const candidates = [[process.env.UV ?? 'uv'], ['python3', '-m', 'uv'], ['python', '-m', 'uv']];
  const uv = candidates.find((command) => outputOf([...command, '--version']) !== null);
  if (uv === undefined) return null;
  const pythons = new Map<string, string>();
  for (const version of ['3.10', '3.11', '3.12']) {
    const prefix = outputOf(['pyenv', 'prefix', version]);
    if (prefix !== null) pythons.set(version, `${prefix}/bin/python`);
  }
  return { uv, pythons };
}

/** Null when the command does not exist or fails. */
function outputOf([command, ...args]: readonly string[]): string | null {
  const { status, stdout } = spawnSync(command ?? '', args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

function commandOf({ uv, pythons }: Python, script: string, version: string, args: readonly string[]): readonly [string, string[]] {
  const [command, ...rest] = uv;
  return [command!, [...rest, 'run', '--python', pythons.get(version) ?? version, script, ...args]];
}

/** Builds models and rows once. */
export function makeModels(python: Python, folder: string): void {
  const [command, args] = commandOf(python, 'reference/peers.py', '3.12', ['make', folder]);
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** @returns null when the environment cannot be made: those peers are absent, and the rest goes on */
export async function openPeers(python: Python, script: string, version: string, folder: string): Promise<Peers | null> {
  const [command, args] = commandOf(python, script, version, ['serve', folder]);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    for (;;) {
      const line = await lines.next();
      if (line.done === true) return null;
      // Libraries may print; answers are JSON objects.
      const text: string = line.value;
      if (text.startsWith('{')) return JSON.parse(text);
    }
  };
  const hello = (await next()) as { versions: Record<string, string> } | null;
  if (hello === null) return null;
  return {
    versions: hello.versions,
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = (await next()) as PeerAnswer | { missing: string } | null;
      return answer ?? { missing: 'the process ended' };
    },
    close: () => child.stdin.end(),
  };
}
