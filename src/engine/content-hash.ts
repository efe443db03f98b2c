import { sha256 } from '#/formats/study/sha256';

/** SHA-256 (hex) of parts with their lengths, so that borders count: names jobs, models and backgrounds by content. */
export async function hashParts(parts: readonly (string | Uint8Array | Float64Array | Int32Array)[]): Promise<string> {
  const encoder = new TextEncoder();
  const digests = await Promise.all(
    parts.map((part) =>
      sha256(typeof part === 'string' ? encoder.encode(part) : new Uint8Array(part.buffer, part.byteOffset, part.byteLength).slice()),
    ),
  );
  return sha256(encoder.encode(digests.join('\n')));
}
