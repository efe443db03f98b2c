import type { GraphNode } from '#/onnx/graph';
import { intsOf, NotDifferentiable, optionalInput, shapeOf, type KnownTensors } from './net';
import { BATCH, broadcast, positiveAxis, type Shape } from './tensor-shape';

type ShapeRule = (node: GraphNode, known: KnownTensors, opset: number) => readonly Shape[];

const same: ShapeRule = (node, known) => [shapeOf(known, node.inputs[0] ?? '', node)];

const broadcasting: ShapeRule = (node, known) => {
  const shape = broadcast(...node.inputs.filter((name) => name !== '').map((name) => shapeOf(known, name, node)));
  if (shape === null) throw new NotDifferentiable(node, 'combines shapes that do not fit.');
  return [shape];
};

/** The axis of a node, counted from the front; never that of the rows. */
export function innerAxis(node: GraphNode, axis: number, rank: number): number {
  const positive = positiveAxis(axis, rank);
  if (positive === null) throw new NotDifferentiable(node, `has no axis ${axis}.`);
  return positive;
}

function withoutRows(node: GraphNode, shape: Shape, axes: readonly number[]): void {
  if (axes.some((axis) => shape[axis] === BATCH)) throw new NotDifferentiable(node, 'mixes the rows of a call.');
}

/** Axes of a reduction: an attribute, or an input since operator set 13 (ReduceSum) or 18. */
export function reducedAxes(node: GraphNode, known: KnownTensors): readonly number[] {
  const rank = shapeOf(known, node.inputs[0] ?? '', node).length;
  const listed = optionalInput(node, 1) === null ? node.attributes.ints('axes') : intsOf(known, node.inputs[1], node);
  if (listed.length === 0 && node.attributes.int('noop_with_empty_axes', 0) === 1) return [];
  const axes = listed.length === 0 ? Array.from({ length: rank }, (_, axis) => axis) : listed;
  return axes.map((axis) => innerAxis(node, axis, rank));
}

const reduce: ShapeRule = (node, known) => {
  const shape = shapeOf(known, node.inputs[0] ?? '', node);
  const axes = reducedAxes(node, known);
  withoutRows(node, shape, axes);
  const keeps = node.attributes.int('keepdims', 1) === 1;
  return [shape.flatMap((dim, axis) => (axes.includes(axis) ? (keeps ? [1] : []) : [dim]))];
};

const gemm: ShapeRule = (node, known) => {
  const a = shapeOf(known, node.inputs[0] ?? '', node);
  const b = shapeOf(known, node.inputs[1] ?? '', node);
  const rows = node.attributes.int('transA', 0) === 1 ? a[1] : a[0];
  const columns = node.attributes.int('transB', 0) === 1 ? b[0] : b[1];
  if (a.length !== 2 || b.length !== 2) throw new NotDifferentiable(node, 'multiplies what are no matrices.');
  return [[rows!, columns!]];
};

const matMul: ShapeRule = (node, known) => {
  const a = shapeOf(known, node.inputs[0] ?? '', node);
  const b = shapeOf(known, node.inputs[1] ?? '', node);
  if (a.length < 2 || b.length < 2) throw new NotDifferentiable(node, 'multiplies a vector.');
  const outer = broadcast(a.slice(0, -2), b.slice(0, -2));
  if (outer === null) throw new NotDifferentiable(node, 'combines shapes that do not fit.');
  return [[...outer, a.at(-2)!, b.at(-1)!]];
};

const softmax: ShapeRule = (node, known, opset) => {
  const shape = shapeOf(known, node.inputs[0] ?? '', node);
  const axis = innerAxis(node, node.attributes.int('axis', opset >= 13 ? -1 : 1), shape.length);
  withoutRows(node, shape, [axis]);
  if (opset < 13 && axis !== shape.length - 1) throw new NotDifferentiable(node, 'runs over several axes at once.');
  return [shape];
};

const layerNormalization: ShapeRule = (node, known) => {
  const shape = shapeOf(known, node.inputs[0] ?? '', node);
  const axis = innerAxis(node, node.attributes.int('axis', -1), shape.length);
  const axes = shape.map((_, index) => index).slice(axis);
  withoutRows(node, shape, axes);
  const reduced = shape.map((dim, index) => (index < axis ? dim : 1));
  return [shape, reduced, reduced];
};

const concat: ShapeRule = (node, known) => {
  const shapes = node.inputs.map((name) => shapeOf(known, name, node));
  const first = shapes[0]!;
  const axis = innerAxis(node, node.attributes.int('axis', 1), first.length);
  for (const shape of shapes) withoutRows(node, shape, [axis]);
  return [first.map((dim, index) => (index === axis ? shapes.reduce((size, shape) => size + shape[index]!, 0) : dim))];
};

