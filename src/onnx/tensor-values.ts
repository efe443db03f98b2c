import type { TensorProto } from 'onnx-buf';

/** Element types of ONNX (TensorProto.DataType) that tabular models use. */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT32 = 6;
export const INT64 = 7;
export const STRING = 8;
export const BOOL = 9;
export const FLOAT16 = 10;
export const DOUBLE = 11;

const EXTERNAL = 1;

export function isExternal(tensor: TensorProto): boolean {
  return (tensor.dataLocation as number) === EXTERNAL;
}

export function tensorSize(tensor: TensorProto): number {
  return tensor.dims.reduce((size, dim) => size * Number(dim), 1);
}

/**
 * Elements of a number tensor as float64, in storage order.
 * @returns null for strings, half floats, external data and other types. int64 beyond 2^53 is rounded.
 */
export function tensorNumbers(tensor: TensorProto): Float64Array | null {
  if (isExternal(tensor)) return null;
  const raw = tensor.rawData;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read = (width: number, at: (offset: number) => number) =>
    Float64Array.from({ length: Math.floor(raw.length / width) }, (_, i) => at(i * width));
  switch (tensor.dataType) {
    case FLOAT:
      return raw.length > 0 ? read(4, (o) => view.getFloat32(o, true)) : Float64Array.from(tensor.floatData);
    case DOUBLE:
      return raw.length > 0 ? read(8, (o) => view.getFloat64(o, true)) : Float64Array.from(tensor.doubleData);
    case INT64:
      return raw.length > 0 ? read(8, (o) => Number(view.getBigInt64(o, true))) : Float64Array.from(tensor.int64Data, Number);
    case INT32:
      return raw.length > 0 ? read(4, (o) => view.getInt32(o, true)) : Float64Array.from(tensor.int32Data);
    case UINT8:
    case BOOL:
      return raw.length > 0 ? Float64Array.from(raw) : Float64Array.from(tensor.int32Data);
    default:
      return null;
  }
}

/** Elements of a string tensor; null for other types. */
export function tensorTexts(tensor: TensorProto): string[] | null {
  if (tensor.dataType !== STRING) return null;
  const decoder = new TextDecoder();
  return tensor.stringData.map((bytes) => decoder.decode(bytes));
}

/** Class labels held by a tensor: strings, or whole numbers as text. */
export function tensorLabels(tensor: TensorProto): string[] | null {
  const texts = tensorTexts(tensor);
  if (texts !== null) return texts;
  const numbers = tensorNumbers(tensor);
  return numbers === null ? null : Array.from(numbers, String);
}
