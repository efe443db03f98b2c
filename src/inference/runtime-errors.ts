import { LimpidError } from '#/base/errors';

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** ONNX Runtime's own words without its prefixes. */
function reasonOf(message: string): string {
  return message
    .replace(/^.*?ERROR_MESSAGE:\s*/s, '')
    .replace(/^Non-zero status code returned while running /, '')
    .replace(/^Error:\s*/, '')
    .trim();
}

const STANDARD_EXPORT = `from skl2onnx import to_onnx
import numpy as np
onx = to_onnx(model, X[:1].astype(np.float32), target_opset={"": 17, "ai.onnx.ml": 3}, options={"zipmap": False})
open("model.onnx", "wb").write(onx.SerializeToString())`;

/** A session that could not be made: unknown operators, newer opsets, shapes that contradict each other. */
export function sessionError(error: unknown, file: string): LimpidError {
  const message = messageOf(error);
  if (/no available backend|initializeWebAssembly|initWasm|WebAssembly|wasm streaming|Failed to fetch/i.test(message)) {
    return new LimpidError(
      {
        tag: 'ModelFailed',
        message: `ONNX Runtime could not be started: ${message}`,
        hint: 'Reload the page. If it happens again, the host may block WebAssembly or serve the .wasm file wrongly.',
        place: { file },
      },
      error,
    );
  }
  const missing = /(?:implementation for|No Op registered for|Fatal error:)\s+([\w.:]+)/.exec(message)?.[1];
  return new LimpidError(
    {
      tag: 'UnsupportedModel',
      message:
        missing === undefined
          ? `ONNX Runtime cannot load this model: ${reasonOf(message)}`
          : `ONNX Runtime has no operator ${missing} for this model: ${reasonOf(message)}`,
      hint: 'Export the model with standard operators and an opset of at most 17 (ai.onnx.ml 3), in float32.',
      code: STANDARD_EXPORT,
      place: { file },
    },
    error,
  );
}

/** A run that failed. */
export function runError(error: unknown, file: string, nRows: number): LimpidError {
  if (error instanceof LimpidError) return error;
  const message = messageOf(error);
  const refusesRows = /invalid dimensions for input|INVALID_ARGUMENT/.test(message);
  return new LimpidError(
    {
      tag: 'ModelFailed',
      message: `The model failed on ${nRows} row${nRows === 1 ? '' : 's'}: ${reasonOf(message)}`,
      hint: refusesRows
        ? 'The graph fixes the shape of its input: export it with a dynamic first axis and check which columns it takes.'
        : 'Check that each input gets the right column, without values that the model has never seen.',
      place: { file },
    },
    error,
  );
}
