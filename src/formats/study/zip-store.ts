/** Writing a zip whose entries are all stored: parts can be read by byte range and numpy opens it. */
import { crc32 } from '#/formats/crc32';
import { unsupported } from '#/formats/format-errors';

interface StoredEntry {
  /** ASCII. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const LOCAL_HEADER = 30;
/** 1980-01-01, so that the same study always gives the same bytes. */
const DOS_DATE = 0x21;

/**
 * Positions of the entries' data when they follow one another, counted from `start`, the first byte after the
 * data of the entry before them.
 */
export function relativeOffsets(entries: readonly { readonly name: string; readonly length: number }[]): readonly number[] {
  let at = 0;
  return entries.map(({ name, length }) => {
    const offset = at + LOCAL_HEADER + name.length;
    at = offset + length;
    return offset;
  });
}

/** @throws LimpidError `UnsupportedFile` above 4 GB or 65,534 entries, where zip64 would be needed */
export function writeStoredZip(entries: readonly StoredEntry[]): Uint8Array<ArrayBuffer> {
  const nameBytes = entries.reduce((sum, entry) => sum + entry.name.length, 0);
  const dataBytes = entries.reduce((sum, entry) => sum + entry.bytes.length, 0);
  const total = entries.length * (LOCAL_HEADER + 46) + 2 * nameBytes + dataBytes + 22;
  if (total >= 0xffffffff || entries.length >= 0xffff) {
    throw unsupported('The study is larger than 4 GB and does not fit into one file.', {
      hint: 'Remove explanations that you do not need.',
    });
  }
  const zip = new Uint8Array(total);
  const view = new DataView(zip.buffer);
  const encoder = new TextEncoder();
  const heads: { readonly offset: number; readonly crc: number }[] = [];
  let at = 0;
  for (const entry of entries) {
    const crc = crc32(entry.bytes);
    heads.push({ offset: at, crc });
    view.setUint32(at, 0x04034b50, true);
    writeCommon(view, at + 4, entry, crc);
    zip.set(encoder.encode(entry.name), at + LOCAL_HEADER);
    zip.set(entry.bytes, at + LOCAL_HEADER + entry.name.length);
    at += LOCAL_HEADER + entry.name.length + entry.bytes.length;
  }
  const directory = at;
  for (const [i, entry] of entries.entries()) {
    const { offset, crc } = heads[i]!;
    view.setUint32(at, 0x02014b50, true);
    view.setUint16(at + 4, 20, true);
    writeCommon(view, at + 6, entry, crc);
    view.setUint32(at + 42, offset, true);
    zip.set(encoder.encode(entry.name), at + 46);
    at += 46 + entry.name.length;
  }
  view.setUint32(at, 0x06054b50, true);
  view.setUint16(at + 8, entries.length, true);
  view.setUint16(at + 10, entries.length, true);
  view.setUint32(at + 12, at - directory, true);
  view.setUint32(at + 16, directory, true);
  return zip;
}

/** The fields that local and central headers share: version 2.0, no flags, stored, date, CRC, both sizes, name length. */
function writeCommon(view: DataView, at: number, entry: StoredEntry, crc: number): void {
  view.setUint16(at, 20, true);
  view.setUint16(at + 8, DOS_DATE, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, entry.bytes.length, true);
  view.setUint32(at + 18, entry.bytes.length, true);
  view.setUint16(at + 22, entry.name.length, true);
}
