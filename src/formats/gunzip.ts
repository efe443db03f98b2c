import { Gunzip } from 'fflate';
import { unreadable, unsupported } from '#/formats/format-errors';

const MAX_BYTES = 1024 ** 3;

/**
 * Unpacks gzip in pieces, so that nothing is allocated on the file's word.
 * @throws LimpidError `UnreadableFile` (damaged, cut off) | `UnsupportedFile` (over 1 GB)
 */
export function gunzipBounded(bytes: Uint8Array, file: string): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  const ends: boolean[] = [];
  const stream = new Gunzip((piece, final) => {
    pieces.push(piece);
    total += piece.length;
    if (final) ends.push(final);
    if (total > MAX_BYTES) throw unsupported('The file unpacks to more than 1 GB.', { file, hint: 'Save a sample of the rows.' });
  });
  try {
    for (let at = 0; at < bytes.length; at += 65536) stream.push(bytes.subarray(at, at + 65536), at + 65536 >= bytes.length);
  } catch (cause) {
    if (total > MAX_BYTES) throw cause;
    throw unreadable('The gzip file is damaged.', { file, hint: 'Copy or download it again.', cause });
  }
  if (ends.length === 0)
    throw unreadable('The gzip file is cut off.', { file, at: `byte ${bytes.length}`, hint: 'Copy or download it again.' });
  const all = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
