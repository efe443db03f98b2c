import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLimpidError } from '#/base/errors';
import { describeOffset, parseJson } from '#/formats/tolerant-json';

function placeOf(text: string): string | undefined {
  try {
    parseJson(text, 'file.json');
  } catch (error) {
    if (isLimpidError(error, 'UnreadableFile')) return error.place?.at;
    throw error;
  }
  return undefined;
}

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, null, 1);
        expect(parseJson(text, 'f')).toEqual(JSON.parse(text));
        // The tolerant parser itself, forced by a bare NaN beside the value.
        expect(parseJson(`[NaN, ${text}]`, 'f')).toEqual([NaN, JSON.parse(text)]);
      }),
    );
  });

  it('reads the three words of Python and leaves strings alone', () => {
    const text = '{"a": [NaN, Infinity, -Infinity, -0.5e-3], "b": "NaN", "c": "nan \\u00e9 \\"\\n"}';
    expect(parseJson(text, 'f')).toEqual({ a: [NaN, Infinity, -Infinity, -0.0005], b: 'NaN', c: 'nan é "\n' });
  });

  it('keeps __proto__ an ordinary key', () => {
    for (const text of ['{"__proto__": {"x": 1}}', '{"__proto__": {"x": NaN}}']) {
      const value = parseJson(text, 'f') as object;
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.hasOwn(value, '__proto__')).toBe(true);
      expect((value as { x?: number }).x).toBeUndefined();
    }
  });

  it('says where the text is broken', () => {
    expect(placeOf('{"a": 1,\n "b": tru}')).toBe('line 2, column 7 (character 15)');
    expect(placeOf('[1, 2')).toBe('line 1, column 6 (character 5)');
    expect(placeOf('[1, "abc')).toBe('line 1, column 9 (character 8)');
    expect(placeOf('[01]')).toBe('line 1, column 3 (character 2)');
    expect(placeOf('[1,]')).toBe('line 1, column 4 (character 3)');
    expect(placeOf('[1] x')).toBe('line 1, column 5 (character 4)');
    expect(placeOf("{'a': 1}")).toBe('line 1, column 2 (character 1)');
    expect(describeOffset('ab\ncd', 4)).toBe('line 2, column 2 (character 4)');
  });

  it('does not fall off the stack', () => {
    expect(placeOf('['.repeat(100_000) + 'NaN')).toMatch(/^line 1/);
  });

  it('ends in a value or a tagged error for damaged text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.string({ maxLength: 3 }), (value, at, noise) => {
        const text = JSON.stringify({ value, nan: null }).replace('null', 'NaN');
        const cut = at % text.length;
        for (const damaged of [text.slice(0, cut), text.slice(0, cut) + noise + text.slice(cut + 1)]) {
          try {
            parseJson(damaged, 'f');
          } catch (error) {
            expect(isLimpidError(error, 'UnreadableFile')).toBe(true);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
