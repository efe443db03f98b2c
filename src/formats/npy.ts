/**
 * numpy's `.npy`, versions 1.0, 2.0 and 3.0: numeric and bool arrays, either byte order, C or Fortran order.
 * Nothing is allocated before the claimed shape was checked against the bytes that are there.
 */
import { unreadable, unsupported } from '#/formats/format-errors';

export type NpyData = Float64Array | Float32Array | Int32Array | Int16Array | Int8Array | Uint32Array | Uint16Array | Uint8Array;

interface NpyArray {
  /** numpy's name without byte order: `f8`, `i8`, `b1`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** C order, own buffer. 64-bit integers become float64. */
  readonly data: NpyData;
  /** 64-bit integers beyond 2^53 were rounded. */
  readonly rounded: boolean;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

export function looksLikeNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

interface Header {
  readonly dtype: string;
  readonly littleEndian: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  readonly dataStart: number;
}

function readHeader(bytes: Uint8Array, file: string): Header {
  const fail = (message: string, at: string): never => {
    throw unreadable(message, { file, at, hint: 'Save the array again with numpy.save.' });
  };
  if (!looksLikeNpy(bytes)) fail('The file does not start like a numpy array.', 'byte 0');
  const major = bytes[6] ?? 0;
  if (major < 1 || major > 3) fail(`Version ${major} of the npy format is not known.`, 'byte 6');
  const lengthBytes = major === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  if (bytes.length < start) fail('The header is cut off.', `byte ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > 65536 || start + length > bytes.length) fail(`The header claims ${length} bytes that are not there.`, 'byte 8');
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, start + length));
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shapeText = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (descr === undefined && text.includes("'descr'")) {
    throw unsupported('The array has named fields (a structured array).', {
      file,
      at: 'byte 10',
      hint: 'Save a plain array, or a CSV file.',
      code: 'pandas.DataFrame(array).to_csv("table.csv", index=False)',
    });
  }
  if (descr === undefined || fortran === undefined || shapeText === undefined) return fail('The header is damaged.', 'byte 10');
  const shape = shapeText
    .split(',')
    .map((part) => part.trim().replace(/L$/, ''))
    .filter((part) => part !== '')
    .map(Number);
  return { dtype: descr.slice(1), littleEndian: !descr.startsWith('>'), fortran: fortran === 'True', shape, dataStart: start + length };
}

type Reader = (view: DataView, offset: number, littleEndian: boolean) => number;
interface Kind {
  readonly size: number;
  readonly make: (length: number) => NpyData;
  readonly read: Reader;
}

const KINDS = new Map<string, Kind>([
  ['f8', { size: 8, make: (n) => new Float64Array(n), read: (v, o, le) => v.getFloat64(o, le) }],
  ['f4', { size: 4, make: (n) => new Float32Array(n), read: (v, o, le) => v.getFloat32(o, le) }],
  ['i8', { size: 8, make: (n) => new Float64Array(n), read: (v, o, le) => Number(v.getBigInt64(o, le)) }],
  ['i4', { size: 4, make: (n) => new Int32Array(n), read: (v, o, le) => v.getInt32(o, le) }],
  ['i2', { size: 2, make: (n) => new Int16Array(n), read: (v, o, le) => v.getInt16(o, le) }],
  ['i1', { size: 1, make: (n) => new Int8Array(n), read: (v, o) => v.getInt8(o) }],
  ['u8', { size: 8, make: (n) => new Float64Array(n), read: (v, o, le) => Number(v.getBigUint64(o, le)) }],
  ['u4', { size: 4, make: (n) => new Uint32Array(n), read: (v, o, le) => v.getUint32(o, le) }],
  ['u2', { size: 2, make: (n) => new Uint16Array(n), read: (v, o, le) => v.getUint16(o, le) }],
  ['u1', { size: 1, make: (n) => new Uint8Array(n), read: (v, o) => v.getUint8(o) }],
  ['b1', { size: 1, make: (n) => new Uint8Array(n), read: (v, o) => (v.getUint8(o) === 0 ? 0 : 1) }],
]);

function kindOf(header: Header, file: string): Kind {
  const kind = KINDS.get(header.dtype);
  if (kind) return kind;
  if (header.dtype.startsWith('O')) {
    throw unsupported('The array holds Python objects, which are a pickle inside.', {
      file,
      hint: 'Pickles run code when they are read, so Limpid never opens them. Save numbers.',
      code: 'numpy.save("values.npy", numpy.asarray(values, dtype="float64"))',
    });
  }
  throw unsupported(`Arrays of type ${header.dtype} are not read.`, {
    file,
    hint: 'Save it as float64.',
    code: 'numpy.save("values.npy", array.astype("float64"))',
  });
}

const PLATFORM_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * @returns the array in C order
 * @throws LimpidError `UnreadableFile` (damaged, cut off) | `UnsupportedFile` (objects, structs, float16, text)
 */
export function parseNpy(bytes: Uint8Array, file: string): NpyArray {
  const header = readHeader(bytes, file);
  const kind = kindOf(header, file);
  const length = header.shape.reduce((product, size) => product * size, 1);
  const have = bytes.length - header.dataStart;
  if (!Number.isSafeInteger(length) || length * kind.size > have) {
    throw unreadable(`The shape (${header.shape.join(', ')}) needs ${length * kind.size} bytes, ${have} are there.`, {
      file,
      at: `byte ${header.dataStart}`,
      hint: 'The file looks cut off: copy or write it again.',
    });
  }
  const data = kind.make(length);
  const copies = header.dtype !== 'i8' && header.dtype !== 'u8' && header.dtype !== 'b1' && header.littleEndian === PLATFORM_LITTLE;
  if (copies) {
    new Uint8Array(data.buffer).set(bytes.subarray(header.dataStart, header.dataStart + length * kind.size));
  } else {
    const view = new DataView(bytes.buffer, bytes.byteOffset + header.dataStart, length * kind.size);
    for (let i = 0; i < length; i++) data[i] = kind.read(view, i * kind.size, header.littleEndian);
  }
  const wide = header.dtype === 'i8' || header.dtype === 'u8';
  const rounded = wide && data.some((value) => Math.abs(value) > Number.MAX_SAFE_INTEGER);
  const ordered = header.fortran && header.shape.length > 1 ? toCOrder(data, header.shape, kind) : data;
  return { dtype: header.dtype, shape: header.shape, data: ordered, rounded };
}

/** Fortran order (first index fastest) to C order (last index fastest). */
function toCOrder(data: NpyData, shape: readonly number[], kind: Kind): NpyData {
  const result = kind.make(data.length);
  const rank = shape.length;
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape) {
    strides.push(stride);
    stride *= size;
  }
  const index = new Array<number>(rank).fill(0);
  let source = 0;
  for (let target = 0; target < data.length; target++) {
    result[target] = data[source]!;
    for (let axis = rank - 1; axis >= 0; axis--) {
      source += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      source -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

export type WritableNpy = Float64Array | Float32Array | Int32Array | Uint8Array;

function descrOf(data: WritableNpy): string {
  if (data instanceof Float64Array) return '<f8';
  if (data instanceof Float32Array) return '<f4';
  if (data instanceof Int32Array) return '<i4';
  return '|u1';
}

/** Version 1.0, C order, little-endian; data starts at a multiple of 64 as numpy writes it. */
export function writeNpy(data: WritableNpy, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  if (PLATFORM_LITTLE) return npyFile(descrOf(data), shape, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const view = new DataView(new ArrayBuffer(data.byteLength));
  for (let i = 0; i < data.length; i++) {
    if (data instanceof Float64Array) view.setFloat64(i * 8, data[i]!, true);
    else if (data instanceof Float32Array) view.setFloat32(i * 4, data[i]!, true);
    else if (data instanceof Int32Array) view.setInt32(i * 4, data[i]!, true);
    else view.setUint8(i, data[i]!);
  }
  return npyFile(descrOf(data), shape, new Uint8Array(view.buffer));
}

/**
 * A `.npy` of bytes that are in order already.
 * @param descr - numpy's type, little-endian: `<f8`, `<U12`
 * @param body - C order
 */
export function npyFile(descr: string, shape: readonly number[], body: Uint8Array): Uint8Array<ArrayBuffer> {
  const dims = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(', ');
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dims}), }`;
  const padded = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const bytes = new Uint8Array(padded + body.length);
  bytes.set(MAGIC, 0);
  bytes.set([1, 0, (padded - 10) & 0xff, (padded - 10) >> 8], 6);
  bytes.set(new TextEncoder().encode(dict.padEnd(padded - 11) + '\n'), 10);
  bytes.set(body, padded);
  return bytes;
}
