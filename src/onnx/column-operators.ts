import type { FeatureSchema } from '#/domain/model';
import { bit, numbersAmong, stored } from './cells';
import type { GraphNode } from './graph';
import type { Reason } from './raw-trees';
import {
  codeCount,
  combine,
  MAX_CELLS,
  MAX_COLUMNS,
  mixedColumn,
  mixes,
  tooMany,
  type Cell,
  type ElementKind,
  type TracedColumn,
  type TracedTensor,
} from './traced-columns';

/** Cells that a table made of a number has at least. */
function cellsOf(column: TracedColumn, features: readonly FeatureSchema[]): number {
  const feature = column.kind === 'number' ? features[column.feature] : undefined;
  return feature === undefined ? 1 : (codeCount(feature) ?? 2) + 2;
}

/** [..., w] -> [..., w, categories]: 1 where the cell is the category. Runtimes refuse unseen ones unless `zeros` is 1. */
export function oneHot(node: GraphNode, tensor: TracedTensor, features: readonly FeatureSchema[]): TracedTensor | Reason {
  const texts = node.attributes.texts('cats_strings');
  const categories: readonly Cell[] = texts.length > 0 ? texts : node.attributes.ints('cats_int64s');
  if (categories.length === 0 || texts.length > 0 !== (tensor.element === 'string')) return mixes(node);
  const isCut = tensor.element === 'float' || tensor.element === 'double';
  if (isCut && tensor.columns.some((column) => column.kind === 'number')) return mixes(node);
  const cells = tensor.columns.reduce(
    (sum, column) => sum + (column.kind === 'table' ? column.cells.length : cellsOf(column, features)),
    0,
  );
  if (cells * categories.length > MAX_CELLS || tensor.columns.length * categories.length > MAX_COLUMNS) return tooMany(node);
  const columns = tensor.columns.flatMap((column) =>
    categories.map((category): TracedColumn => {
      const hot = combine(node, features, [column], numbersAmong([category]), ([cell]) => bit(cell === category));
      return hot.kind === 'table' ? { ...hot, category: String(category) } : hot;
    }),
  );
  return { element: 'float', dims: [...tensor.dims, categories.length], columns };
}

/** One column out of each group along the last axis. */
function reduceLast(
  node: GraphNode,
  tensor: TracedTensor,
  features: readonly FeatureSchema[],
  keepDims: boolean,
  element: ElementKind,
  compute: (cells: readonly Cell[]) => Cell,
): TracedTensor {
  const width = tensor.dims.at(-1) ?? 1;
  const before = tensor.dims.slice(0, -1);
  const groups = before.reduce((product, dim) => product * dim, 1);
  const columns = Array.from({ length: groups }, (_, group): TracedColumn => {
    const parts = tensor.columns.slice(group * width, (group + 1) * width);
    const joined = combine(node, features, parts, null, compute);
    const names = parts.flatMap((part) => (part.kind === 'table' && part.category !== undefined ? [part.category] : []));
    return joined.kind === 'table' && names.length === parts.length ? { ...joined, category: joinNames(names) } : joined;
  });
  return { element, dims: keepDims ? [...before, 1] : before, columns };
}

const SPELLED_OUT = 3;

function joinNames(names: readonly string[]): string {
  const more = names.length - SPELLED_OUT;
  return more <= 0 ? names.join(' or ') : `${names.slice(0, SPELLED_OUT).join(' or ')} or ${more} more`;
}

function isLastAxis(axis: number, tensor: TracedTensor): boolean {
  return tensor.dims.length > 0 && (axis === -1 || axis === tensor.dims.length);
}

/** ReduceSum, ReduceMax and ArgMax along the last axis: rare categories summed up, bins counted. */
export function reduce(
  node: GraphNode,
  tensor: TracedTensor,
  features: readonly FeatureSchema[],
  axes: readonly number[],
): TracedTensor | Reason {
  const keepDims = node.attributes.int('keepdims', 1) === 1;
  if (axes.length !== 1 || !isLastAxis(axes[0]!, tensor)) return mixes(node);
  switch (node.op) {
    case 'ReduceSum':
      return reduceLast(node, tensor, features, keepDims, tensor.element, (cells) =>
        cells.reduce<number>((sum, cell) => stored(tensor.element, sum + Number(cell)), 0),
      );
    case 'ReduceMax':
      return reduceLast(node, tensor, features, keepDims, tensor.element, (cells) => Math.max(...cells.map(Number)));
    case 'ArgMax': {
      if (node.attributes.int('select_last_index', 0) !== 0) return mixes(node);
      return reduceLast(node, tensor, features, keepDims, 'int', (cells) => {
        let best = 0;
        for (const [index, cell] of cells.entries()) if (cell > cells[best]!) best = index;
        return best;
      });
    }
    default:
      return mixes(node);
  }
}

/** Columns that each depend on all that feed them with a weight: a product with a constant matrix [inner, outer]. */
export function product(
  node: GraphNode,
  tensor: TracedTensor,
  weights: ArrayLike<number>,
  inner: number,
  outer: number,
): TracedTensor | Reason {
  // Later layers of a net depend on everything; which features feed them says nothing.
  if (tensor.columns.length !== inner || tensor.dims.length !== 1 || tensor.columns.some((column) => column.kind === 'mixed'))
    return mixes(node);
  const columns = Array.from({ length: outer }, (_, k) =>
    mixedColumn(
      node,
      tensor.columns.filter((_column, j) => weights[j * outer + k] !== 0),
    ),
  );
  return { element: tensor.element, dims: [outer], columns };
}
