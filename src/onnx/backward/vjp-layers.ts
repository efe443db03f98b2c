import { innerAxis } from './infer-shapes';
import { NotDifferentiable, optionalInput, shapeOf } from './net';
import { single, type VjpRule } from './vjp-rule';

/** d(a B) / da: the gradient times B transposed; the other operand must be a constant. */
const gemm: VjpRule = single((node, g, { net, writer }) => {
  const [a = '', b = ''] = node.inputs;
  const c = optionalInput(node, 2);
  if (net.active.has(b) || node.attributes.int('transA', 0) === 1 || (c !== null && net.active.has(c))) {
    throw new NotDifferentiable(node, 'multiplies two matrices that both change with the row.');
  }
  const alpha = node.attributes.float('alpha', 1);
  const transB = node.attributes.int('transB', 0) === 1 ? 0 : 1;
  const product = writer.product(g, b, transB);
  return [net.active.has(a) ? (alpha === 1 ? product : writer.multiply(product, writer.scalar(alpha))) : null];
});

const swapLast = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));

const matMul: VjpRule = single((node, g, { net, writer }) => {
  const [a = '', b = ''] = node.inputs;
  const shapeA = shapeOf(net, a, node);
  const shapeB = shapeOf(net, b, node);
  const swapped = (tensor: string, rank: number): string => writer.node('Transpose', [tensor], { perm: swapLast(rank) });
  if (!net.active.has(b)) {
    if (shapeB.length > shapeA.length) throw new NotDifferentiable(node, 'multiplies by a stack of matrices.');
    if (shapeA.length === 2) return [writer.product(g, b, 1), null];
    return [writer.node('MatMul', [g, swapped(b, shapeB.length)]), null];
  }
  const same = shapeA.length === shapeB.length && shapeA.slice(0, -2).every((dim, axis) => dim === shapeB[axis]);
  if (!same || shapeA.length < 3) throw new NotDifferentiable(node, 'multiplies two matrices that both change with the row.');
  return [
    net.active.has(a) ? writer.node('MatMul', [g, swapped(b, shapeB.length)]) : null,
    writer.node('MatMul', [swapped(a, shapeA.length), g]),
  ];
});

/** y (g - sum(g y)) */
const softmax: VjpRule = single((node, g, { net, writer }) => {
  const y = node.outputs[0] ?? '';
  const rank = shapeOf(net, y, node).length;
  const axis = innerAxis(node, node.attributes.int('axis', net.opset >= 13 ? -1 : 1), rank);
  return [writer.multiply(y, writer.subtract(g, writer.sumOver(writer.multiply(g, y), [axis])))];
});

/** g - exp(y) sum(g) */
const logSoftmax: VjpRule = single((node, g, { net, writer }) => {
  const y = node.outputs[0] ?? '';
  const rank = shapeOf(net, y, node).length;
  const axis = innerAxis(node, node.attributes.int('axis', net.opset >= 13 ? -1 : 1), rank);
  return [writer.subtract(g, writer.multiply(writer.node('Exp', [y]), writer.sumOver(g, [axis])))];
});

/** At inference the moments are constants: g scale / sqrt(variance + epsilon). */
const batchNormalization: VjpRule = single((node, g, { net, writer }) => {
  if (node.attributes.int('training_mode', 0) === 1) throw new NotDifferentiable(node, 'runs in training mode.');
  const [x = '', scale = '', , , variance = ''] = node.inputs;
  const rank = shapeOf(net, x, node).length;
  const deviation = writer.node('Sqrt', [writer.add(variance, writer.scalar(node.attributes.float('epsilon', 1e-5)))]);
  const factor = writer.divide(scale, deviation);
  if (rank <= 2) return [writer.multiply(g, factor)];
  const channels = shapeOf(net, scale, node)[0]!;
  return [writer.multiply(g, writer.reshape(factor, [channels, ...Array.from({ length: rank - 2 }, () => 1)]))];
});

/** With s = g scale and z the normalised input: (s - mean(s) - z mean(s z)) / deviation. */
const layerNormalization: VjpRule = single((node, g, { net, writer: w }) => {
  const [x = '', scale = '', bias] = node.inputs;
  if (net.active.has(scale) || (bias !== undefined && net.active.has(bias))) {
    throw new NotDifferentiable(node, 'is scaled by numbers that change with the row.');
  }
  const shape = shapeOf(net, x, node);
  const first = innerAxis(node, node.attributes.int('axis', -1), shape.length);
  const axes = shape.map((_, axis) => axis).slice(first);
  const share = w.scalar(1 / shape.slice(first).reduce((size, dim) => size * dim, 1));
  const mean = (tensor: string): string => w.multiply(w.sumOver(tensor, axes), share);
  const centred = w.subtract(x, mean(x));
  const variance = mean(w.multiply(centred, centred));
  const deviation = w.node('Sqrt', [w.add(variance, w.scalar(node.attributes.float('epsilon', 1e-5)))]);
  const z = w.divide(centred, deviation);
  const s = w.multiply(g, scale);
  return [w.divide(w.subtract(w.subtract(s, mean(s)), w.multiply(z, mean(w.multiply(s, z)))), deviation)];
});

export const LAYER_RULES: readonly (readonly [string, VjpRule])[] = [
  ['Gemm', gemm],
  ['MatMul', matMul],
  ['Softmax', softmax],
  ['LogSoftmax', logSoftmax],
  ['BatchNormalization', batchNormalization],
  ['LayerNormalization', layerNormalization],
];
