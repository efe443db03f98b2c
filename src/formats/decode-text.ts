import { unreadable, unsupported } from '#/formats/format-errors';

/** Engines cap strings near 2^29 characters; refusing earlier gives a sentence instead of a crash. */
const MAX_TEXT_BYTES = 480 * 1024 * 1024;

interface DecodedText {
  /** Without byte order mark. */
  readonly text: string;
  /** `windows-1252` means the bytes were no UTF-8 and were read as what Excel writes. */
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
}

/**
 * Bytes as text: by byte order mark, else UTF-8, else Windows-1252 when the caller allows a guess.
 * @throws LimpidError `UnreadableFile` (no text in any of these) | `UnsupportedFile` (too long for one string)
 */
export function decodeText(bytes: Uint8Array, file: string, guessEncoding = false): DecodedText {
  if (bytes.length > MAX_TEXT_BYTES) {
    throw unsupported(`The text is ${Math.round(bytes.length / 1048576)} MB long; text files open up to 480 MB.`, {
      file,
      hint: 'Save a sample of the rows, or split the file.',
    });
  }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'utf-16le' };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes), encoding: 'utf-16be' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch (cause) {
    if (guessEncoding) return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
    throw unreadable('The bytes are not UTF-8 text.', { file, hint: 'Save the file again with UTF-8 encoding.', cause });
  }
}

/** The first bytes as text for sniffing; never throws, control bytes stay visible. */
export function peekText(bytes: Uint8Array, length = 4096): string {
  const head = bytes.subarray(0, length);
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le').decode(head.subarray(0, head.length & ~1));
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be').decode(head.subarray(0, head.length & ~1));
  return new TextDecoder('utf-8').decode(head);
}
