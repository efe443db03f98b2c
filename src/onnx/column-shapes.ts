import type { Graph, GraphNode } from './graph';
import { isReason, type Reason } from './raw-trees';
import { tensorNumbers } from './tensor-values';
import { mixes, sizeOf, type TracedColumn, type TracedTensor } from './traced-columns';

/** Operators that pick, join and reshape columns without looking at them. */
export const STRUCTURAL: ReadonlySet<string> = new Set([
  'ArrayFeatureExtractor',
  'Gather',
  'Slice',
  'Split',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
]);

export function constantNumbers(graph: Graph, tensor: string | undefined): Float64Array | null {
  const constant = tensor === undefined || tensor === '' ? undefined : graph.constant(tensor);
  return constant === undefined ? null : tensorNumbers(constant);
}

/** Position in `dims` of an axis of the whole tensor; null for the axis of rows. */
function ownAxis(axis: number, rank: number): number | null {
  const positive = axis < 0 ? axis + rank : axis;
  return positive >= 1 && positive < rank ? positive - 1 : null;
}

export function concatenate(node: GraphNode, parts: readonly (TracedTensor | Reason)[], axis: number): TracedTensor | Reason {
  const tensors: TracedTensor[] = [];
  for (const part of parts) {
    if (isReason(part)) return part;
    tensors.push(part);
  }
  const head = tensors[0];
  if (head === undefined) return mixes(node);
  const own = ownAxis(axis, head.dims.length + 1);
  // Storage order is kept when nothing but single axes come before.
  const fits = (tensor: TracedTensor): boolean =>
    tensor.element === head.element &&
    tensor.dims.length === head.dims.length &&
    tensor.dims.every((dim, i) => i === own || dim === head.dims[i]);
  if (own === null || sizeOf(head.dims.slice(0, own)) !== 1 || !tensors.every(fits)) return mixes(node);
  const joined = tensors.reduce((sum, tensor) => sum + tensor.dims[own]!, 0);
  return { element: head.element, dims: head.dims.with(own, joined), columns: tensors.flatMap((tensor) => tensor.columns) };
}

/** Takes positions along an axis; `dims` is what the axis becomes ([] drops it). */
function take(
  node: GraphNode,
  tensor: TracedTensor,
  axis: number,
  indices: readonly number[],
  becomes: readonly number[],
): TracedTensor | Reason {
  const own = ownAxis(axis, tensor.dims.length + 1);
  if (own === null) return mixes(node);
  const width = tensor.dims[own]!;
  const inner = sizeOf(tensor.dims.slice(own + 1));
  const outer = sizeOf(tensor.dims.slice(0, own));
  const columns: (TracedColumn | undefined)[] = [];
  for (let group = 0; group < outer; group++) {
    for (const index of indices) {
      const at = index < 0 ? index + width : index;
      for (let i = 0; i < inner; i++) columns.push(at < width ? tensor.columns[(group * width + at) * inner + i] : undefined);
    }
  }
  if (columns.includes(undefined)) return mixes(node);
  return { ...tensor, dims: tensor.dims.toSpliced(own, 1, ...becomes), columns: columns as TracedColumn[] };
}

function slice(graph: Graph, node: GraphNode, tensor: TracedTensor): TracedTensor | Reason {
  const read = (position: number, name: string): readonly number[] | null => {
    const given = node.inputs[position];
    if (given === undefined || given === '') return node.attributes.has(name) ? node.attributes.ints(name) : [];
    const numbers = constantNumbers(graph, given);
    return numbers === null ? null : [...numbers];
  };
  const [starts, ends, axes, steps] = [read(1, 'starts'), read(2, 'ends'), read(3, 'axes'), read(4, 'steps')];
  if (starts === null || ends === null || axes === null || steps === null || starts.length !== ends.length) return mixes(node);
  let now: TracedTensor = tensor;
  for (const [i, start] of starts.entries()) {
    const axis = axes[i] ?? i;
    const own = ownAxis(axis, tensor.dims.length + 1);
    if (own === null || (steps[i] ?? 1) !== 1) return mixes(node);
    const width = now.dims[own]!;
    const clamp = (value: number): number => Math.min(width, Math.max(0, value < 0 ? value + width : value));
    const indices = Array.from({ length: Math.max(0, clamp(ends[i]!) - clamp(start)) }, (_, k) => clamp(start) + k);
    const taken = take(node, now, axis, indices, [indices.length]);
    if (isReason(taken)) return taken;
    now = taken;
  }
  return now;
}