/** Sizes of the parts of a Split. */
export function splitSizes(node: GraphNode, known: KnownTensors): { axis: number; sizes: readonly number[] } {
  const shape = shapeOf(known, node.inputs[0] ?? '', node);
  const axis = innerAxis(node, node.attributes.int('axis', 0), shape.length);
  withoutRows(node, shape, [axis]);
  const listed = optionalInput(node, 1) === null ? node.attributes.ints('split') : intsOf(known, node.inputs[1], node);
  if (listed.length > 0) return { axis, sizes: listed };
  const part = Math.ceil(shape[axis]! / node.outputs.length);
  return { axis, sizes: node.outputs.map((_, index) => Math.min(part, shape[axis]! - index * part)) };
}

const split: ShapeRule = (node, known) => {
  const shape = shapeOf(known, node.inputs[0] ?? '', node);
  const { axis, sizes } = splitSizes(node, known);
  return sizes.map((size) => shape.map((dim, index) => (index === axis ? size : dim)));
};

/** Positions along one axis that a Slice keeps; several axes one after the other. */
export function slicedPositions(node: GraphNode, known: KnownTensors): { axis: number; positions: readonly number[] }[] {
  const shape = shapeOf(known, node.inputs[0] ?? '', node);
  const byInput = node.inputs.length > 1;
  const read = (index: number, name: string): readonly number[] | null =>
    byInput ? (optionalInput(node, index) === null ? null : intsOf(known, node.inputs[index], node)) : node.attributes.ints(name);
  const starts = read(1, 'starts') ?? [];
  const ends = read(2, 'ends') ?? [];
  const listed = read(3, 'axes') ?? [];
  const axes = listed.length > 0 ? listed : starts.map((_, index) => index);
  const steps = (byInput ? read(4, 'steps') : null) ?? starts.map(() => 1);
  return starts.flatMap((from, index) => {
    const axis = innerAxis(node, axes[index] ?? 0, shape.length);
    const size = shape[axis]!;
    const step = steps[index] ?? 1;
    const to = ends[index] ?? 0;
    if (size === BATCH) {
      if (from === 0 && to >= 2 ** 31 - 1 && step === 1) return [];
      throw new NotDifferentiable(node, 'leaves out rows of a call.');
    }
    const clamp = (at: number, low: number, high: number): number => Math.min(high, Math.max(low, at < 0 ? at + size : at));
    const positions: number[] = [];
    if (step > 0) for (let at = clamp(from, 0, size); at < clamp(to, 0, size); at += step) positions.push(at);
    else for (let at = clamp(from, 0, size - 1); at > clamp(to, -1, size - 1); at += step) positions.push(at);
    return [{ axis, positions }];
  });
}

const slice: ShapeRule = (node, known) => {
  const shape = [...shapeOf(known, node.inputs[0] ?? '', node)];
  for (const { axis, positions } of slicedPositions(node, known)) shape[axis] = positions.length;
  return [shape];
};

const gather: ShapeRule = (node, known) => {
  const shape = shapeOf(known, node.inputs[0] ?? '', node);
  const axis = innerAxis(node, node.attributes.int('axis', 0), shape.length);
  withoutRows(node, shape, [axis]);
  return [[...shape.slice(0, axis), ...shapeOf(known, node.inputs[1] ?? '', node), ...shape.slice(axis + 1)]];
};

const reshape: ShapeRule = (node, known) => {
  const shape = shapeOf(known, node.inputs[0] ?? '', node);
  const target = intsOf(known, node.inputs[1], node).map((dim, axis) => (dim === 0 ? (shape[axis] ?? 1) : dim));
  const size = (dims: Shape): number => dims.reduce((product, dim) => product * (dim === BATCH ? 1 : dim), 1);
  const hasRows = shape.includes(BATCH);
  const open = target.flatMap((dim, axis) => (dim === BATCH ? [axis] : []));
  // -1 stands for the rows, or for what is left over: of two, the first axis is the rows.
  const leftOver = hasRows ? (open.length === 2 && open[0] === 0 ? open[1] : undefined) : open[0];
  if (leftOver !== undefined) target[leftOver] = size(shape) / size(target);
  if (hasRows && open.length === 0) throw new NotDifferentiable(node, 'fixes the number of rows.');
  if (open.length > (hasRows ? 2 : 1) || (open.length === 2 && leftOver === undefined)) {
    throw new NotDifferentiable(node, 'gets its shape from the data.');
  }
  if (size(shape) !== size(target)) throw new NotDifferentiable(node, 'mixes the rows of a call.');
  return [target];
};

const flatten: ShapeRule = (node, known) => {
  const shape = shapeOf(known, node.inputs[0] ?? '', node);
  const at = node.attributes.int('axis', 1);
  const axis = at < 0 ? at + shape.length : at;
  const product = (dims: Shape): number => dims.reduce((size, dim) => size * dim, 1);
  if (shape.includes(BATCH) && axis !== 1) throw new NotDifferentiable(node, 'mixes the rows of a call.');
  return [[product(shape.slice(0, axis)), product(shape.slice(axis))]];
};

const squeeze: ShapeRule = (node, known) => {
  const shape = shapeOf(known, node.inputs[0] ?? '', node);
  const listed = optionalInput(node, 1) === null ? node.attributes.ints('axes') : intsOf(known, node.inputs[1], node);
  const axes = listed.map((axis) => innerAxis(node, axis, shape.length));
  withoutRows(node, shape, axes);
  return [shape.filter((dim, axis) => (axes.length > 0 ? !axes.includes(axis) : dim !== 1))];
};

