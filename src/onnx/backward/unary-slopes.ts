import type { GraphWriter } from './graph-writer';
import { optionalInput, type NetNode } from './net';

/** Writes dy/dx of an elementwise function from its input and output tensors. */
type Slope = (x: string, y: string, writer: GraphWriter, node: NetNode) => string;

const SELU_ALPHA = 1.6732632423543772;
const SELU_GAMMA = 1.0507009873554805;
const TWO_OVER_ROOT_PI = 1.1283791670955126;
const ROOT_HALF = Math.SQRT1_2;
const ROOT_TWO_OVER_PI = 0.7978845608028654;
const GELU_CUBE = 0.044715;

function isPositive(x: string, w: GraphWriter): string {
  return w.node('Greater', [x, w.scalar(0)]);
}

/** 1 - y * y */
function oneMinusSquare(y: string, w: GraphWriter): string {
  return w.subtract(w.scalar(1), w.multiply(y, y));
}

/** y * (1 - y) */
function logisticSlope(y: string, w: GraphWriter): string {
  return w.multiply(y, w.subtract(w.scalar(1), y));
}

/** `inside` where low < x < high, else `outside`; both sides inclusive where asked. */
function between(
  x: string,
  low: string | null,
  high: string | null,
  inclusive: boolean,
  inside: string,
  outside: string,
  w: GraphWriter,
): string {
  const belowLow = low === null ? null : inclusive ? w.node('Less', [x, low]) : w.node('Not', [w.node('Greater', [x, low])]);
  const aboveHigh = high === null ? null : inclusive ? w.node('Greater', [x, high]) : w.node('Not', [w.node('Less', [x, high])]);
  const cut = belowLow === null ? aboveHigh : aboveHigh === null ? belowLow : w.node('Or', [belowLow, aboveHigh]);
  return cut === null ? inside : w.node('Where', [cut, outside, inside]);
}

/** Phi(x) + x phi(x), the slope of x Phi(x) with the normal distribution. */
function geluSlope(x: string, w: GraphWriter): string {
  const half = w.scalar(0.5);
  const cumulative = w.multiply(half, w.add(w.scalar(1), w.node('Erf', [w.multiply(x, w.scalar(ROOT_HALF))])));
  const density = w.multiply(w.node('Exp', [w.multiply(w.scalar(-0.5), w.multiply(x, x))]), w.scalar(TWO_OVER_ROOT_PI * 0.5 * ROOT_HALF));
  return w.add(cumulative, w.multiply(x, density));
}

/** Slope of x (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3). */
function tanhGeluSlope(x: string, w: GraphWriter): string {
  const one = w.scalar(1);
  const half = w.scalar(0.5);
  const square = w.multiply(x, x);
  const u = w.multiply(w.scalar(ROOT_TWO_OVER_PI), w.multiply(x, w.add(one, w.multiply(w.scalar(GELU_CUBE), square))));
  const t = w.node('Tanh', [u]);
  const inner = w.multiply(w.scalar(ROOT_TWO_OVER_PI), w.add(one, w.multiply(w.scalar(3 * GELU_CUBE), square)));
  return w.multiply(half, w.add(w.add(one, t), w.multiply(x, w.multiply(oneMinusSquare(t, w), inner))));
}

/** s + b y (1 - s) with y = x s and s = sigmoid(b x): the slope of swish. */
function swishSlope(x: string, y: string, beta: number, w: GraphWriter): string {
  const s = w.node('Sigmoid', [beta === 1 ? x : w.multiply(w.scalar(beta), x)]);
  const bent = w.multiply(y, w.subtract(w.scalar(1), s));
  return w.add(s, beta === 1 ? bent : w.multiply(w.scalar(beta), bent));
}

