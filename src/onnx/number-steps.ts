import type { FeatureSchema } from '#/domain/model';
import type { ColumnStep } from '#/domain/tree-model';
import { numbersOf } from './classifier-nodes';
import { elementOf } from './cells';
import { mapCells } from './label-tables';
import type { GraphNode } from './graph';
import type { Reason } from './raw-trees';
import { FLOAT } from './tensor-values';
import { combine, mixes, TO_FLOAT32, type Cell, type ElementKind, type TracedColumn, type TracedTensor } from './traced-columns';
import { applySteps } from '#/domain/column-steps';

/** Adds steps to numbers; tables and constants take them cell by cell. */
function withSteps(
  node: GraphNode,
  tensor: TracedTensor,
  features: readonly FeatureSchema[],
  element: ElementKind,
  stepsOf: (index: number) => readonly ColumnStep[],
): TracedTensor {
  const columns = tensor.columns.map((column, index): TracedColumn => {
    const steps = stepsOf(index);
    if (steps.length === 0) return column;
    if (column.kind === 'number') return { ...column, steps: [...column.steps, ...steps] };
    const made = combine(node, features, [column], null, ([cell]) => applySteps(steps, Number(cell)));
    return column.kind === 'table' && made.kind === 'table' && column.category !== undefined
      ? { ...made, category: column.category }
      : made;
  });
  return { element, dims: tensor.dims, columns };
}

/** One number for all columns, or one a column; null where the numbers do not fit. */
function perColumn(values: ArrayLike<number>, tensor: TracedTensor): ((index: number) => number) | null {
  if (values.length === 1) return () => values[0]!;
  const width = tensor.dims.at(-1) ?? 1;
  return values.length === width ? (index) => values[index % width]! : null;
}

/** (x - offset) * scale of the Scaler: in float32, or in float64 and then to float32 for doubles. */
export function scaler(node: GraphNode, tensor: TracedTensor, features: readonly FeatureSchema[]): TracedTensor | Reason {
  const offset = perColumn(numbersOf(node, 'offset'), tensor);
  const scale = perColumn(numbersOf(node, 'scale'), tensor);
  if (offset === null || scale === null || tensor.element === 'string') return mixes(node);
  const isDouble = tensor.element === 'double';
  return withSteps(node, tensor, features, 'float', (index) =>
    isDouble
      ? [{ kind: 'scale', offset: offset(index), scale: scale(index), float64: true }, TO_FLOAT32]
      : [{ kind: 'scale', offset: offset(index), scale: scale(index) }],
  );
}

export function imputer(node: GraphNode, tensor: TracedTensor, features: readonly FeatureSchema[]): TracedTensor | Reason {
  const { attributes } = node;
  const isInt = attributes.has('imputed_value_int64s');
  const value = perColumn(isInt ? attributes.ints('imputed_value_int64s') : attributes.floats('imputed_value_floats'), tensor);
  const replaced = isInt ? attributes.int('replaced_value_int64', 0) : attributes.float('replaced_value_float', 0);
  if (value === null || tensor.element === 'string') return mixes(node);
  return withSteps(node, tensor, features, tensor.element, (index) => [{ kind: 'impute', replaced, value: value(index) }]);
}

export function binarizer(node: GraphNode, tensor: TracedTensor, features: readonly FeatureSchema[]): TracedTensor | Reason {
  if (tensor.element === 'string') return mixes(node);
  const threshold = node.attributes.float('threshold', 0);
  return mapCells(node, tensor, features, tensor.element, [threshold], (cell) => (Number(cell) > threshold ? 1 : 0));
}

function textNumber(cell: Cell): number {
  const text = String(cell).trim();
  return text === '' ? NaN : Number(text);
}

export function cast(node: GraphNode, tensor: TracedTensor, features: readonly FeatureSchema[]): TracedTensor | Reason {
  const to = elementOf(node.attributes.int('to', FLOAT));
  const from = tensor.element;
  if (to === null) return mixes(node);
  if (to === from) return tensor;
  if (to === 'string') {
    // Floats are written in the runtime's own way.
    return from === 'int' ? mapCells(node, tensor, features, to, null, String) : mixes(node);
  }
  if (from === 'string') return mapCells(node, tensor, features, to, null, (cell) => castNumber(to, textNumber(cell)));
  if (to === 'bool') return mapCells(node, tensor, features, to, [0], (cell) => (cell !== 0 ? 1 : 0));
  const step: readonly ColumnStep[] =
    to === 'float' ? [TO_FLOAT32] : to === 'int' && from !== 'bool' ? [{ kind: 'round', to: 'zero' }] : [];
  return withSteps(node, tensor, features, to, () => step);
}

function castNumber(to: ElementKind, value: number): number {
  if (to === 'float') return Math.fround(value);
  if (to === 'int') return Math.trunc(value);
  return to === 'bool' ? (value !== 0 ? 1 : 0) : value;
}

/**
 * Arithmetic of numbers with a constant on the right, in the tensor's own precision.
 * @returns null where it is no such thing: the operator is then read cell by cell
 */
export function arithmetic(
  node: GraphNode,
  tensor: TracedTensor,
  values: readonly number[],
  isPerColumn: boolean,
  features: readonly FeatureSchema[],
): TracedTensor | null {
  const { element } = tensor;
  if ((element !== 'float' && element !== 'double') || !tensor.columns.some((column) => column.kind === 'number')) return null;
  const value = isPerColumn ? perColumn(values, tensor) : values.length === 1 ? () => values[0]! : null;
  if (value === null || (node.op === 'Mul' && values.some((factor) => factor === 0))) return null;
  const float64 = element === 'double' ? ({ float64: true } as const) : {};
  const stepOf = (x: number): ColumnStep | null => {
    switch (node.op) {
      case 'Sub':
        return { kind: 'scale', offset: x, scale: 1, ...float64 };
      case 'Add':
        return { kind: 'scale', offset: -x, scale: 1, ...float64 };
      case 'Mul':
        return { kind: 'scale', offset: 0, scale: x, ...float64 };
      case 'Div':
        return { kind: 'divide', by: x, ...float64 };
      default:
        return null;
    }
  };
  if (stepOf(1) === null) return null;
  return withSteps(node, tensor, features, element, (index) => [stepOf(value(index))!]);
}
