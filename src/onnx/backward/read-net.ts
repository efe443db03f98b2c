import type { NodeProto, TensorProto } from 'onnx-buf';
import type { FeatureSchema, InputBinding, ModelSignature } from '#/domain/model';
import { describeNode, type Graph, type GraphNode } from '#/onnx/graph';
import type { Reason } from '#/onnx/raw-trees';
import { tensorNumbers } from '#/onnx/tensor-values';
import { composeActivations } from './composed-activations';
import { intTensor } from './graph-writer';
import { inferInts, inferShapes } from './infer-shapes';
import { FEATURES, NotDifferentiable, type Net, type NetNode } from './net';
import { constantOf, singlePrecision, standardNode, standardNodes } from './standard-nodes';
import { BATCH, type Shape } from './tensor-shape';

/** `Where`, `Erf` and `Sign` came with it. */
const OLDEST_OPSET = 9;

/** Steps of no slope: their results are constant but for jumps. */
const STEPWISE: ReadonlySet<string> = new Set(
  'Greater GreaterOrEqual Less LessOrEqual Equal And Or Xor Not IsNaN IsInf Sign Floor Ceil Round ArgMax ArgMin Shape Size ConstantOfShape'.split(
    ' ',
  ),
);

/** Nodes that lead to a tensor, in running order, with their protobuf messages. */
function ancestors(graph: Graph, tensor: string): { node: GraphNode; proto: NodeProto }[] {
  const protos = new Map(graph.nodes.map((node, index) => [node, graph.proto.node[index]!]));
  const ordered: { node: GraphNode; proto: NodeProto }[] = [];
  const state = new Map<GraphNode, 'open' | 'done'>();
  const waiting: { node: GraphNode; ready: boolean }[] = [];
  const push = (name: string): void => {
    const node = graph.producer(name);
    if (node !== undefined && !state.has(node)) waiting.push({ node, ready: false });
  };
  push(tensor);
  for (let top = waiting.pop(); top !== undefined; top = waiting.pop()) {
    const { node, ready } = top;
    if (state.get(node) === 'done' || (!ready && state.has(node))) continue;
    if (ready) {
      state.set(node, 'done');
      ordered.push({ node, proto: protos.get(node)! });
      continue;
    }
    state.set(node, 'open');
    waiting.push({ node, ready: true });
    for (const input of node.inputs) push(input);
  }
  return ordered;
}

/** The model's inputs, cut from the matrix of features. */
function entryNodes(
  signature: ModelSignature,
  bindings: readonly InputBinding[],
  nFeatures: number,
  used: ReadonlySet<string>,
  add: (tensor: TensorProto) => void,
): NetNode[] | Reason {
  const nodes: NetNode[] = [];
  for (const input of signature.inputs) {
    if (!used.has(input.name)) continue;
    if (input.type === 'string') return { reason: `The net reads the text of "${input.name}".` };
    const columns = bindings.find((binding) => binding.input === input.name)?.features ?? [];
    const isAll = input.rank === 2 && columns.length === nFeatures && columns.every((feature, slot) => feature === slot);
    if (isAll) {
      nodes.push(standardNode('Identity', [FEATURES], input.name, input.name));
      continue;
    }
    const positions = `limpid/columns/${input.name}`;
    add(intTensor(positions, input.rank === 1 ? [] : [columns.length], columns));
    nodes.push(standardNode('Gather', [FEATURES, positions], input.name, input.name, { axis: 1 }));
  }
  return nodes;
}

function categorical(
  features: readonly FeatureSchema[],
  bindings: readonly InputBinding[],
  used: ReadonlySet<string>,
): FeatureSchema | undefined {
  const read = new Set(bindings.filter((binding) => used.has(binding.input)).flatMap((binding) => binding.features));
  return features.find((feature, index) => feature.kind === 'categorical' && read.has(index));
}

