import type { GraphWriter } from './graph-writer';
import type { Net, NetNode } from './net';

/** Nonlinearities that shap 0.51's PyTorch DeepExplainer rescales; all others get their plain gradient. */
const RESCALED: ReadonlySet<string> = new Set(['Relu', 'LeakyRelu', 'Elu', 'Selu', 'Sigmoid', 'Tanh', 'Softplus', 'Softmax', 'Gelu']);

/** Smaller differences are taken as none: shap's bound. */
const SMALLEST_DIFFERENCE = 1e-6;

/** Operators whose gradient is exact for any difference: sums of the features with constant factors, and rearrangements. */
const LINEAR: ReadonlySet<string> = new Set(
  (
    'Gemm MatMul BatchNormalization Add Sub Sum Mean Neg Identity Cast Concat Split Slice Gather Reshape Flatten Squeeze Unsqueeze ' +
    'Transpose Expand ReduceSum ReduceMean'
  ).split(' '),
);

export function isRescaled(node: NetNode): boolean {
  return RESCALED.has(node.op);
}

/** Whether a node's multipliers carry the whole difference of its inputs over. */
export function isExactRescale(net: Net, node: NetNode): boolean {
  const moving = node.inputs.filter((name) => net.active.has(name));
  const isStill = moving.length === 0 || !node.outputs.some((name) => net.active.has(name));
  if (isStill || isRescaled(node)) return true;
  if (LINEAR.has(node.op)) return node.op !== 'MatMul' || moving.length === 1;
  // One factor is a constant.
  if (node.op === 'Mul') return moving.length === 1;
  if (node.op === 'Div') return !net.active.has(node.inputs[1] ?? '');
  // The choice depends on constants only, or on which cells are missing.
  return node.op === 'Where' && isMissingMask(net, node.inputs[0] ?? '');
}

function isMissingMask(net: Net, tensor: string): boolean {
  const maker = net.nodes.find((node) => node.outputs.includes(tensor));
  return maker === undefined || maker.op === 'IsNaN';
}

/**
 * The DeepLIFT rescale rule (Shrikumar et al. 2017, arXiv 1704.02685, section 3.5.2) for one node: the gradient of its
 * output times delta out / delta in, elementwise (also for Softmax, as shap has it); the plain gradient where
 * |delta in| < 1e-6.
 * @param plain - the input's gradient by the chain rule
 * @param compared - name of a tensor in the pass over the rows on the other side
 */
export function rescale(node: NetNode, gradient: string, plain: string, compared: (tensor: string) => string, w: GraphWriter): string {
  const [x = ''] = node.inputs;
  const [y = ''] = node.outputs;
  const deltaIn = w.subtract(x, compared(x));
  const deltaOut = w.subtract(y, compared(y));
  const isSmall = w.node('Less', [w.node('Abs', [deltaIn]), w.scalar(SMALLEST_DIFFERENCE)]);
  const ratio = w.divide(deltaOut, w.node('Where', [isSmall, w.scalar(1), deltaIn]));
  return w.node('Where', [isSmall, plain, w.multiply(gradient, ratio)]);
}