/** @param output - which output of the Split */
function split(graph: Graph, node: GraphNode, tensor: TracedTensor, output: string): TracedTensor | Reason {
  const axis = node.attributes.int('axis', 0);
  const own = ownAxis(axis, tensor.dims.length + 1);
  if (own === null) return mixes(node);
  const width = tensor.dims[own]!;
  const given = node.inputs[1];
  const isGiven = given !== undefined && given !== '';
  const listed = isGiven ? [...(constantNumbers(graph, given) ?? [])] : node.attributes.ints('split');
  if (isGiven && listed.length === 0) return mixes(node);
  const even = Math.ceil(width / node.outputs.length);
  const sizes = listed.length > 0 ? listed : node.outputs.map((_, i) => Math.max(0, Math.min(even, width - i * even)));
  if (sizes.some((size) => !(size >= 0)) || sizes.reduce((sum, size) => sum + size, 0) !== width) return mixes(node);
  const position = node.outputs.indexOf(output);
  const start = sizes.slice(0, position).reduce((sum, size) => sum + size, 0);
  const indices = Array.from({ length: sizes[position] ?? 0 }, (_, k) => start + k);
  return take(node, tensor, axis, indices, [indices.length]);
}

function reshape(graph: Graph, node: GraphNode, tensor: TracedTensor): TracedTensor | Reason {
  const shape = constantNumbers(graph, node.inputs[1]);
  if (shape === null || node.attributes.int('allowzero', 0) !== 0) return mixes(node);
  const count = tensor.columns.length;
  const [rows, ...rest] = shape;
  if (rows !== -1 && rows !== 0) return mixes(node);
  const known = rest.map((dim, i) => (dim === 0 ? (tensor.dims[i] ?? 0) : dim));
  const open = known.indexOf(-1);
  const product = known.reduce((size, dim) => (dim === -1 ? size : size * dim), 1);
  // An open row axis and an open column axis cannot both be inferred.
  if (open >= 0 && (rows === -1 || known.lastIndexOf(-1) !== open || count % product !== 0)) return mixes(node);
  const dims = open < 0 ? known : known.with(open, count / product);
  return sizeOf(dims) === count ? { ...tensor, dims } : mixes(node);
}

function axesOf(graph: Graph, node: GraphNode): readonly number[] | null {
  const given = node.inputs[1];
  if (given === undefined || given === '') return node.attributes.ints('axes');
  const numbers = constantNumbers(graph, given);
  return numbers === null ? null : [...numbers];
}

function squeeze(graph: Graph, node: GraphNode, tensor: TracedTensor): TracedTensor | Reason {
  const axes = axesOf(graph, node);
  if (axes === null) return mixes(node);
  const rank = tensor.dims.length + 1;
  if (node.op === 'Squeeze') {
    if (axes.length === 0) return { ...tensor, dims: tensor.dims.filter((dim) => dim !== 1) };
    const gone = axes.map((axis) => ownAxis(axis, rank));
    if (gone.some((own) => own === null || tensor.dims[own] !== 1)) return mixes(node);
    return { ...tensor, dims: tensor.dims.filter((_, own) => !gone.includes(own)) };
  }
  const added = axes.map((axis) => ownAxis(axis, rank + axes.length));
  if (added.includes(null)) return mixes(node);
  const old = [...tensor.dims];
  return { ...tensor, dims: Array.from({ length: old.length + axes.length }, (_, own) => (added.includes(own) ? 1 : old.shift()!)) };
}

/**
 * The output of an operator of STRUCTURAL.
 * @param output - the name of the wanted output (Split has several)
 */
export function restructure(graph: Graph, node: GraphNode, tensor: TracedTensor, output: string): TracedTensor | Reason {
  switch (node.op) {
    case 'ArrayFeatureExtractor': {
      const indices = constantNumbers(graph, node.inputs[1]);
      return indices === null ? mixes(node) : take(node, tensor, -1, [...indices], [indices.length]);
    }
    case 'Gather': {
      const indices = constantNumbers(graph, node.inputs[1]);
      const shape = graph.constant(node.inputs[1] ?? '')?.dims.map(Number);
      return indices === null || shape === undefined
        ? mixes(node)
        : take(node, tensor, node.attributes.int('axis', 0), [...indices], shape);
    }
    case 'Slice':
      return slice(graph, node, tensor);
    case 'Split':
      return split(graph, node, tensor, output);
    case 'Reshape':
      return reshape(graph, node, tensor);
    case 'Flatten':
      return node.attributes.int('axis', 1) === 1 ? { ...tensor, dims: [tensor.columns.length] } : mixes(node);
    case 'Squeeze':
    case 'Unsqueeze':
      return squeeze(graph, node, tensor);
    default:
      return mixes(node);
  }
}
