import type { TensorProto } from 'onnx-buf';
import { tensorNumbers } from '#/onnx/tensor-values';
import type { NetNode } from './net';

/** Readers and makers of tensors among some nodes. */
interface Links {
  readonly maker: ReadonlyMap<string, NetNode>;
  readonly readers: ReadonlyMap<string, readonly NetNode[]>;
  readonly constants: ReadonlyMap<string, TensorProto>;
}

/** Nodes that together are one function of `x`; the last one makes its result. */
interface Match {
  readonly op: 'Gelu' | 'Swish';
  readonly x: string;
  readonly nodes: readonly NetNode[];
}

const CLOSE = 1e-4;

function isNumber(links: Links, tensor: string | undefined, value: number): boolean {
  const constant = links.constants.get(tensor ?? '');
  const numbers = constant === undefined ? null : tensorNumbers(constant);
  return numbers?.length === 1 && Math.abs(numbers[0]! - value) < CLOSE;
}

function onlyReader(links: Links, node: NetNode): NetNode | null {
  const readers = links.readers.get(node.outputs[0] ?? '') ?? [];
  return readers.length === 1 ? readers[0]! : null;
}

/** The other operand of a node with two. */
function other(node: NetNode, tensor: string): string {
  return (node.inputs[0] === tensor ? node.inputs[1] : node.inputs[0]) ?? '';
}

/** Half of a tensor, as a node: x * 0.5 or x / 2. */
function isHalf(links: Links, node: NetNode | undefined, x: string): node is NetNode {
  if (node?.op === 'Mul') return node.inputs.includes(x) && isNumber(links, other(node, x), 0.5);
  return node?.op === 'Div' && node.inputs[0] === x && isNumber(links, node.inputs[1], 2);
}

/** x * sigmoid(x) */
function swish(links: Links, sigmoid: NetNode): Match | null {
  const [x = ''] = sigmoid.inputs;
  const product = onlyReader(links, sigmoid);
  return product?.op === 'Mul' && other(product, sigmoid.outputs[0] ?? '') === x ? { op: 'Swish', x, nodes: [sigmoid, product] } : null;
}

/** x (1 + erf(x / sqrt(2))) / 2, with its factors in any order. */
function gelu(links: Links, erf: NetNode): Match | null {
  const scaled = links.maker.get(erf.inputs[0] ?? '');
  const sum = onlyReader(links, erf);
  if (scaled === undefined || sum?.op !== 'Add' || !isNumber(links, other(sum, erf.outputs[0] ?? ''), 1)) return null;
  if (onlyReader(links, scaled) !== erf) return null;
  const [x = ''] = scaled.inputs.filter((name) => !links.constants.has(name));
  const isScaled =
    scaled.op === 'Div'
      ? scaled.inputs[0] === x && isNumber(links, scaled.inputs[1], Math.SQRT2)
      : scaled.op === 'Mul' && isNumber(links, other(scaled, x), Math.SQRT1_2);
  const first = onlyReader(links, sum);
  if (!isScaled || first?.op !== 'Mul') return null;
  const factor = other(first, sum.outputs[0] ?? '');
  const halved = links.maker.get(factor);
  const inner = [scaled, erf, sum];
  if (isHalf(links, halved, x)) {
    return onlyReader(links, halved) === first ? { op: 'Gelu', x, nodes: [...inner, halved, first] } : null;
  }
  const second = onlyReader(links, first);
  const product = first.outputs[0] ?? '';
  const isWhole =
    factor === x
      ? isHalf(links, second ?? undefined, product)
      : isNumber(links, factor, 0.5) && second?.op === 'Mul' && other(second, product) === x;
  return second !== null && isWhole ? { op: 'Gelu', x, nodes: [...inner, first, second] } : null;
}

/**
 * Joins activations that exporters write out (GELU by erf, SiLU) into one node each: layers are then named as in the
 * framework, and the rescale rule sees one function. The nodes themselves run as before.
 * @param nodes - in running order
 */
export function composeActivations(
  nodes: readonly NetNode[],
  constants: ReadonlyMap<string, TensorProto>,
  results: ReadonlySet<string>,
): NetNode[] {
  const maker = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const readers = new Map<string, NetNode[]>();
  for (const node of nodes) for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []), node]);
  const links: Links = { maker, readers, constants };
  const inside = new Set<NetNode>();
  const joined = new Map<NetNode, NetNode>();
  for (const node of nodes) {
    const match = node.op === 'Sigmoid' ? swish(links, node) : node.op === 'Erf' ? gelu(links, node) : null;
    if (match?.nodes.slice(0, -1).some((part) => part.outputs.some((name) => results.has(name))) ?? true) continue;
    const last = match!.nodes.at(-1)!;
    const parts = nodes.filter((candidate) => match!.nodes.includes(candidate));
    for (const part of parts) inside.add(part);
    joined.set(last, { ...last, op: match!.op, inputs: [match!.x], protos: parts.flatMap(({ protos }) => protos) });
  }
  return nodes.flatMap((node) => joined.get(node) ?? (inside.has(node) ? [] : [node]));
}
