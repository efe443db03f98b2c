import { tensorNumbers } from '#/onnx/tensor-values';
import { NotDifferentiable, type NetNode } from './net';
import { SLOPES } from './unary-slopes';
import { perOperand, single, type Backward, type VjpRule } from './vjp-rule';

const input = (node: NetNode, index: number): string => node.inputs[index] ?? '';
const output = (node: NetNode): string => node.outputs[0] ?? '';

const add: VjpRule = single((node, g, b) =>
  perOperand(
    node,
    b,
    node.inputs.map(() => () => g),
  ),
);

const subtract: VjpRule = single((node, g, b) => perOperand(node, b, [() => g, () => b.writer.node('Neg', [g])]));

const multiply: VjpRule = single((node, g, b) =>
  perOperand(node, b, [() => b.writer.multiply(g, input(node, 1)), () => b.writer.multiply(g, input(node, 0))]),
);

const divide: VjpRule = single((node, g, b) => {
  const w = b.writer;
  const top = (): string => w.divide(g, input(node, 1));
  return perOperand(node, b, [top, () => w.node('Neg', [w.multiply(top(), output(node))])]);
});

function scalarValue(tensor: string, b: Backward): number | null {
  const constant = b.net.constants.get(tensor);
  const numbers = constant === undefined ? null : tensorNumbers(constant);
  return numbers?.length === 1 ? numbers[0]! : null;
}

const power: VjpRule = single((node, g, b) => {
  const w = b.writer;
  const [x, exponent] = [input(node, 0), input(node, 1)];
  const known = scalarValue(exponent, b);
  const base = (): string => {
    if (known === 1) return g;
    const lowered = known === 2 ? x : w.node('Pow', [x, known === null ? w.subtract(exponent, w.scalar(1)) : w.scalar(known - 1)]);
    return w.multiply(g, w.multiply(known === null ? exponent : w.scalar(known), lowered));
  };
  return perOperand(node, b, [base, () => w.multiply(g, w.multiply(output(node), w.node('Log', [x])))]);
});

/** Ties go to the first operand. */
const extreme = (better: 'GreaterOrEqual' | 'LessOrEqual'): VjpRule =>
  single((node, g, b) => {
    const w = b.writer;
    if (node.inputs.length !== 2) throw new NotDifferentiable(node, 'compares more than two numbers.');
    const worse = w.node(better === 'GreaterOrEqual' ? 'Less' : 'Greater', [input(node, 0), input(node, 1)]);
    return perOperand(node, b, [() => w.node('Where', [worse, w.scalar(0), g]), () => w.node('Where', [worse, g, w.scalar(0)])]);
  });

const where: VjpRule = single((node, g, b) => {
  const w = b.writer;
  const zero = w.scalar(0);
  return perOperand(node, b, [null, () => w.node('Where', [input(node, 0), g, zero]), () => w.node('Where', [input(node, 0), zero, g])]);
});

const mean: VjpRule = single((node, g, b) => {
  const share = b.writer.multiply(g, b.writer.scalar(1 / node.inputs.length));
  return perOperand(
    node,
    b,
    node.inputs.map(() => () => share),
  );
});

const parametricRelu: VjpRule = single((node, g, b) => {
  const w = b.writer;
  const [x, slope] = [input(node, 0), input(node, 1)];
  const positive = w.node('Greater', [x, w.scalar(0)]);
  return perOperand(node, b, [
    () => w.multiply(g, w.node('Where', [positive, w.scalar(1), slope])),
    () => w.multiply(g, w.node('Where', [positive, w.scalar(0), x])),
  ]);
});

const unary: VjpRule = single((node, g, b) => {
  if (node.inputs.slice(1).some((name) => b.net.active.has(name))) {
    throw new NotDifferentiable(node, 'cuts at bounds that move with the features.');
  }
  return [b.writer.multiply(g, SLOPES.get(node.op)!(input(node, 0), output(node), b.writer, node))];
});

const pass: VjpRule = single((_node, g) => [g]);

export const ARITHMETIC_RULES: readonly (readonly [string, VjpRule])[] = [
  ...[...SLOPES.keys()].map((op) => [op, unary] as const),
  ['Add', add],
  ['Sum', add],
  ['Mean', mean],
  ['Sub', subtract],
  ['Mul', multiply],
  ['Div', divide],
  ['Pow', power],
  ['Max', extreme('GreaterOrEqual')],
  ['Min', extreme('LessOrEqual')],
  ['Where', where],
  ['PRelu', parametricRelu],
  ['Identity', pass],
  ['Cast', pass],
];
