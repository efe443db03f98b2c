/**
 * Tagged errors: what happened, where, and what to do. They cross workers as plain data
 * (`toPlainError` / `fromPlainError`), so every field must survive structured clone.
 */
export interface ErrorPlace {
  /** File as the user knows it, e.g. `study/features.json`. */
  readonly file?: string;
  /** Place inside the file: JSON path (`data[3].scores`), byte offset (`byte 120`), line (`line 14`). */
  readonly at?: string;
}

export type ErrorTag =
  | 'UnreadableFile' // bytes are not what the format promises
  | 'UnsupportedFile' // recognised, but Limpid cannot open it (yet)
  | 'UnrecognisedFile' // no importer claims it
  | 'InconsistentData' // parts do not fit each other (shapes, lengths)
  | 'UnsupportedModel' // an ONNX graph the runtime refuses or a task that is out of scope
  | 'ModelFailed' // the runtime threw while predicting
  | 'BudgetTooSmall' // too few evaluations for the asked method
  | 'NotFound' // a study, explanation, feature or sample that does not exist
  | 'BadRequest' // parameters outside their allowed range
  | 'StorageFailed' // quota, permission or damaged entries
  | 'WorkerLost' // a worker died or missed its deadline
  | 'Aborted' // cancelled by the user or superseded
  | 'Internal'; // a bug: never expected

export interface PlainError {
  readonly tag: ErrorTag;
  /** One sentence: what happened. */
  readonly message: string;
  /** One sentence: what to do about it. */
  readonly hint?: string;
  readonly place?: ErrorPlace;
  /** Lines of Python (or shell) that produce something Limpid opens. */
  readonly code?: string;
}

export class LimpidError extends Error {
  override readonly name = 'LimpidError';
  readonly tag: ErrorTag;
  readonly hint: string | undefined;
  readonly place: ErrorPlace | undefined;
  readonly code: string | undefined;

  constructor(plain: PlainError, cause?: unknown) {
    super(plain.message, cause === undefined ? undefined : { cause });
    this.tag = plain.tag;
    this.hint = plain.hint;
    this.place = plain.place;
    this.code = plain.code;
  }
}

export function isLimpidError(error: unknown, tag?: ErrorTag): error is LimpidError {
  return error instanceof LimpidError && (tag === undefined || error.tag === tag);
}

/** Any thrown value as plain data; unknown errors become `Internal` and keep their message. */
export function toPlainError(error: unknown): PlainError {
  if (error instanceof LimpidError) {
    return {
      tag: error.tag,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.place === undefined ? {} : { place: error.place }),
      ...(error.code === undefined ? {} : { code: error.code }),
    };
  }
  if (error instanceof Error && error.name === 'AbortError') return { tag: 'Aborted', message: 'Cancelled.' };
  return { tag: 'Internal', message: error instanceof Error ? error.message : String(error) };
}

export function fromPlainError(plain: PlainError): LimpidError {
  return new LimpidError(plain);
}
