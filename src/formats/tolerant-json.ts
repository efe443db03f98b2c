/**
 * JSON as Python writes it: bare NaN, Infinity and -Infinity are read as numbers. Everything else is
 * strict. `JSON.parse` does the work when it can; the parser below runs when it refuses, either to read
 * the three words or to say where the text is broken.
 */
import { decodeText } from '#/formats/decode-text';
import { unreadable } from '#/formats/format-errors';

/** Deeper nesting than any format has; keeps the recursive parser off the stack's end. */
const MAX_DEPTH = 500;

/**
 * @param file - name for error places
 * @returns the value; objects may own a `__proto__` key, which never touches their prototype
 * @throws LimpidError `UnreadableFile` with line and column
 */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return new TolerantParser(text, file).parse();
  }
}

/** @throws LimpidError `UnreadableFile` | `UnsupportedFile` (too large) */
export function parseJsonBytes(bytes: Uint8Array, file: string): unknown {
  return parseJson(decodeText(bytes, file).text, file);
}

/** `line 3, column 14 (character 120)`, all counted from 1 but the character. */
export function describeOffset(text: string, offset: number): string {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return `line ${line}, column ${offset - lineStart + 1} (character ${offset})`;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
];
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

class TolerantParser {
  readonly #text: string;
  readonly #file: string;
  #at = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  parse(): unknown {
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail('There is more text after the end of the value.');
    return value;
  }

  #value(depth: number): unknown {
    if (depth > MAX_DEPTH) this.#fail(`The text is nested more than ${MAX_DEPTH} levels deep.`);
    this.#skipSpace();
    const c = this.#text[this.#at];
    if (c === undefined) this.#fail('The text ends in the middle of a value.');
    if (c === '{') return this.#object(depth);
    if (c === '[') return this.#array(depth);
    if (c === '"') return this.#string();
    return this.#numberOrWord();
  }

  #object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#at++;
    if (this.#takes('}')) return object;
    for (;;) {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') this.#fail('Expected a name in double quotes.');
      const key = this.#string();
      if (!this.#takes(':')) this.#fail('Expected ":" after a name.');
      const value = this.#value(depth + 1);
      // Assignment to __proto__ would change the prototype; a defined property does not.
      if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      else object[key] = value;
      if (this.#takes('}')) return object;
      if (!this.#takes(',')) this.#fail('Expected "," or "}".');
    }
  }

  #array(depth: number): unknown[] {
    const array: unknown[] = [];
    this.#at++;
    if (this.#takes(']')) return array;
    for (;;) {
      array.push(this.#value(depth + 1));
      if (this.#takes(']')) return array;
      if (!this.#takes(',')) this.#fail('Expected "," or "]".');
    }
  }

  #string(): string {
    let result = '';
    let start = ++this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (Number.isNaN(code)) this.#fail('The text ends inside a string.');
      if (code === 0x22) break;
      if (code < 0x20) this.#fail('A string holds a control character that must be escaped.');
      if (code !== 0x5c) {
        this.#at++;
        continue;
      }
      result += this.#text.slice(start, this.#at) + this.#escape();
      start = this.#at;
    }
    result += this.#text.slice(start, this.#at);
    this.#at++;
    return result;
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? '';
    if (letter === 'u') {
      const hex = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.#fail('A \\u escape needs four hexadecimal digits.');
      this.#at += 6;
      return String.fromCharCode(parseInt(hex, 16));
    }
    const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (plain === undefined) this.#fail('Unknown escape in a string.');
    this.#at += 2;
    return plain;
  }

  #numberOrWord(): unknown {
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (!match) this.#fail(`Unexpected ${JSON.stringify(this.#text[this.#at] ?? '')}.`);
    this.#at += match[0].length;
    return Number(match[0]);
  }

  /** Skips space, then the character if it is next. */
  #takes(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #fail(message: string): never {
    const truncated = this.#at >= this.#text.length;
    throw unreadable(message, {
      file: this.#file,
      at: describeOffset(this.#text, Math.min(this.#at, this.#text.length)),
      hint: truncated ? 'The file looks cut off: copy or write it again.' : 'Write the file again with json.dump.',
    });
  }
}
