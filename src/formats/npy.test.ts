import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLimpidError } from '#/base/errors';
import { looksLikeNpy, parseNpy, writeNpy } from '#/formats/npy';
import type { WritableNpy } from '#/formats/npy';

/** An npy file from a header dict and raw data, as another writer could make it. */
function rawNpy(dict: string, data: Uint8Array, version = 1): Uint8Array {
  const header = new TextEncoder().encode(dict + '\n');
  const lengthBytes = version === 1 ? [header.length & 255, header.length >> 8] : [header.length & 255, header.length >> 8, 0, 0];
  return Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, ...lengthBytes, ...header, ...data]);
}

function tagOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return isLimpidError(error) ? error.tag : 'untagged';
  }
  return 'none';
}

const arrays = fc.oneof(
  fc.float64Array({ maxLength: 24 }),
  fc.float32Array({ maxLength: 24 }),
  fc.int32Array({ maxLength: 24 }),
  fc.uint8Array({ maxLength: 24 }),
) as fc.Arbitrary<WritableNpy>;

describe('npy', () => {
  it('reads back what it writes, bit for bit', () => {
    fc.assert(
      fc.property(arrays, (values) => {
        const bytes = writeNpy(values, [values.length]);
        const { data, shape } = parseNpy(bytes, 'a.npy');
        expect(shape).toEqual([values.length]);
        expect(data.constructor).toBe(values.constructor);
        expect(new Uint8Array(data.buffer)).toEqual(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      }),
    );
  });

  it('writes the layout that numpy promises', () => {
    const bytes = writeNpy(new Float64Array(6), [2, 3]);
    expect(looksLikeNpy(bytes)).toBe(true);
    const headerLength = bytes[8]! + 256 * bytes[9]!;
    expect((10 + headerLength) % 64).toBe(0);
    const header = new TextDecoder().decode(bytes.subarray(10, 10 + headerLength));
    expect(header).toMatch(/^\{'descr': '<f8', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/);
    expect(bytes.length).toBe(10 + headerLength + 48);
    expect(new TextDecoder().decode(writeNpy(new Int32Array(4), [4]).subarray(10, 70))).toContain("'shape': (4,)");
  });

  it('turns Fortran order into C order', () => {
    // [[1, 2, 3], [4, 5, 6]] column by column
    const data = new Uint8Array(Float64Array.of(1, 4, 2, 5, 3, 6).buffer);
    const { data: values } = parseNpy(rawNpy("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", data), 'a.npy');
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6]);
    const cube = Uint8Array.from({ length: 24 }, (_, i) => i);
    const { data: ordered } = parseNpy(rawNpy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }", cube), 'a.npy');
    // element [i][j][k] lies at i + 2j + 6k in Fortran order
    expect(ordered[0]).toBe(0);
    expect(ordered[1 * 12 + 2 * 4 + 3]).toBe(1 + 4 + 18);
    expect(ordered[0 * 12 + 1 * 4 + 2]).toBe(0 + 2 + 12);
  });

  it('reads big-endian, booleans, 64-bit integers and later versions', () => {
    expect([
      ...parseNpy(rawNpy("{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }", Uint8Array.of(1, 2, 255, 254)), 'a').data,
    ]).toEqual([258, -2]);
    expect([...parseNpy(rawNpy("{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", Uint8Array.of(1, 0, 7), 2), 'a').data]).toEqual(
      [1, 0, 1],
    );
    const wide = parseNpy(
      rawNpy("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", new Uint8Array(BigInt64Array.of(-5n, 2n ** 60n).buffer), 3),
      'a',
    );
    expect(wide.data[0]).toBe(-5);
    expect(wide.rounded).toBe(true);
    expect(parseNpy(rawNpy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", new Uint8Array(4)), 'a').data).toHaveLength(1);
  });

  it('refuses what it cannot read, and never allocates on a claim', () => {
    expect(
      tagOf(() => parseNpy(rawNpy("{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999,), }", new Uint8Array(8)), 'a')),
    ).toBe('UnreadableFile');
    expect(
      tagOf(() =>
        parseNpy(rawNpy("{'descr': '<f8', 'fortran_order': False, 'shape': (9, 99999999999999999999), }", new Uint8Array(8)), 'a'),
      ),
    ).toBe('UnreadableFile');
    expect(tagOf(() => parseNpy(rawNpy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8)), 'a'))).toBe(
      'UnsupportedFile',
    );
    expect(
      tagOf(() => parseNpy(rawNpy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8)), 'a')),
    ).toBe('UnsupportedFile');
    expect(tagOf(() => parseNpy(rawNpy("{'descr': '<f2', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8)), 'a'))).toBe(
      'UnsupportedFile',
    );
    expect(tagOf(() => parseNpy(new Uint8Array(3), 'a'))).toBe('UnreadableFile');
  });

  it('ends in an array or a tagged error for damaged bytes', () => {
    const whole = writeNpy(Float64Array.of(1, 2, 3, 4), [2, 2]);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const damaged = whole.slice(0, Math.max(length, 1));
        damaged[at % damaged.length] = byte;
        expect(['none', 'UnreadableFile', 'UnsupportedFile']).toContain(tagOf(() => parseNpy(damaged, 'a')));
      }),
      { numRuns: 300 },
    );
  });
});
