import { describe, expect, it } from 'vitest';
import { isLimpidError } from '#/base/errors';
import { parseUbjson } from '#/formats/models/ubjson';

/** Text as bytes, numbers as single bytes: `b('{i', 1, 'aT}')`. */
const b = (...parts: readonly (string | number)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : Array.from(part, (c) => c.charCodeAt(0)))));

describe('parseUbjson', () => {
  // Expected values by the specification (ubjson.org, draft 12).
  it.each([
    ['an object', b('{U', 1, 'aTi', 1, 'bFi', 1, 'cZ}'), { a: true, b: false, c: null }],
    [
      'whole numbers',
      b('[i', 255, 'U', 255, 'I', 1, 0, 'l', 255, 255, 255, 254, 'L', 0, 0, 0, 1, 0, 0, 0, 0, ']'),
      [-1, 255, 256, -2, 2 ** 32],
    ],
    ['real numbers', b('[d', 0x3f, 0x80, 0, 0, 'D', 0xc0, 0, 0, 0, 0, 0, 0, 0, ']'), [1, -2]],
    ['texts', b('[SU', 2, 0xc3, 0xa6, 'CxSi', 0, ']'), ['æ', 'x', '']],
    ['a counted list', b('[#i', 2, 'U', 7, 'SU', 1, 'z'), [7, 'z']],
    ['a typed list', b('[$U#i', 3, 1, 2, 3), Float64Array.of(1, 2, 3)],
    ['a typed list of texts', b('[$S#i', 2, 'i', 1, 'ai', 1, 'b'), ['a', 'b']],
    ['a counted object', b('{#i', 1, 'i', 1, 'k[]'), { k: [] }],
    ['no-ops', b('N[NU', 1, 'N]N'), [1]],
  ])('reads %s', (_, bytes, value) => {
    expect(parseUbjson(bytes, 'm')).toEqual(value);
  });

  it('keeps a key __proto__ to itself', () => {
    const value = parseUbjson(b('{i', 9, '__proto__{i', 1, 'xT}}'), 'm') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.hasOwn(value, '__proto__')).toBe(true);
  });

  it.each([
    ['nothing', b()],
    ['a cut number', b('l', 0, 0)],
    ['a cut text', b('SU', 9, 'abc')],
    ['an open list', b('[T')],
    ['an unknown marker', b('[?')],
    ['a list that claims more than there is', b('[$D#l', 0x7f, 0xff, 0xff, 0xff)],
    ['a list of values without bytes', b('[$T#l', 0x7f, 0xff, 0xff, 0xff)],
    ['a negative length', b('Si', 255)],
    ['too deep nesting', b('['.repeat(10_000))],
    ['more after the end', b('TT')],
  ])('refuses %s with the place', (_, bytes) => {
    try {
      parseUbjson(bytes, 'm.ubj');
    } catch (error) {
      expect(isLimpidError(error, 'UnreadableFile')).toBe(true);
      expect(error).toMatchObject({ place: { file: 'm.ubj', at: expect.stringMatching(/^byte \d+$/) as string } });
      return;
    }
    expect.unreachable();
  });
});
