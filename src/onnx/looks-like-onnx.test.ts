import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBytes } from '#/testing/model-golden';
import { looksLikeOnnx, looksLikeTruncatedOnnx } from './looks-like-onnx';

const golden = fileURLToPath(new URL('../formats/models/golden', import.meta.url));
const models = readdirSync(golden)
  .map((name) => join(golden, name, 'model.onnx'))
  .filter((path) => existsSync(path));
const refused = readdirSync(join(golden, 'refused')).map((name) => join(golden, 'refused', name));

describe('looksLikeOnnx', () => {
  it.each(models)('knows %s', (path) => {
    const bytes = readBytes(path);
    expect(looksLikeOnnx(bytes)).toBe(true);
    expect(looksLikeTruncatedOnnx(bytes)).toBe(false);
    const cut = bytes.slice(0, Math.floor(bytes.length / 2));
    expect(looksLikeOnnx(cut)).toBe(false);
    expect(looksLikeTruncatedOnnx(cut)).toBe(true);
  });

  it.each(refused.filter((path) => !path.endsWith('.onnx')))('leaves %s alone', (path) => {
    expect(looksLikeOnnx(readBytes(path))).toBe(false);
    expect(looksLikeTruncatedOnnx(readBytes(path))).toBe(false);
  });

  it('knows models that Limpid cannot run', () => {
    expect(looksLikeOnnx(readBytes(join(golden, 'refused', 'x-unknown-operator.onnx')))).toBe(true);
    expect(looksLikeTruncatedOnnx(readBytes(join(golden, 'refused', 'x-truncated.onnx')))).toBe(true);
  });

  it('takes no random bytes and no text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => !looksLikeOnnx(bytes)),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => !looksLikeOnnx(new TextEncoder().encode(text))),
      { numRuns: 1000 },
    );
    for (const bytes of [
      Uint8Array.of(),
      Uint8Array.of(8),
      Uint8Array.of(8, 8),
      Uint8Array.of(8, 8, 0x3a, 0),
      Uint8Array.of(0x80, 4, 0x95),
    ])
      expect(looksLikeOnnx(bytes)).toBe(false);
  });
});
