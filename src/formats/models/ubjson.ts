/** UBJSON (draft 12), the binary JSON that XGBoost saves. Strict, bounded by the bytes that are there. */
import { unreadable } from '#/formats/format-errors';

/** Deeper nesting than any model has. */
const MAX_DEPTH = 200;

/** Bytes of one number by marker. */
const SIZES: Readonly<Record<string, number>> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

/**
 * @param file - name for error places
 * @returns objects, arrays, strings, numbers, booleans and null; arrays of one number type are Float64Array
 * @throws LimpidError `UnreadableFile` with the byte offset
 */
export function parseUbjson(bytes: Uint8Array, file: string): unknown {
  return new UbjsonParser(bytes, file).parse();
}

class UbjsonParser {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #file: string;
  readonly #decoder = new TextDecoder('utf-8');
  #at = 0;

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
  }

  parse(): unknown {
    const value = this.#value(this.#marker(), 0);
    // Some writers pad with line feeds or no-ops.
    while (this.#at < this.#bytes.length && [0x0a, 0x4e, 0].includes(this.#bytes[this.#at]!)) this.#at++;
    if (this.#at < this.#bytes.length) this.#fail('There are more bytes after the end of the value.');
    return value;
  }

  #value(marker: string, depth: number): unknown {
    if (depth > MAX_DEPTH) this.#fail(`Values are nested more than ${MAX_DEPTH} levels deep.`);
    switch (marker) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case 'S':
      case 'H':
        return this.#text(this.#length());
      case 'C':
        return String.fromCharCode(this.#take(1).getUint8(0));
      case 'T':
        return true;
      case 'F':
        return false;
      case 'Z':
        return null;
      default:
        return this.#number(marker);
    }
  }

  #object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    const { type, count } = this.#container();
    for (let i = 0; count === null || i < count; i++) {
      if (count === null && this.#ends('}')) {
        this.#at++;
        return object;
      }
      const key = this.#text(this.#length());
      const value = this.#value(type ?? this.#marker(), depth + 1);
      // Assignment to __proto__ would change the prototype; a defined property does not.
      Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return object;
  }

  #array(depth: number): readonly unknown[] | Float64Array {
    const { type, count } = this.#container();
    const size = type === null ? undefined : SIZES[type];
    if (type !== null && count !== null && size !== undefined) {
      if (count * size > this.#bytes.length - this.#at) this.#fail(`A list claims ${count} numbers, more than the file has bytes.`);
      const values = new Float64Array(count);
      for (let i = 0; i < count; i++) values[i] = this.#number(type);
      return values;
    }
    const array: unknown[] = [];
    for (let i = 0; count === null || i < count; i++) {
      if (count === null && this.#ends(']')) {
        this.#at++;
        return array;
      }
      array.push(this.#value(type ?? this.#marker(), depth + 1));
    }
    return array;
  }

  /** The optional type and count behind `[` or `{`. */
  #container(): { readonly type: string | null; readonly count: number | null } {
    let type: string | null = null;
    if (this.#next() === '$') {
      this.#at++;
      type = this.#marker();
      if (this.#next() !== '#') this.#fail('A typed list has no count.');
      // Values without bytes could claim any number of elements.
      if ('TFZN'.includes(type)) this.#fail(`Lists of type ${type} are not read.`);
    }
    if (this.#next() !== '#') return { type, count: null };
    this.#at++;
    const count = this.#length();
    if (count > this.#bytes.length - this.#at) this.#fail(`A list claims ${count} elements, more than the file has bytes.`);
    return { type, count };
  }

  #number(marker: string): number {
    const size = SIZES[marker];
    if (size === undefined) {
      this.#at = Math.max(0, this.#at - 1);
      this.#fail(`Unexpected marker ${JSON.stringify(marker)}.`);
    }
    const view = this.#take(size);
    switch (marker) {
      case 'i':
        return view.getInt8(0);
      case 'U':
        return view.getUint8(0);
      case 'I':
        return view.getInt16(0);
      case 'l':
        return view.getInt32(0);
      case 'L':
        return Number(view.getBigInt64(0));
      case 'd':
        return view.getFloat32(0);
      default:
        return view.getFloat64(0);
    }
  }

  #length(): number {
    const marker = this.#marker();
    if (!'iUIlL'.includes(marker)) this.#fail('Expected a length.');
    const length = this.#number(marker);
    if (length < 0) this.#fail('A length is negative.');
    return length;
  }

  #text(length: number): string {
    const view = this.#take(length);
    return this.#decoder.decode(new Uint8Array(view.buffer, view.byteOffset, length));
  }

  #marker(): string {
    // `N` is a no-op and may stand before any value.
    while (this.#bytes[this.#at] === 0x4e) this.#at++;
    const marker = this.#next();
    if (marker === '') this.#fail('The file ends in the middle of a value.');
    this.#at++;
    return marker;
  }

  #ends(marker: string): boolean {
    while (this.#bytes[this.#at] === 0x4e) this.#at++;
    return this.#next() === marker;
  }

  #next(): string {
    const byte = this.#bytes[this.#at];
    return byte === undefined ? '' : String.fromCharCode(byte);
  }

  #take(size: number): DataView {
    if (this.#at + size > this.#bytes.length) this.#fail('The file ends in the middle of a value.');
    const view = new DataView(this.#view.buffer, this.#view.byteOffset + this.#at, size);
    this.#at += size;
    return view;
  }

  #fail(message: string): never {
    throw unreadable(message, {
      file: this.#file,
      at: `byte ${this.#at}`,
      hint: 'The file looks cut off or damaged: save the model again.',
    });
  }
}
