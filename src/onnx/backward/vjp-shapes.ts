import { innerAxis, permutation, reducedAxes, slicedPositions, splitSizes } from './infer-shapes';
import { intsOf, NotDifferentiable, shapeOf, type NetNode } from './net';
import { single, unbroadcast, type Backward, type VjpRule } from './vjp-rule';
import type { Shape } from './tensor-shape';

/**
 * Spreads the gradient of picked positions back over the whole axis, as a product with a 0/1 matrix: positions that were
 * picked twice add up, others get nothing.
 */
function scatter(gradient: string, shape: Shape, axis: number, size: number, positions: readonly number[], { writer }: Backward): string {
  const matrix = new Float64Array(positions.length * size);
  positions.forEach((at, from) => (matrix[from * size + (at < 0 ? at + size : at)] = 1));
  const picks = writer.floats([positions.length, size], matrix);
  const last = shape.length - 1;
  if (axis === last) return writer.node('MatMul', [gradient, picks]);
  const perm = shape.map((_, index) => (index === axis ? last : index === last ? axis : index));
  const turned = writer.node('Transpose', [gradient], { perm });
  return writer.node('Transpose', [writer.node('MatMul', [turned, picks])], { perm });
}

const gather: VjpRule = single((node, g, b) => {
  const [data = '', indices = ''] = node.inputs;
  if (b.net.active.has(indices)) throw new NotDifferentiable(node, 'looks a feature up in a table, which has no gradient.');
  const shape = shapeOf(b.net, data, node);
  const axis = innerAxis(node, node.attributes.int('axis', 0), shape.length);
  const positions = intsOf(b.net, indices, node);
  const picked = shape.map((dim, index) => (index === axis ? positions.length : dim));
  return [scatter(b.writer.reshape(g, picked), picked, axis, shape[axis]!, positions, b)];
});

const slice: VjpRule = single((node, g, b) => {
  const shape = [...shapeOf(b.net, node.outputs[0] ?? '', node)];
  const whole = shapeOf(b.net, node.inputs[0] ?? '', node);
  let gradient = g;
  for (const { axis, positions } of slicedPositions(node, b.net)) {
    gradient = scatter(gradient, shape, axis, whole[axis]!, positions, b);
    shape[axis] = whole[axis]!;
  }
  return [gradient];
});

const split: VjpRule = (node, gradients, b) => {
  const { axis, sizes } = splitSizes(node, b.net);
  const whole = shapeOf(b.net, node.inputs[0] ?? '', node);
  let start = 0;
  let sum: string | null = null;
  sizes.forEach((size, index) => {
    const gradient = gradients[index];
    const from = start;
    start += size;
    if (gradient === undefined || gradient === null) return;
    const positions = Array.from({ length: size }, (_, k) => from + k);
    const part = scatter(
      gradient,
      whole.map((dim, at) => (at === axis ? size : dim)),
      axis,
      whole[axis]!,
      positions,
      b,
    );
    sum = sum === null ? part : b.writer.add(sum, part);
  });
  return [sum];
};

const concat: VjpRule = single((node, g, { net, writer }) => {
  const rank = shapeOf(net, node.outputs[0] ?? '', node).length;
  const axis = innerAxis(node, node.attributes.int('axis', 1), rank);
  let start = 0;
  return node.inputs.map((name) => {
    const size = shapeOf(net, name, node)[axis]!;
    const positions = Array.from({ length: size }, (_, k) => start + k);
    start += size;
    return net.active.has(name) ? writer.node('Gather', [g, writer.ints(positions)], { axis }) : null;
  });
});

/** Back to the shape of the input: for operators that only arrange numbers anew. */
const rearranged: VjpRule = single((node, g, { net, writer }) => [writer.reshape(g, shapeOf(net, node.inputs[0] ?? '', node))]);

const transpose: VjpRule = single((node, g, { net, writer }) => {
  const forward = permutation(node, shapeOf(net, node.inputs[0] ?? '', node).length);
  return [writer.node('Transpose', [g], { perm: forward.map((_, axis) => forward.indexOf(axis)) })];
});

const expand: VjpRule = single((node, g, { net, writer }) => [
  unbroadcast(g, shapeOf(net, node.outputs[0] ?? '', node), shapeOf(net, node.inputs[0] ?? '', node), writer),
]);

function repeated(node: NetNode, gradient: string, { net, writer }: Backward): { spread: string; count: number } {
  const shape = shapeOf(net, node.inputs[0] ?? '', node);
  const axes = reducedAxes(node, net);
  const kept = shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const sizes = shape.map((dim, axis) => (axes.includes(axis) ? dim : 1));
  return {
    spread: writer.node('Expand', [writer.reshape(gradient, kept), writer.ints(sizes)]),
    count: sizes.reduce((a, size) => a * size, 1),
  };
}

const reduceSum: VjpRule = single((node, g, b) => [repeated(node, g, b).spread]);

const reduceMean: VjpRule = single((node, g, b) => {
  const { spread, count } = repeated(node, g, b);
  return [b.writer.multiply(spread, b.writer.scalar(1 / count))];
});

export const SHAPE_RULES: readonly (readonly [string, VjpRule])[] = [
  ['Gather', gather],
  ['Slice', slice],
  ['Split', split],
  ['Concat', concat],
  ['Reshape', rearranged],
  ['Flatten', rearranged],
  ['Squeeze', rearranged],
  ['Unsqueeze', rearranged],
  ['Transpose', transpose],
  ['Expand', expand],
  ['ReduceSum', reduceSum],
  ['ReduceMean', reduceMean],
];
