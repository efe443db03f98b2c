import type { LaneAnswer, LaneRequest } from './protocol';

const worker = new Worker(new URL('./lane.worker.ts', import.meta.url), { type: 'module' });

/** Called by chromium-lane.ts; one request at a time. */
(globalThis as unknown as { ask: (request: LaneRequest) => Promise<LaneAnswer> }).ask = (request) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ answer: LaneAnswer } | { error: string }>) => {
      if ('error' in data) reject(new Error(data.error));
      else resolve(data.answer);
    };
    worker.postMessage(request);
  });
document.title = 'ready';
