import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256, sha256Plain } from '#/formats/study/sha256';

const expected = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

it('agrees with the platform for every length around the block borders', async () => {
  for (const length of [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255);
    expect(sha256Plain(bytes)).toBe(expected(bytes));
    expect(await sha256(bytes)).toBe(expected(bytes));
  }
});

it('agrees with the platform for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(sha256Plain(bytes)).toBe(expected(bytes));
    }),
  );
});
