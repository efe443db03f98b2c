import type { GraphProto, TypeProto } from 'onnx-buf';
import { LimpidError } from '#/base/errors';
import type { InputType, ModelInput } from '#/domain/model';
import { SKLEARN_COLUMNS, SKLEARN_MATRIX, TORCH_MATRIX } from './export-lines';
import { BOOL, DOUBLE, FLOAT, FLOAT16, INT32, INT64, STRING } from './tensor-values';

const INPUT_TYPES = new Map<number, InputType>([
  [FLOAT, 'float'],
  [DOUBLE, 'double'],
  [STRING, 'string'],
  [INT64, 'int64'],
  [INT32, 'int32'],
  [BOOL, 'bool'],
]);

/** Dimensions of a tensor type: null where the graph leaves one open; null as a whole when it says nothing. */
export function tensorDims(type: TypeProto | undefined): (number | null)[] | null {
  if (type?.value.case !== 'tensorType' || type.value.value.shape === undefined) return null;
  return type.value.value.shape.dim.map((dim) => (dim.value.case === 'dimValue' ? Number(dim.value.value) : null));
}

/** Element type of a tensor type, null for sequences, maps and absent types. */
export function elementType(type: TypeProto | undefined): number | null {
  return type?.value.case === 'tensorType' ? type.value.value.elemType : null;
}

function unsupported(file: string, input: string, message: string, hint: string, code: string): LimpidError {
  return new LimpidError({ tag: 'UnsupportedModel', message, hint, code, place: { file, at: `input ${input}` } });
}

/** Graph inputs that a caller must feed: before IR 4 initializers are listed among them. */
export function fedInputs(graph: GraphProto): GraphProto['input'] {
  const constants = new Set(graph.initializer.map((tensor) => tensor.name));
  return graph.input.filter((input) => !constants.has(input.name));
}

/**
 * The model's inputs, in graph order.
 * @throws LimpidError `UnsupportedModel` for maps, sequences, tensors of more than two dimensions and other element types
 */
export function readInputs(graph: GraphProto, file: string): ModelInput[] {
  const inputs = fedInputs(graph);
  if (inputs.length === 0) {
    throw new LimpidError({
      tag: 'UnsupportedModel',
      message: 'The ONNX graph takes no input.',
      hint: 'Export the model with its features as input.',
      code: SKLEARN_MATRIX,
      place: { file },
    });
  }
  return inputs.map((input) => {
    const kind = input.type?.value.case;
    if (kind !== 'tensorType') {
      const what =
        kind === 'mapType'
          ? 'a map'
          : kind === 'sequenceType'
            ? 'a sequence'
            : kind === 'sparseTensorType'
              ? 'a sparse tensor'
              : 'no plain tensor';
      throw unsupported(
        file,
        input.name,
        `Input "${input.name}" is ${what}; the runtime in the browser takes plain tensors only.`,
        'Export the model with one input per column, or one matrix for all columns.',
        SKLEARN_COLUMNS,
      );
    }
    const element = elementType(input.type);
    const type = INPUT_TYPES.get(element ?? 0);
    if (type === undefined) {
      const what = element === FLOAT16 ? 'half-precision numbers (float16)' : `elements of ONNX type ${element ?? 0}`;
      throw unsupported(file, input.name, `Input "${input.name}" takes ${what}.`, 'Export the model with float32 inputs.', TORCH_MATRIX);
    }
    const dims = tensorDims(input.type);
    if (dims !== null && (dims.length > 2 || dims.length === 0)) {
      throw unsupported(
        file,
        input.name,
        `Input "${input.name}" has ${dims.length} dimensions; a table gives rows and columns only.`,
        'Export the model with inputs of shape [rows, columns]. Images, texts and time series are out of scope.',
        TORCH_MATRIX,
      );
    }
    if (dims?.length === 1) return { name: input.name, type, width: 1, rank: 1 };
    const width = dims?.[1] ?? null;
    return { name: input.name, type, width: width !== null && width > 0 ? width : null, rank: 2 };
  });
}
