/** Fields of a parsed model file (JSON, UBJSON): lists of numbers and texts with tagged errors that name the path. */
import { LimpidError } from '#/base/errors';
import { unreadable } from '#/formats/format-errors';
import { isObject, own, type JsonObject } from '#/formats/json-shape';

const DAMAGED = 'The file looks damaged: save the model again.';

/** Where in which file; errors name it. */
export interface FilePlace {
  readonly file: string;
  readonly path: string;
}

export function at(place: FilePlace, key: string | number): FilePlace {
  const step = typeof key === 'number' ? `[${key}]` : place.path === '' ? key : `.${key}`;
  return { file: place.file, path: place.path + step };
}

export function damaged(message: string, place: FilePlace): LimpidError {
  return unreadable(message, { file: place.file, at: place.path, hint: DAMAGED });
}

/** The model is of a kind that does not open; `code` are lines of Python that help. */
export function refused(message: string, place: FilePlace, hint: string, code?: string): LimpidError {
  return new LimpidError({
    tag: 'UnsupportedModel',
    message,
    hint,
    place: { file: place.file, at: place.path },
    ...(code === undefined ? {} : { code }),
  });
}

/** @throws LimpidError `UnreadableFile` */
export function objectAt(parent: unknown, key: string, place: FilePlace): JsonObject {
  const value = own(parent, key);
  if (!isObject(value)) throw damaged(`Expected an object under "${key}".`, place);
  return value;
}

/** Any list of a parsed file; null for what is none. */
export function listOf(value: unknown): ArrayLike<unknown> | null {
  return Array.isArray(value) || value instanceof Float64Array ? value : null;
}

/** @throws LimpidError `UnreadableFile` */
export function listAt(parent: unknown, key: string, place: FilePlace): ArrayLike<unknown> {
  const list = listOf(own(parent, key));
  if (list === null) throw damaged(`Expected a list under "${key}".`, place);
  return list;
}

/**
 * Numbers (or booleans, as 0 and 1).
 * @param length - how many there must be
 * @throws LimpidError `UnreadableFile`
 */
export function numbersAt(parent: unknown, key: string, place: FilePlace, length?: number): Float64Array {
  const list = listAt(parent, key, place);
  const here = at(place, key);
  if (length !== undefined && list.length !== length) throw damaged(`Expected ${length} numbers, found ${list.length}.`, here);
  if (list instanceof Float64Array) return list;
  const numbers = new Float64Array(list.length);
  for (let i = 0; i < numbers.length; i++) {
    const value = list[i];
    if (typeof value !== 'number' && typeof value !== 'boolean') throw damaged('Expected a number.', at(here, i));
    numbers[i] = Number(value);
  }
  return numbers;
}

/** Like `numbersAt`, but an absent list is empty. */
export function optionalNumbers(parent: unknown, key: string, place: FilePlace): Float64Array {
  return own(parent, key) === undefined ? new Float64Array(0) : numbersAt(parent, key, place);
}

/** A number, also where it is written as text (`"3"`, `"5E-1"`); null for anything else. */
export function numberField(parent: unknown, key: string): number | null {
  const value = own(parent, key);
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isNaN(number) ? null : number;
}

/** No matrix of an import is wider; the card and the explainers show one slot a feature. */
const MAX_SLOTS = 20_000;

/** @throws LimpidError `UnreadableFile` | `UnsupportedModel` */
export function checkSlots(count: number | null, place: FilePlace): number {
  if (count === null || !Number.isInteger(count) || count < 1) throw damaged('The number of features is missing.', place);
  if (count > MAX_SLOTS) {
    throw refused(`The model reads ${count} features; Limpid opens up to ${MAX_SLOTS}.`, place, 'Train on fewer features.');
  }
  return count;
}

/** No model has more classes here, as in ONNX. */
const MAX_CLASSES = 1000;

/** @throws LimpidError `UnreadableFile` | `UnsupportedModel` */
export function checkClasses(count: number, place: FilePlace): number {
  if (!Number.isInteger(count) || count < 1) throw damaged('The number of classes is no positive number.', place);
  if (count > MAX_CLASSES) {
    throw refused(`The model has ${count} classes; Limpid explains at most ${MAX_CLASSES}.`, place, 'Train on fewer classes.');
  }
  return count;
}

/** `0`, `1`, … */
export function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}