const unsqueeze: ShapeRule = (node, known) => {
  const shape = shapeOf(known, node.inputs[0] ?? '', node);
  const listed = optionalInput(node, 1) === null ? node.attributes.ints('axes') : intsOf(known, node.inputs[1], node);
  const rank = shape.length + listed.length;
  const axes = listed.map((axis) => innerAxis(node, axis, rank));
  const result: number[] = [];
  for (let axis = 0, from = 0; axis < rank; axis++) result.push(axes.includes(axis) ? 1 : shape[from++]!);
  return [result];
};

/** Order of the axes after a Transpose. */
export function permutation(node: GraphNode, rank: number): readonly number[] {
  const listed = node.attributes.ints('perm');
  return listed.length > 0 ? listed : Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
}

const transpose: ShapeRule = (node, known) => {
  const shape = shapeOf(known, node.inputs[0] ?? '', node);
  return [permutation(node, shape.length).map((axis) => shape[axis]!)];
};

const expand: ShapeRule = (node, known) => {
  const shape = broadcast(shapeOf(known, node.inputs[0] ?? '', node), intsOf(known, node.inputs[1], node));
  if (shape === null) throw new NotDifferentiable(node, 'combines shapes that do not fit.');
  return [shape];
};

const argMax: ShapeRule = (node, known) => {
  const shape = shapeOf(known, node.inputs[0] ?? '', node);
  const axis = innerAxis(node, node.attributes.int('axis', 0), shape.length);
  return [shape.flatMap((dim, index) => (index === axis ? (node.attributes.int('keepdims', 1) === 1 ? [1] : []) : [dim]))];
};

const RULES = new Map<string, ShapeRule>([
  ['Gemm', gemm],
  ['MatMul', matMul],
  ['Softmax', softmax],
  ['LogSoftmax', softmax],
  ['LayerNormalization', layerNormalization],
  ['Concat', concat],
  ['Split', split],
  ['Slice', slice],
  ['Gather', gather],
  ['Reshape', reshape],
  ['Flatten', flatten],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Transpose', transpose],
  ['Expand', expand],
  ['ReduceSum', reduce],
  ['ReduceMean', reduce],
  ['ArgMax', argMax],
  ['ArgMin', argMax],
  ['Shape', (node, known) => [[shapeOf(known, node.inputs[0] ?? '', node).length]]],
  ['ConstantOfShape', (node, known) => [intsOf(known, node.inputs[0], node)]],
]);

const ELEMENTWISE = (
  'Relu LeakyRelu Elu Selu Celu ThresholdedRelu Sigmoid HardSigmoid HardSwish Swish Mish Tanh Softplus Softsign Gelu Erf Exp Log Sqrt ' +
  'Reciprocal Neg Abs Sin Cos Identity Dropout Cast Clip BatchNormalization IsNaN IsInf Not Sign Floor Ceil Round'
).split(' ');
const BROADCASTING = 'Add Sub Mul Div Pow PRelu Where Max Min Sum Mean Greater GreaterOrEqual Less LessOrEqual Equal And Or Xor'.split(' ');
for (const op of ELEMENTWISE) RULES.set(op, same);
for (const op of BROADCASTING) RULES.set(op, broadcasting);

/**
 * Shapes of a node's outputs.
 * @returns null when the operator is not known here
 * @throws NotDifferentiable where rows of a call mix, or shapes depend on the data
 */
export function inferShapes(node: GraphNode, known: KnownTensors, opset: number): readonly Shape[] | null {
  return RULES.get(node.op)?.(node, known, opset) ?? null;
}

/** Whole numbers that a node computes from shapes and constants; null where it computes something else. */
export function inferInts(node: GraphNode, known: KnownTensors): readonly number[] | null {
  const first = node.inputs[0] ?? '';
  if (node.op === 'Shape') {
    const shape = known.shapes.get(first);
    if (shape === undefined) return null;
    const end = node.attributes.int('end', shape.length);
    return shape.slice(node.attributes.int('start', 0), end);
  }
  const known0 = known.ints.get(first);
  switch (node.op) {
    case 'Cast':
    case 'Unsqueeze':
    case 'Squeeze':
    case 'Identity':
      return known0 ?? null;
    case 'Gather': {
      const positions = known.ints.get(node.inputs[1] ?? '');
      if (known0 === undefined || positions === undefined) return null;
      return positions.map((at) => known0.at(at) ?? 0);
    }
    case 'Slice': {
      if (known0 === undefined) return null;
      const [kept] = slicedPositions(node, known);
      return kept === undefined ? known0 : kept.positions.map((at) => known0[at]!);
    }
    case 'Concat': {
      const parts = node.inputs.map((name) => known.ints.get(name));
      return parts.every((part) => part !== undefined) ? parts.flat() : null;
    }
    default:
      return null;
  }
}
