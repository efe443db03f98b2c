import { clone, create } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType, AttributeProtoSchema, NodeProtoSchema, type NodeProto, type TensorProto } from 'onnx-buf';
import { Attributes, type Graph, type GraphNode } from '#/onnx/graph';
import { DOUBLE, FLOAT, tensorNumbers } from '#/onnx/tensor-values';
import { floatTensor, intTensor } from './graph-writer';
import { NotDifferentiable, type NetNode } from './net';

const MACHINE_LEARNING = 'ai.onnx.ml';

/** Float32 in place of float64; other tensors as they are. */
export function singlePrecision(tensor: TensorProto): TensorProto {
  if (tensor.dataType !== DOUBLE) return tensor;
  return floatTensor(tensor.name, tensor.dims.map(Number), tensorNumbers(tensor) ?? []);
}

/** A Constant node's value under its output's name; null for kinds that nets do not use. */
export function constantOf(node: GraphNode): TensorProto | null {
  const name = node.outputs[0] ?? '';
  const { attributes } = node;
  const tensor = attributes.tensor('value');
  if (tensor !== null) return singlePrecision({ ...tensor, name });
  if (attributes.has('value_float')) return floatTensor(name, [], [attributes.float('value_float', 0)]);
  if (attributes.has('value_floats'))
    return floatTensor(name, [attributes.floats('value_floats').length], attributes.floats('value_floats'));
  if (attributes.has('value_int')) return intTensor(name, [], [attributes.int('value_int', 0)]);
  if (attributes.has('value_ints')) return intTensor(name, [attributes.ints('value_ints').length], attributes.ints('value_ints'));
  return null;
}

/** A node of our own in place of one of the model's, keeping its name for messages. */
export function standardNode(
  op: string,
  inputs: readonly string[],
  output: string,
  origin: string,
  ints: Readonly<Record<string, number>> = {},
): NetNode {
  const attribute = Object.entries(ints).map(([name, value]) =>
    create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) }),
  );
  return netNode(create(NodeProtoSchema, { opType: op, name: origin, input: [...inputs], output: [output], attribute }));
}

export function netNode(proto: NodeProto): NetNode {
  return {
    op: proto.opType,
    domain: '',
    name: proto.name,
    inputs: proto.input,
    outputs: proto.output,
    attributes: new Attributes(proto.attribute),
    protos: [proto],
  };
}

/** Constants that a rewritten node brings. */
export type AddConstant = (tensor: TensorProto) => void;

/** Columns of ai.onnx.ml's preprocessing as standard operators, so that they have gradients. */
function rewritten(graph: Graph, node: GraphNode, add: AddConstant): readonly NetNode[] {
  const [x = '', second = ''] = node.inputs;
  const [y = ''] = node.outputs;
  const inner = (part: string): string => `limpid/${part}/${y}`;
  const floats = (part: string, values: readonly number[]): string => {
    add(floatTensor(inner(part), [values.length], values));
    return inner(part);
  };
  switch (node.op) {
    case 'Scaler':
      return [
        standardNode('Sub', [x, floats('offset', node.attributes.floats('offset'))], inner('shifted'), node.name),
        standardNode('Mul', [inner('shifted'), floats('scale', node.attributes.floats('scale'))], y, node.name),
      ];
    case 'Imputer': {
      const values = node.attributes.floats('imputed_value_floats');
      const missing = node.attributes.float('replaced_value_float', 0);
      if (values.length === 0) break;
      const found = Number.isNaN(missing)
        ? standardNode('IsNaN', [x], inner('missing'), node.name)
        : standardNode('Equal', [x, floats('marker', [missing])], inner('missing'), node.name);
      return [found, standardNode('Where', [inner('missing'), floats('imputed', values), x], y, node.name)];
    }
    case 'FeatureVectorizer':
      return [standardNode('Concat', node.inputs, y, node.name, { axis: 1 })];
    case 'ArrayFeatureExtractor': {
      const positions = graph.constant(second);
      const numbers = positions === undefined ? null : tensorNumbers(positions);
      if (numbers === null) break;
      add(intTensor(inner('columns'), [numbers.length], Array.from(numbers)));
      return [standardNode('Gather', [x, inner('columns')], y, node.name, { axis: -1 })];
    }
  }
  throw new NotDifferentiable(node, 'has no gradient.');
}

/**
 * A node of the model as standard operators in float32.
 * @throws NotDifferentiable for operators of other domains that are not known here, and for nodes that hold graphs
 */
export function standardNodes(graph: Graph, node: GraphNode, proto: NodeProto, add: AddConstant): readonly NetNode[] {
  if (node.domain === MACHINE_LEARNING) return rewritten(graph, node, add);
  if (node.domain !== '') throw new NotDifferentiable(node, 'has no gradient.');
  if (proto.attribute.some((attribute) => attribute.g !== undefined || attribute.graphs.length > 0)) {
    throw new NotDifferentiable(node, 'branches or loops.');
  }
  if (node.op === 'Cast' && node.attributes.int('to', FLOAT) === DOUBLE) {
    return [standardNode('Cast', node.inputs, node.outputs[0] ?? '', node.name, { to: FLOAT })];
  }
  if (node.op === 'Dropout' || node.op === 'Identity')
    return [standardNode('Identity', node.inputs.slice(0, 1), node.outputs[0] ?? '', node.name)];
  return [netNode(clone(NodeProtoSchema, proto))];
}
