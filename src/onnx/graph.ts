import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type AttributeProto, type GraphProto, type ModelProto, type NodeProto, type TensorProto } from 'onnx-buf';
import { LimpidError } from '#/base/errors';

/** Typed reads of a node's attributes; absent ones give the default. */
export class Attributes {
  readonly #byName: ReadonlyMap<string, AttributeProto>;

  constructor(attributes: readonly AttributeProto[]) {
    this.#byName = new Map(attributes.map((attribute) => [attribute.name, attribute]));
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  int(name: string, otherwise: number): number {
    const attribute = this.#byName.get(name);
    return attribute === undefined ? otherwise : Number(attribute.i);
  }

  float(name: string, otherwise: number): number {
    return this.#byName.get(name)?.f ?? otherwise;
  }

  text(name: string, otherwise: string): string {
    const attribute = this.#byName.get(name);
    return attribute === undefined ? otherwise : new TextDecoder().decode(attribute.s);
  }

  ints(name: string): number[] {
    return this.#byName.get(name)?.ints.map(Number) ?? [];
  }

  floats(name: string): readonly number[] {
    return this.#byName.get(name)?.floats ?? [];
  }

  texts(name: string): string[] {
    const decoder = new TextDecoder();
    return this.#byName.get(name)?.strings.map((bytes) => decoder.decode(bytes)) ?? [];
  }

  tensor(name: string): TensorProto | null {
    return this.#byName.get(name)?.t ?? null;
  }
}

export interface GraphNode {
  readonly op: string;
  /** '' for the standard operators. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** A parsed ONNX graph with its tensors by name. */
export interface Graph {
  readonly model: ModelProto;
  readonly proto: GraphProto;
  readonly nodes: readonly GraphNode[];
  /** The node that makes a tensor. */
  producer(tensor: string): GraphNode | undefined;
  /** Initializer or Constant node's value. */
  constant(tensor: string): TensorProto | undefined;
}

function toNode(proto: NodeProto): GraphNode {
  return {
    op: proto.opType,
    domain: proto.domain === 'ai.onnx' ? '' : proto.domain,
    name: proto.name,
    inputs: proto.input,
    outputs: proto.output,
    attributes: new Attributes(proto.attribute),
  };
}

export function toGraph(model: ModelProto, proto: GraphProto): Graph {
  const nodes = proto.node.map(toNode);
  const producers = new Map(
    nodes.flatMap((node) => node.outputs.filter((output) => output !== '').map((output) => [output, node] as const)),
  );
  const initializers = new Map(proto.initializer.map((tensor) => [tensor.name, tensor]));
  return {
    model,
    proto,
    nodes,
    producer: (tensor) => producers.get(tensor),
    constant: (tensor) => {
      const initializer = initializers.get(tensor);
      if (initializer !== undefined) return initializer;
      const node = producers.get(tensor);
      return node?.op === 'Constant' ? (node.attributes.tensor('value') ?? undefined) : undefined;
    },
  };
}

/** Nodes that feed each other in a circle: a graph that cannot run, and walks along it would not end. */
function hasCycle(graph: Graph): boolean {
  const waiting = new Map(graph.nodes.map((node) => [node, 0]));
  const readers = new Map<GraphNode, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      const maker = graph.producer(input);
      if (maker === undefined) continue;
      waiting.set(node, waiting.get(node)! + 1);
      const known = readers.get(maker);
      if (known === undefined) readers.set(maker, [node]);
      else known.push(node);
    }
  }
  const ready = graph.nodes.filter((node) => waiting.get(node) === 0);
  let done = 0;
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    done++;
    for (const reader of readers.get(node) ?? []) {
      const left = waiting.get(reader)! - 1;
      waiting.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  return done < graph.nodes.length;
}

/**
 * Parses an ONNX file.
 * @throws LimpidError `UnreadableFile` when the bytes are no ONNX model (truncated, another format, no graph)
 */
export function parseGraph(bytes: Uint8Array, name: string): Graph {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw new LimpidError(
      {
        tag: 'UnreadableFile',
        message: 'The ONNX file is damaged or cut off: its bytes do not form a complete model.',
        hint: 'Copy or export the file again; a complete file passes onnx.checker.check_model in Python.',
        place: { file: name },
      },
      cause,
    );
  }
  if (model.graph === undefined || model.graph.output.length === 0) {
    throw new LimpidError({
      tag: 'UnreadableFile',
      message: bytes.length === 0 ? 'The file is empty.' : 'The file holds no ONNX graph.',
      hint: 'Export the model again, for example with skl2onnx, onnxmltools or torch.onnx.',
      place: { file: name },
    });
  }
  const graph = toGraph(model, model.graph);
  if (hasCycle(graph)) {
    throw new LimpidError({
      tag: 'UnreadableFile',
      message: 'The nodes of the ONNX graph feed each other in a circle.',
      hint: 'Export the model again; onnx.checker.check_model in Python says where it breaks.',
      place: { file: name },
    });
  }
  return graph;
}

/** How a node is named to a person: operator and, where it has one, its name. */
export function describeNode(node: GraphNode): string {
  return node.name === '' || node.name === node.op ? node.op : `${node.op} (${node.name})`;
}
