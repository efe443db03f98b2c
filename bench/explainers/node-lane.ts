import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Lane, LaneAnswer } from './protocol';
import { watchPeak } from './process-memory';

/**
 * Our code in a Node process of its own.
 * @param base - where the build lies
 * @param folder - where models and rows lie
 */
export async function openNodeLane(base: string, folder: string): Promise<Lane> {
  const child = fork(`${base}/build/node/node-lane.child.js`, [folder], { execArgv: ['--expose-gc'] });
  const ended = new Promise<never>((_, reject) => child.once('exit', (code) => reject(new Error(`The Node lane ended with ${code}.`))));
  // Nobody may wait when it ends.
  ended.catch(() => undefined);
  const reply = async (): Promise<unknown> => ((await Promise.race([once(child, 'message'), ended])) as [unknown])[0];
  await reply();
  return {
    name: 'Node',
    version: process.version.slice(1),
    async ask(request) {
      child.send(request);
      const message = (await reply()) as { answer: LaneAnswer } | { error: string };
      if ('error' in message) throw new Error(message.error);
      return message.answer;
    },
    resetPeak: () => Promise.resolve(watchPeak(child.pid ?? 0)),
    async close() {
      child.kill();
      await ended.catch(() => undefined);
    },
  };
}