/** Slopes at kinks are those of PyTorch. */
export const SLOPES: ReadonlyMap<string, Slope> = new Map<string, Slope>([
  // y is never negative: its sign is the slope.
  ['Relu', (_x, y, w) => w.node('Sign', [y])],
  ['LeakyRelu', (x, _y, w, node) => w.node('Where', [isPositive(x, w), w.scalar(1), w.scalar(node.attributes.float('alpha', 0.01))])],
  [
    'ThresholdedRelu',
    (x, _y, w, node) => w.node('Where', [w.node('Greater', [x, w.scalar(node.attributes.float('alpha', 1))]), w.scalar(1), w.scalar(0)]),
  ],
  ['Elu', (x, y, w, node) => w.node('Where', [isPositive(x, w), w.scalar(1), w.add(y, w.scalar(node.attributes.float('alpha', 1)))])],
  [
    'Selu',
    (x, y, w, node) => {
      const gamma = node.attributes.float('gamma', SELU_GAMMA);
      const tail = w.add(y, w.scalar(gamma * node.attributes.float('alpha', SELU_ALPHA)));
      return w.node('Where', [isPositive(x, w), w.scalar(gamma), tail]);
    },
  ],
  [
    'Celu',
    (x, y, w, node) =>
      w.node('Where', [isPositive(x, w), w.scalar(1), w.add(w.scalar(1), w.divide(y, w.scalar(node.attributes.float('alpha', 1))))]),
  ],
  ['Sigmoid', (_x, y, w) => logisticSlope(y, w)],
  [
    'HardSigmoid',
    (_x, y, w, node) => between(y, w.scalar(0), w.scalar(1), false, w.scalar(node.attributes.float('alpha', 0.2)), w.scalar(0), w),
  ],
  [
    'HardSwish',
    (x, _y, w) => {
      const rising = w.add(w.divide(x, w.scalar(3)), w.scalar(0.5));
      const upper = w.node('Where', [w.node('Less', [x, w.scalar(3)]), rising, w.scalar(1)]);
      return w.node('Where', [w.node('Greater', [x, w.scalar(-3)]), upper, w.scalar(0)]);
    },
  ],
  ['Swish', (x, y, w, node) => swishSlope(x, y, node.attributes.float('alpha', 1), w)],
  [
    'Mish',
    (x, _y, w) => {
      const t = w.node('Tanh', [w.node('Softplus', [x])]);
      return w.add(t, w.multiply(x, w.multiply(oneMinusSquare(t, w), w.node('Sigmoid', [x]))));
    },
  ],
  ['Tanh', (_x, y, w) => oneMinusSquare(y, w)],
  ['Softplus', (x, _y, w) => w.node('Sigmoid', [x])],
  [
    'Softsign',
    (x, _y, w) => {
      const size = w.add(w.scalar(1), w.node('Abs', [x]));
      return w.divide(w.scalar(1), w.multiply(size, size));
    },
  ],
  ['Gelu', (x, _y, w, node) => (node.attributes.text('approximate', 'none') === 'tanh' ? tanhGeluSlope(x, w) : geluSlope(x, w))],
  ['Erf', (x, _y, w) => w.multiply(w.scalar(TWO_OVER_ROOT_PI), w.node('Exp', [w.node('Neg', [w.multiply(x, x)])]))],
  ['Exp', (_x, y) => y],
  ['Log', (x, _y, w) => w.node('Reciprocal', [x])],
  ['Sqrt', (_x, y, w) => w.divide(w.scalar(0.5), y)],
  ['Reciprocal', (_x, y, w) => w.node('Neg', [w.multiply(y, y)])],
  ['Neg', (_x, _y, w) => w.scalar(-1)],
  ['Abs', (x, _y, w) => w.node('Sign', [x])],
  ['Sin', (x, _y, w) => w.node('Cos', [x])],
  ['Cos', (x, _y, w) => w.node('Neg', [w.node('Sin', [x])])],
  [
    'Clip',
    (x, _y, w, node) => {
      const bound = (index: number, name: string): string | null =>
        optionalInput(node, index) ?? (node.attributes.has(name) ? w.scalar(node.attributes.float(name, 0)) : null);
      return between(x, bound(1, 'min'), bound(2, 'max'), true, w.scalar(1), w.scalar(0), w);
    },
  ],
]);