/** PyTorch writes softplus(x) as x above a threshold: the same number in float32, and one function to the rescale rule. */
function plainSoftplus(nodes: readonly NetNode[]): NetNode[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  return nodes.map((node) => {
    const [condition = '', above = '', below = ''] = node.inputs;
    const softplus = makers.get(below);
    const isSoftplus = node.op === 'Where' && softplus?.op === 'Softplus' && softplus.inputs[0] === above;
    const isThreshold = makers.get(condition)?.op === 'Greater' && makers.get(condition)?.inputs[0] === above;
    return isSoftplus && isThreshold ? standardNode('Identity', [below], node.outputs[0] ?? '', node.name) : node;
  });
}

/** Walks the nodes once: shapes, whole numbers, and which tensors move with the features. */
function annotate(
  nodes: readonly NetNode[],
  constants: ReadonlyMap<string, TensorProto>,
  opset: number,
  nFeatures: number,
): Pick<Net, 'shapes' | 'ints' | 'active'> {
  const shapes = new Map<string, Shape>([[FEATURES, [BATCH, nFeatures]]]);
  const ints = new Map<string, readonly number[]>();
  const active = new Set([FEATURES]);
  for (const [name, tensor] of constants) {
    shapes.set(name, tensor.dims.map(Number));
    const numbers = tensor.dims.length <= 1 ? tensorNumbers(tensor) : null;
    if (numbers !== null && numbers.length <= 4096 && numbers.every(Number.isInteger)) ints.set(name, Array.from(numbers));
  }
  for (const node of nodes) {
    const known = { constants, shapes, ints };
    const found = inferShapes(node, known, opset);
    const isActive = node.inputs.some((name) => active.has(name)) && !STEPWISE.has(node.op);
    if (found === null) {
      if (isActive) throw new NotDifferentiable(node, 'has no gradient.');
      continue;
    }
    found.forEach((shape, index) => {
      const name = node.outputs[index];
      if (name === undefined || name === '') return;
      shapes.set(name, shape);
      if (isActive) active.add(name);
    });
    const whole = isActive ? null : inferInts(node, known);
    if (whole !== null) ints.set(node.outputs[0] ?? '', whole);
  }
  return { shapes, ints, active };
}

/**
 * The part of a model that leads from the features to the scores, in standard operators and float32: Scaler, Imputer and
 * other columnwise preprocessing of ai.onnx.ml is rewritten, float64 becomes float32, whole-number inputs take fractions,
 * labels behind the scores are cut off.
 *
 * @param graph - as `readModel` returned the model; not modified
 * @returns the net, or one plain sentence why it cannot be differentiated, naming operator and node
 * @throws NotDifferentiable for the same reason, found deeper
 */
export function readNet(
  graph: Graph,
  features: readonly FeatureSchema[],
  bindings: readonly InputBinding[],
  signature: ModelSignature,
): Net | Reason {
  const { scores } = signature.outputs;
  if (scores === null) return { reason: 'The model gives labels only, which have no gradient.' };
  const opset = Number(graph.model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0);
  if (opset < OLDEST_OPSET) return { reason: `The model uses ONNX operator set ${opset}; gradients need ${OLDEST_OPSET} or newer.` };
  const found = ancestors(graph, scores);
  const used = new Set(found.flatMap(({ node }) => node.inputs));
  const choice = categorical(features, bindings, used);
  if (choice !== undefined) return { reason: `"${choice.name}" is categorical, and gradients need numbers.` };
  const constants = new Map<string, TensorProto>();
  const add = (tensor: TensorProto): void => void constants.set(tensor.name, tensor);
  for (const tensor of graph.proto.initializer) if (used.has(tensor.name)) add(singlePrecision(tensor));
  const entry = entryNodes(signature, bindings, features.length, used, add);
  if ('reason' in entry) return entry;
  const written = [...entry];
  for (const { node, proto } of found) {
    if (node.op === 'Constant') {
      const constant = constantOf(node);
      if (constant === null) return { reason: `${describeNode(node)} holds no numbers.` };
      add(constant);
    } else written.push(...standardNodes(graph, node, proto, add));
  }
  const nodes = composeActivations(plainSoftplus(written), constants, new Set([scores]));
  const net = { opset, nodes, constants, ...annotate(nodes, constants, opset, features.length), scores, nFeatures: features.length };
  return net.active.has(scores) ? net : { reason: 'The scores do not change smoothly with any feature.' };
}
