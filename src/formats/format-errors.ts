import { LimpidError } from '#/base/errors';
import type { ErrorTag } from '#/base/errors';

/** Where, what to do and why: the optional parts of a tagged error, absent when empty. */
interface ErrorDetail {
  readonly file?: string | undefined;
  readonly at?: string | undefined;
  readonly hint?: string | undefined;
  readonly code?: string | undefined;
  readonly cause?: unknown;
}

function formatError(tag: ErrorTag, message: string, detail: ErrorDetail): LimpidError {
  const place = {
    ...(detail.file === undefined ? {} : { file: detail.file }),
    ...(detail.at === undefined ? {} : { at: detail.at }),
  };
  return new LimpidError(
    {
      tag,
      message,
      ...(Object.keys(place).length === 0 ? {} : { place }),
      ...(detail.hint === undefined ? {} : { hint: detail.hint }),
      ...(detail.code === undefined ? {} : { code: detail.code }),
    },
    detail.cause,
  );
}

/** Bytes are not what the format promises. */
export function unreadable(message: string, detail: ErrorDetail = {}): LimpidError {
  return formatError('UnreadableFile', message, detail);
}

/** Recognised, but Limpid cannot open it (yet). */
export function unsupported(message: string, detail: ErrorDetail = {}): LimpidError {
  return formatError('UnsupportedFile', message, detail);
}

/** Parts do not fit each other. */
export function inconsistent(message: string, detail: ErrorDetail = {}): LimpidError {
  return formatError('InconsistentData', message, detail);
}
