import { LimpidError, toPlainError } from '#/base/errors';
import type { DroppedFile, ImportDraft } from '#/formats/draft';
import { readDrop } from '#/formats/import-doctor';
import { sha256 } from '#/formats/study/sha256';
import type { DraftMessage, ParseApi } from '#/workers/contract';

/** Reads dropped files and posts the draft on `port`; nothing is kept. A failure is a message too, so that the receiver never waits in vain. */
export const parseFiles: ParseApi['parse'] = async (files, port, onProgress) => {
  try {
    const dropped: DroppedFile[] = [];
    const hashes: string[] = [];
    for (const { path, file } of files) {
      const bytes = new Uint8Array(await file.arrayBuffer());
      hashes.push(await sha256(bytes));
      dropped.push({ path, bytes });
    }
    post(port, await readDrop(dropped, onProgress));
    const [only] = hashes;
    const hash = only !== undefined && hashes.length === 1 ? only : await sha256(new TextEncoder().encode(hashes.sort().join('\n')));
    return { hash };
  } catch (error) {
    fail(port, error);
    throw error;
  }
};

/** Fetches from the own site; anything else is refused before a request is made. */
export const parseUrl: ParseApi['fetch'] = async (url, port, onProgress) => {
  try {
    const target = new URL(url, location.href);
    if (target.origin !== location.origin) {
      throw new LimpidError({
        tag: 'BadRequest',
        message: `${target.host} is another site: Limpid opens only files that lie beside it.`,
        hint: 'Download the file and drop it on the page.',
        place: { file: url },
      });
    }
    const response = await fetch(target);
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || type.startsWith('text/html')) {
      throw new LimpidError({
        tag: 'NotFound',
        message: `There is no file at ${target.pathname}${response.ok ? '' : ` (status ${response.status})`}.`,
        hint: 'Check the link, or drop the file itself.',
        place: { file: url },
      });
    }
    const bytes = await readAll(response, onProgress);
    post(port, await readDrop([{ path: decodeURIComponent(target.pathname.split('/').at(-1) ?? url), bytes }]));
  } catch (error) {
    fail(port, error);
    throw error;
  }
};

async function readAll(response: Response, onProgress: (done: number, total: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const total = Number(response.headers.get('content-length') ?? 0);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (!part?.value) break;
    parts.push(part.value);
    done += part.value.length;
    onProgress(done, Math.max(done, total));
  }
  const bytes = new Uint8Array(done);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function post(port: MessagePort, draft: ImportDraft): void {
  const message: DraftMessage = { kind: 'draft', draft };
  port.postMessage(message, transferables(draft));
  port.close();
}

function fail(port: MessagePort, error: unknown): void {
  const message: DraftMessage = { kind: 'failed', error: toPlainError(error) };
  port.postMessage(message);
  port.close();
}

/** Every buffer of the draft once: this worker ends after the drop, so nothing needs a copy. */
function transferables(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (Array.isArray(value)) {
    if (typeof value[0] === 'object') for (const item of value) transferables(item, found);
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) transferables(item, found);
  }
  return [...found];
}
