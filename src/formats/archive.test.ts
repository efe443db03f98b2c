import { gzipSync, strToU8, zipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLimpidError } from '#/base/errors';
import { listZip, looksLikeZip, safeEntryPath, unpackZip } from '#/formats/archive';
import { gunzipBounded } from '#/formats/gunzip';
import { unpackDrop } from '#/formats/unpack-drop';

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(strToU8(text));
const zip = (entries: Record<string, string>): Uint8Array<ArrayBuffer> =>
  new Uint8Array(zipSync(Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, strToU8(text)]))));

describe('unpackZip', () => {
  it('keeps nested folders and leaves system files out', () => {
    const { files, refused } = unpackZip(
      zip({ 'a/b/x.csv': 'x', 'y.json': '{}', '__MACOSX/a/._x': 'no', 'a/.DS_Store': 'no' }),
      'drop.zip',
    );
    expect(files.map((file) => file.path)).toEqual(['drop.zip/a/b/x.csv', 'drop.zip/y.json']);
    expect(refused).toEqual([]);
  });

  it('refuses paths that leave the archive, and still opens the rest', () => {
    const { files, refused } = unpackZip(
      zip({ '../evil.csv': 'x', '/etc/passwd': 'x', 'C:/x': 'x', 'a/../../b': 'x', 'good.csv': 'a,b' }),
      'drop.zip',
    );
    expect(files.map((file) => file.path)).toEqual(['drop.zip/good.csv']);
    expect(refused).toHaveLength(4);
    expect(refused.every(({ error }) => error.tag === 'UnreadableFile')).toBe(true);
    expect(safeEntryPath('a\u0000b')).toBeNull();
    expect(safeEntryPath('./a//b')).toBe('a/b');
  });

  it('judges claimed sizes before it unpacks', () => {
    const bytes = zip({ 'big.txt': 'a'.repeat(100_000) });
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(bytes.length - 22 + 16, true);
    view.setUint32(directory + 24, 900_000_000, true);
    expect(unpackZip(bytes, 'b.zip').refused[0]?.error.tag).toBe('UnsupportedFile');
    view.setUint32(directory + 24, 0xfffffff0, true);
    expect(() => unpackZip(bytes, 'b.zip')).toThrow(/refused/);
  });

  it('notices damaged data by its checksum', () => {
    const bytes = zip({ 'a.csv': 'a,b\n1,2\n'.repeat(50), 'b.csv': 'x' });
    bytes[38]! ^= 0xff;
    const { files, refused } = unpackZip(bytes, 'd.zip');
    expect(files.map((file) => file.path)).toEqual(['d.zip/b.csv']);
    expect(refused[0]?.error.place?.at).toBe('entry a.csv');
  });

  it('says that a cut-off archive is cut off', () => {
    const bytes = zip({ 'a.csv': 'a,b' });
    expect(looksLikeZip(bytes)).toBe(true);
    expect(() => listZip(bytes.subarray(0, bytes.length - 30), 'd.zip')).toThrow(/directory/);
  });

  it('ends in files or tagged errors for damaged bytes', () => {
    const whole = zip({ 'a/x.csv': 'a,b\n1,2\n'.repeat(20), 'y.json': '{"a": 1}' });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const damaged = new Uint8Array(whole.slice(0, Math.max(1, length)));
        damaged[at % damaged.length] = byte;
        try {
          unpackZip(damaged, 'd.zip');
        } catch (error) {
          expect(isLimpidError(error)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('unpackDrop', () => {
  it('opens a zip in a zip, but no third one', () => {
    const inner = zip({ 'deep.csv': 'a,b' });
    const nested = (content: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(zipSync({ 'inner.zip': content }));
    expect(unpackDrop([{ path: 'o.zip', bytes: nested(inner) }]).files.map((file) => file.path)).toEqual(['o.zip/inner.zip/deep.csv']);
    const third = unpackDrop([{ path: 'o.zip', bytes: nested(nested(inner)) }]);
    expect(third.files.map((file) => file.path)).toEqual(['o.zip/inner.zip/inner.zip']);
  });

  it('opens gzip in pieces', () => {
    const packed = new Uint8Array(gzipSync(bytesOf('a,b\n1,2\n')));
    const { files } = unpackDrop([{ path: 'x.csv.gz', bytes: packed }]);
    expect(files[0]?.path).toBe('x.csv');
    expect(new TextDecoder().decode(files[0]!.bytes)).toBe('a,b\n1,2\n');
    expect(() => gunzipBounded(packed.subarray(0, packed.length - 12), 'x')).toThrow(/cut off|damaged/);
  });

  it('turns a damaged archive into an item', () => {
    const bytes = zip({ 'a.csv': 'a,b' });
    const { files, items } = unpackDrop([{ path: 'd.zip', bytes: bytes.slice(0, 40) }]);
    expect(files).toEqual([]);
    expect(items[0]).toMatchObject({ path: 'd.zip', recognisedAs: 'zip archive', status: 'broken' });
  });
});
