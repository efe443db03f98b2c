import type { TensorProto } from 'onnx-buf';
import { BOOL, DOUBLE, FLOAT, INT32, INT64, STRING, tensorNumbers, tensorTexts, UINT8 } from './tensor-values';
import type { Cell, ElementKind } from './traced-columns';

const ELEMENTS = new Map<number, ElementKind>([
  [FLOAT, 'float'],
  [DOUBLE, 'double'],
  [INT64, 'int'],
  [INT32, 'int'],
  [UINT8, 'int'],
  [BOOL, 'bool'],
  [STRING, 'string'],
]);

export function elementOf(dataType: number): ElementKind | null {
  return ELEMENTS.get(dataType) ?? null;
}

/** A constant of the graph as a tensor of one row. */
export interface ConstantTensor {
  readonly element: ElementKind;
  /** Its whole shape. */
  readonly dims: readonly number[];
  readonly cells: readonly Cell[];
}

export function constantTensor(proto: TensorProto): ConstantTensor | null {
  const element = elementOf(proto.dataType);
  const cells = element === 'string' ? tensorTexts(proto) : tensorNumbers(proto);
  return element === null || cells === null ? null : { element, dims: proto.dims.map(Number), cells: Array.from<Cell>(cells) };
}

export const isTrue = (cell: Cell): boolean => cell !== 0;
export const bit = (is: boolean): number => (is ? 1 : 0);

/** What a number becomes when it is stored as an element of the tensor. */
export function stored(element: ElementKind, value: number): number {
  if (element === 'float') return Math.fround(value);
  return element === 'int' ? Math.trunc(value) : value;
}

export const numbersAmong = (cells: readonly Cell[]): number[] => cells.filter((cell) => typeof cell === 'number');
