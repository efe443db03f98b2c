/**
 * CityHash64, version 1.0 (the one CatBoost keeps), as CatBoost turns the text of a category into a number:
 * the low 32 bits of the hash of its UTF-8 bytes, seen as a signed integer. Written from the published definition of
 * the hash (Pike and Alakuijala, CityHash 1.0); checked against hashes that CatBoost 1.2.10 stored in its models.
 */
const MASK = 0xffff_ffff_ffff_ffffn;
const K0 = 0xc3a5_c85c_97cb_3127n;
const K1 = 0xb492_b66f_be98_f273n;
const K2 = 0x9ae1_6a3b_2f90_404fn;
const K3 = 0xc949_d7c7_509e_6557n;
/** Multiplier of the 128-to-64-bit mix. */
const MIX = 0x9ddf_ea08_eb38_2d69n;

const add = (...terms: readonly bigint[]): bigint => terms.reduce((sum, term) => sum + term, 0n) & MASK;
const times = (a: bigint, b: bigint): bigint => (a * b) & MASK;
const minus = (a: bigint, b: bigint): bigint => (a - b) & MASK;
const rotate = (value: bigint, shift: bigint): bigint => (shift === 0n ? value : ((value >> shift) | (value << (64n - shift))) & MASK);
const shiftMix = (value: bigint): bigint => value ^ (value >> 47n);

function mix128(low: bigint, high: bigint): bigint {
  const a = shiftMix(times(low ^ high, MIX));
  return times(shiftMix(times(high ^ a, MIX)), MIX);
}

/** Little-endian words of a byte string. */
class Words {
  readonly #view: DataView;
  readonly length: number;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = bytes.length;
  }

  at64(offset: number): bigint {
    return this.#view.getBigUint64(offset, true);
  }

  at32(offset: number): bigint {
    return BigInt(this.#view.getUint32(offset, true));
  }

  byte(offset: number): bigint {
    return BigInt(this.#view.getUint8(offset));
  }
}

function upTo16(words: Words): bigint {
  const n = words.length;
  const size = BigInt(n);
  if (n > 8) {
    const a = words.at64(0);
    const b = words.at64(n - 8);
    return mix128(a, rotate(add(b, size), size)) ^ b;
  }
  if (n >= 4) return mix128(add(size, words.at32(0) << 3n), words.at32(n - 4));
  if (n > 0) {
    const y = words.byte(0) + (words.byte(n >> 1) << 8n);
    const z = size + (words.byte(n - 1) << 2n);
    return times(shiftMix(times(y, K2) ^ times(z, K3)), K2);
  }
  return K2;
}

function upTo32(words: Words): bigint {
  const n = words.length;
  const a = times(words.at64(0), K1);
  const b = words.at64(8);
  const c = times(words.at64(n - 8), K2);
  const d = times(words.at64(n - 16), K0);
  return mix128(add(rotate(minus(a, b), 43n), rotate(c, 30n), d), add(a, rotate(b ^ K3, 20n), minus(BigInt(n), c)));
}

function upTo64(words: Words): bigint {
  const n = words.length;
  let z = words.at64(24);
  let a = add(words.at64(0), times(add(BigInt(n), words.at64(n - 16)), K0));
  let b = rotate(add(a, z), 52n);
  let c = rotate(a, 37n);
  a = add(a, words.at64(8));
  c = add(c, rotate(a, 7n));
  a = add(a, words.at64(16));
  const vf = add(a, z);
  const vs = add(b, rotate(a, 31n), c);
  a = add(words.at64(16), words.at64(n - 32));
  z = words.at64(n - 8);
  b = rotate(add(a, z), 52n);
  c = rotate(a, 37n);
  a = add(a, words.at64(n - 24));
  c = add(c, rotate(a, 7n));
  a = add(a, words.at64(n - 16));
  const wf = add(a, z);
  const ws = add(b, rotate(a, 31n), c);
  const r = shiftMix(add(times(add(vf, ws), K2), times(add(wf, vs), K0)));
  return times(shiftMix(add(times(r, K0), vs)), K2);
}

/** 32 bytes and two seeds into two words. */
function weak(words: Words, at: number, seedA: bigint, seedB: bigint): readonly [bigint, bigint] {
  const [w, x, y, z] = [words.at64(at), words.at64(at + 8), words.at64(at + 16), words.at64(at + 24)];
  let a = add(seedA, w);
  let b = rotate(add(seedB, a, z), 21n);
  const c = a;
  a = add(a, x, y);
  b = add(b, rotate(a, 44n));
  return [add(a, z), add(b, c)];
}

function longer(words: Words): bigint {
  const n = words.length;
  let x = words.at64(0);
  let y = words.at64(n - 16) ^ K1;
  let z = words.at64(n - 56) ^ K0;
  let v = weak(words, n - 64, BigInt(n), y);
  let w = weak(words, n - 32, times(BigInt(n), K1), K0);
  z = add(z, times(shiftMix(v[1]), K1));
  x = times(rotate(add(z, x), 39n), K1);
  y = times(rotate(y, 33n), K1);
  const blocks = Math.ceil(n / 64) - 1;
  for (let block = 0, at = 0; block < blocks; block++, at += 64) {
    x = times(rotate(add(x, y, v[0], words.at64(at + 16)), 37n), K1);
    y = times(rotate(add(y, v[1], words.at64(at + 48)), 42n), K1);
    x ^= w[1];
    y ^= v[0];
    z = rotate(z ^ w[0], 33n);
    v = weak(words, at, times(v[1], K1), add(x, w[0]));
    w = weak(words, at + 32, add(z, w[1]), y);
    [z, x] = [x, z];
  }
  return mix128(add(mix128(v[0], w[0]), times(shiftMix(y), K1), z), add(mix128(v[1], w[1]), x));
}

/** CityHash64 1.0 of a byte string. */
function cityHash64(bytes: Uint8Array): bigint {
  const words = new Words(bytes);
  if (bytes.length <= 16) return upTo16(words);
  if (bytes.length <= 32) return upTo32(words);
  return bytes.length <= 64 ? upTo64(words) : longer(words);
}

/** CatBoost's number of a category: int32. */
export function categoryHash(text: string): number {
  return Number(BigInt.asIntN(32, cityHash64(new TextEncoder().encode(text))));
}
