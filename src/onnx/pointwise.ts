import type { FeatureSchema } from '#/domain/model';
import { bit, isTrue, numbersAmong, stored } from './cells';
import type { GraphNode } from './graph';
import type { Reason } from './raw-trees';
import {
  combine,
  MAX_COLUMNS,
  mixes,
  sizeOf,
  tooMany,
  type Cell,
  type ElementKind,
  type TracedColumn,
  type TracedTensor,
} from './traced-columns';

type Compute = (cells: readonly Cell[]) => Cell;

interface Pointwise {
  readonly element: (inputs: readonly ElementKind[]) => ElementKind;
  readonly compute: (element: ElementKind) => Compute;
  /** Where a function of one number changes, given the other operands; null: everywhere. */
  readonly breaks: (others: readonly Cell[]) => readonly number[] | null;
}

const nowhere = (): null => null;
const toBool = (): ElementKind => 'bool';
const first = ([element]: readonly ElementKind[]): ElementKind => element ?? 'float';

const arithmetic = (f: (a: number, b: number) => number, breaks: Pointwise['breaks'] = nowhere): Pointwise => ({
  element: first,
  compute:
    (element) =>
    ([a, b]) =>
      stored(element, f(Number(a), Number(b))),
  breaks,
});
const comparison = (f: (a: Cell, b: Cell) => boolean): Pointwise => ({
  element: toBool,
  compute:
    () =>
    ([a, b]) =>
      bit(f(a!, b!)),
  breaks: numbersAmong,
});
const logical = (f: (a: boolean, b: boolean) => boolean): Pointwise => ({
  element: toBool,
  compute:
    () =>
    ([a, b]) =>
      bit(f(isTrue(a!), isTrue(b!))),
  breaks: nowhere,
});

/** Operators that work on each cell by itself. */
export const POINTWISE: ReadonlyMap<string, Pointwise> = new Map([
  ['Add', arithmetic((a, b) => a + b)],
  ['Sub', arithmetic((a, b) => a - b)],
  // Times zero is constant but for the infinities.
  [
    'Mul',
    arithmetic(
      (a, b) => a * b,
      (others) => (others.every((cell) => cell === 0) ? [-Infinity, Infinity] : null),
    ),
  ],
  ['Div', arithmetic((a, b) => a / b)],
  ['Equal', comparison((a, b) => a === b)],
  ['Less', comparison((a, b) => a < b)],
  ['Greater', comparison((a, b) => a > b)],
  ['LessOrEqual', comparison((a, b) => a <= b)],
  ['GreaterOrEqual', comparison((a, b) => a >= b)],
  ['And', logical((a, b) => a && b)],
  ['Or', logical((a, b) => a || b)],
  ['Xor', logical((a, b) => a !== b)],
  [
    'Not',
    {
      element: toBool,
      compute:
        () =>
        ([a]) =>
          bit(!isTrue(a!)),
      breaks: nowhere,
    },
  ],
  [
    'IsNaN',
    {
      element: toBool,
      compute:
        () =>
        ([a]) =>
          bit(Number.isNaN(a)),
      breaks: () => [],
    },
  ],
  [
    'Neg',
    {
      element: first,
      compute:
        () =>
        ([a]) =>
          -Number(a),
      breaks: nowhere,
    },
  ],
  [
    'Abs',
    {
      element: first,
      compute:
        () =>
        ([a]) =>
          Math.abs(Number(a)),
      breaks: nowhere,
    },
  ],
  [
    'Where',
    {
      element: (inputs) => inputs[1] ?? 'float',
      compute:
        () =>
        ([condition, yes, no]) =>
          isTrue(condition!) ? yes! : no!,
      breaks: nowhere,
    },
  ],
]);

/** Cell of an operand at each position of the output: numpy's broadcasting, without broadcasting rows. */
function broadcast(operand: TracedTensor, dims: readonly number[]): ((position: number) => TracedColumn) | null {
  const shift = dims.length - operand.dims.length;
  if (operand.columns.length === 1) return () => operand.columns[0]!;
  if (shift < 0 || operand.dims.some((dim, axis) => dim !== 1 && dim !== dims[axis + shift])) return null;
  return (position) => {
    let rest = position;
    let index = 0;
    let stride = 1;
    for (let axis = dims.length - 1; axis >= shift; axis--) {
      const dim = operand.dims[axis - shift]!;
      if (dim !== 1) index += (rest % dims[axis]!) * stride;
      stride *= dim;
      rest = Math.floor(rest / dims[axis]!);
    }
    return operand.columns[index]!;
  };
}

function commonDims(operands: readonly TracedTensor[]): readonly number[] {
  const length = Math.max(...operands.map(({ dims }) => dims.length));
  return Array.from({ length }, (_, axis) => Math.max(1, ...operands.map(({ dims }) => dims[axis - length + dims.length] ?? 1)));
}

/** A cell-by-cell operator over tensors of rows; constants come as tensors of one row. */
export function pointwise(
  node: GraphNode,
  operator: Pointwise,
  operands: readonly TracedTensor[],
  features: readonly FeatureSchema[],
): TracedTensor | Reason {
  const dims = commonDims(operands);
  const sides = operands.map((operand) => broadcast(operand, dims));
  const element = operator.element(operands.map((operand) => operand.element));
  const compute = operator.compute(element);
  const columns: TracedColumn[] = [];
  const size = sizeOf(dims);
  if (size > MAX_COLUMNS) return tooMany(node);
  for (let position = 0; position < size; position++) {
    const parts = sides.map((side) => side?.(position));
    if (parts.includes(undefined)) return mixes(node);
    const known = parts as TracedColumn[];
    const others = known.flatMap((part) => (part.kind === 'constant' ? [part.cell] : []));
    columns.push(combine(node, features, known, operator.breaks(others), compute));
  }
  return { element, dims, columns };
}
