/**
 * Reading zip archives. The directory is read first, so that claimed sizes, paths and kinds are judged before a
 * byte is unpacked; fflate only inflates single entries into buffers of the size that was judged.
 */
import { inflateSync } from 'fflate';
import type { PlainError } from '#/base/errors';
import { toPlainError } from '#/base/errors';
import { crc32 } from '#/formats/crc32';
import type { DroppedFile } from '#/formats/draft';
import { unreadable, unsupported } from '#/formats/format-errors';

const MAX_ENTRIES = 20_000;
const MAX_ENTRY_BYTES = 1024 ** 3;
const MAX_TOTAL_BYTES = 2 * 1024 ** 3;
/** Deflate cannot do better than 1032:1, so a larger claim is a lie. */
const MAX_RATIO = 1040;

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Position of the local header. */
  readonly offset: number;
  readonly encrypted: boolean;
}

export function looksLikeZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function findEnd(bytes: Uint8Array, view: DataView): number {
  const lowest = Math.max(0, bytes.length - 22 - 65535);
  for (let at = bytes.length - 22; at >= lowest; at--) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  return -1;
}

/**
 * Entries in directory order, folders left out.
 * @throws LimpidError `UnreadableFile` (cut off, damaged) | `UnsupportedFile` (zip64, too many entries)
 */
export function listZip(bytes: Uint8Array, file: string): readonly ZipEntry[] {
  const view = viewOf(bytes);
  const end = findEnd(bytes, view);
  if (end < 0) {
    throw unreadable('The archive has no directory at its end.', {
      file,
      at: `byte ${bytes.length}`,
      hint: 'The file looks cut off: copy or download it again.',
    });
  }
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (at === 0xffffffff || count === 0xffff) {
    throw unsupported('The archive uses zip64 (over 4 GB or 65,535 entries).', { file, hint: 'Drop the folder or single files instead.' });
  }
  if (count > MAX_ENTRIES) throw unsupported(`The archive has ${count} entries; up to ${MAX_ENTRIES} are read.`, { file });
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) {
      throw unreadable('The directory of the archive is damaged.', { file, at: `byte ${at}`, hint: 'Copy or download the file again.' });
    }
    const nameLength = view.getUint16(at + 28, true);
    const nameBytes = bytes.subarray(at + 46, at + 46 + nameLength);
    const name = new TextDecoder('utf-8').decode(nameBytes).replaceAll('\\', '/');
    const entry: ZipEntry = {
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      compressedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
    };
    if (!name.endsWith('/')) entries.push(entry);
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** Where the entry's data starts; the local header's own lengths count, they may differ from the directory's. */
export function zipDataStart(bytes: Uint8Array, entry: ZipEntry, file: string): number {
  const view = viewOf(bytes);
  if (entry.offset + 30 > bytes.length || view.getUint32(entry.offset, true) !== 0x04034b50) {
    throw unreadable(`The entry ${entry.name} is damaged.`, { file, at: `byte ${entry.offset}`, hint: 'Copy or download the file again.' });
  }
  return entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
}

/**
 * One entry's bytes, checked against its CRC; an own buffer.
 * @throws LimpidError `UnreadableFile` naming the entry | `UnsupportedFile` (encrypted, unknown method, too large)
 */
export function readZipEntry(bytes: Uint8Array, entry: ZipEntry, file: string): Uint8Array<ArrayBuffer> {
  const start = zipDataStart(bytes, entry, file);
  const place = { file, at: `entry ${entry.name}` };
  if (entry.encrypted) throw unsupported('The entry is encrypted.', { ...place, hint: 'Unpack the archive with its password first.' });
  if (start + entry.compressedSize > bytes.length) {
    throw unreadable('The entry reaches beyond the end of the archive.', { ...place, hint: 'Copy or download the file again.' });
  }
  if (entry.size > MAX_ENTRY_BYTES || (entry.size > 65536 && entry.size > entry.compressedSize * MAX_RATIO)) {
    throw unsupported(`The entry claims to unpack to ${Math.round(entry.size / 1048576)} MB, which is refused.`, place);
  }
  const packed = bytes.subarray(start, start + entry.compressedSize);
  const data = unpack(packed, entry, place);
  if (data.length !== entry.size || crc32(data) !== entry.crc) {
    throw unreadable('The entry is damaged: its checksum does not match.', { ...place, hint: 'Copy or download the file again.' });
  }
  return data;
}

function unpack(packed: Uint8Array, entry: ZipEntry, place: { file: string; at: string }): Uint8Array<ArrayBuffer> {
  if (entry.method === 0) return new Uint8Array(packed);
  if (entry.method !== 8) throw unsupported(`The entry is packed with method ${entry.method}; only stored and deflate are read.`, place);
  try {
    const out = new Uint8Array(entry.size);
    return inflateSync(packed, { out }).length === entry.size ? out : out.subarray(0, 0);
  } catch (cause) {
    throw unreadable('The entry cannot be unpacked.', { ...place, hint: 'Copy or download the file again.', cause });
  }
}

/** A path that stays inside the archive's own folder; null for `..`, absolute paths, drives and control characters. */
export function safeEntryPath(name: string): string | null {
  if (name.startsWith('/') || /^[a-zA-Z]:/.test(name) || /[\u0000-\u001f]/.test(name)) return null;
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? null : parts.join('/');
}

interface UnpackedArchive {
  readonly files: readonly DroppedFile[];
  /** Entries that were refused or are damaged; the others still open. */
  readonly refused: readonly { readonly path: string; readonly bytes: number; readonly error: PlainError }[];
}

/**
 * Unpacks a zip into files named `archive.zip/folder/file`, so that every item of the card is found again.
 * @throws LimpidError when the directory itself is damaged or claims more than the limits
 */
export function unpackZip(bytes: Uint8Array, path: string): UnpackedArchive {
  const entries = listZip(bytes, path).filter((entry) => !/(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$)/.test(entry.name));
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total > MAX_TOTAL_BYTES) {
    throw unsupported(`The archive claims to unpack to ${Math.round(total / 1048576)} MB, which is refused.`, {
      file: path,
      hint: 'Drop the files that you need instead.',
    });
  }
  const files: DroppedFile[] = [];
  const refused: { path: string; bytes: number; error: PlainError }[] = [];
  for (const entry of entries) {
    const inside = safeEntryPath(entry.name);
    try {
      if (inside === null) throw unreadable('The entry points outside of the archive.', { file: path, at: `entry ${entry.name}` });
      files.push({ path: `${path}/${inside}`, bytes: readZipEntry(bytes, entry, path) });
    } catch (error) {
      refused.push({ path: `${path}/${inside ?? entry.name}`, bytes: entry.size, error: toPlainError(error) });
    }
  }
  return { files, refused };
}
