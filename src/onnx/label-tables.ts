import type { FeatureSchema } from '#/domain/model';
import { constantTensor, elementOf, numbersAmong } from './cells';
import { labelEncoderTable } from './classifier-nodes';
import type { GraphNode } from './graph';
import { isReason, type Reason } from './raw-trees';
import { combine, mixes, type Cell, type ElementKind, type TracedTensor } from './traced-columns';

export interface TableOfNode {
  readonly lookup: (cell: Cell) => Cell;
  readonly keys: readonly Cell[];
  readonly element: ElementKind;
}

/** The table of a LabelEncoder or CategoryMapper with its type of values; a cell that is no key becomes the default. */
export function tableOf(node: GraphNode, from: ElementKind): TableOfNode | Reason {
  const { attributes } = node;
  const isMapper = node.op === 'CategoryMapper' || attributes.texts('classes_strings').length > 0;
  if (isMapper) {
    const texts = node.op === 'CategoryMapper' ? attributes.texts('cats_strings') : attributes.texts('classes_strings');
    const ints = node.op === 'CategoryMapper' ? attributes.ints('cats_int64s') : texts.map((_, index) => index);
    const toInt = from === 'string';
    const [keys, values]: readonly [readonly Cell[], readonly Cell[]] = toInt ? [texts, ints] : [ints, texts];
    const otherwise: Cell = toInt ? attributes.int('default_int64', -1) : attributes.text('default_string', '_Unused');
    return lookupTable(node, keys, values, otherwise, toInt ? 'int' : 'string');
  }
  const table = labelEncoderTable(node);
  if (table === null) return mixes(node);
  const values = attributes.tensor('values_tensor');
  const valueElement =
    values !== null
      ? elementOf(values.dataType)
      : attributes.texts('values_strings').length > 0
        ? 'string'
        : attributes.ints('values_int64s').length > 0
          ? 'int'
          : 'float';
  if (valueElement === null) return mixes(node);
  const defaults = attributes.tensor('default_tensor');
  const given = defaults === null ? undefined : constantTensor(defaults)?.cells[0];
  const otherwise: Cell =
    given ??
    (valueElement === 'string'
      ? attributes.text('default_string', '_Unused')
      : valueElement === 'int'
        ? attributes.int('default_int64', -1)
        : attributes.float('default_float', -0));
  const asCell =
    (element: ElementKind) =>
    (text: string): Cell =>
      element === 'string' ? text : Number(text);
  return lookupTable(node, table.keys.map(asCell(from)), table.values.map(asCell(valueElement)), otherwise, valueElement);
}

function lookupTable(
  node: GraphNode,
  keys: readonly Cell[],
  values: readonly Cell[],
  otherwise: Cell,
  element: ElementKind,
): TableOfNode | Reason {
  if (keys.length !== values.length || keys.length === 0) return mixes(node);
  // The first of equal keys counts.
  const table = new Map<Cell, Cell>();
  for (const [index, key] of keys.entries()) if (!table.has(key)) table.set(key, values[index]!);
  return { keys, element, lookup: (cell) => table.get(cell) ?? otherwise };
}

/** A function of single cells over every column. */
export function mapCells(
  node: GraphNode,
  tensor: TracedTensor,
  features: readonly FeatureSchema[],
  element: ElementKind,
  breaks: readonly number[] | null,
  compute: (cell: Cell) => Cell,
): TracedTensor {
  const columns = tensor.columns.map((column) => combine(node, features, [column], breaks, ([cell]) => compute(cell!)));
  return { element, dims: tensor.dims, columns };
}

/** LabelEncoder and CategoryMapper. */
export function encodeLabels(node: GraphNode, tensor: TracedTensor, features: readonly FeatureSchema[]): TracedTensor | Reason {
  const table = tableOf(node, tensor.element);
  if (isReason(table)) return table;
  return mapCells(node, tensor, features, table.element, numbersAmong(table.keys), table.lookup);
}
