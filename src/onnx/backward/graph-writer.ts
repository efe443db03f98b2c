import { clone, create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { FLOAT, INT64 } from '#/onnx/tensor-values';
import { BATCH, type Shape } from './tensor-shape';

/** An attribute's value; `{ float }` where a whole number is meant as a float. */
export type AttributeValue = number | readonly number[] | { readonly float: number };

function attribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) });
}

export function floatTensor(name: string, dims: readonly number[], values: readonly number[] | Float64Array): TensorProto {
  const data = Float32Array.from(values);
  return create(TensorProtoSchema, { name, dataType: FLOAT, dims: dims.map(BigInt), rawData: new Uint8Array(data.buffer) });
}

export function intTensor(name: string, dims: readonly number[], values: readonly number[]): TensorProto {
  const data = BigInt64Array.from(values, BigInt);
  return create(TensorProtoSchema, { name, dataType: INT64, dims: dims.map(BigInt), rawData: new Uint8Array(data.buffer) });
}

/** A float32 input or output; open dimensions where the shape says `BATCH`. */
export function floatPort(name: string, shape: Shape): ValueInfoProto {
  const dim = shape.map((size) =>
    create(
      TensorShapeProto_DimensionSchema,
      size === BATCH ? { value: { case: 'dimParam', value: 'rows' } } : { value: { case: 'dimValue', value: BigInt(size) } },
    ),
  );
  const tensor = create(TypeProto_TensorSchema, { elemType: FLOAT, shape: create(TensorShapeProtoSchema, { dim }) });
  return create(ValueInfoProtoSchema, { name, type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } }) });
}

/** Writes an ONNX graph node by node, for the operator set of a given model. */
export class GraphWriter {
  readonly opset: number;
  readonly #nodes: NodeProto[] = [];
  readonly #constants = new Map<string, TensorProto>();
  #count = 0;

  constructor(opset: number) {
    this.opset = opset;
  }

  /** A name that no model uses. */
  fresh(): string {
    return `limpid/${this.#count++}`;
  }

  /** Adds a node with one output. @returns the output's name */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}, output = this.fresh()): string {
    const listed = Object.entries(attributes).map(([name, value]) => attribute(name, value));
    this.#nodes.push(create(NodeProtoSchema, { opType: op, name: output, input: [...inputs], output: [output], attribute: listed }));
    return output;
  }

  /** Adds a node as it is, but for its name: names must differ, and no name is fine. */
  copy(node: NodeProto): void {
    const copied = clone(NodeProtoSchema, node);
    copied.name = '';
    this.#nodes.push(copied);
  }

  addConstant(tensor: TensorProto): void {
    this.#constants.set(tensor.name, tensor);
  }

  scalar(value: number): string {
    const name = `limpid/scalar/${value}`;
    if (!this.#constants.has(name)) this.addConstant(floatTensor(name, [], [value]));
    return name;
  }

  floats(dims: readonly number[], values: readonly number[] | Float64Array): string {
    const name = this.fresh();
    this.addConstant(floatTensor(name, dims, values));
    return name;
  }

  ints(values: readonly number[]): string {
    const name = `limpid/ints/${values.join(',')}`;
    if (!this.#constants.has(name)) this.addConstant(intTensor(name, [values.length], values));
    return name;
  }

  add(a: string, b: string): string {
    return this.node('Add', [a, b]);
  }

  subtract(a: string, b: string): string {
    return this.node('Sub', [a, b]);
  }

  multiply(a: string, b: string): string {
    return this.node('Mul', [a, b]);
  }

  divide(a: string, b: string): string {
    return this.node('Div', [a, b]);
  }

  /** a B, or a times B transposed (the third operand may be left out since operator set 11). */
  product(a: string, b: string, transB: 0 | 1): string {
    return this.node('Gemm', this.opset >= 11 ? [a, b] : [a, b, this.scalar(0)], { transB });
  }

  /** Sums over axes that stay as size 1 (their place moved from attribute to input with operator set 13). */
  sumOver(tensor: string, axes: readonly number[]): string {
    return this.opset >= 13
      ? this.node('ReduceSum', [tensor, this.ints(axes)], { keepdims: 1 })
      : this.node('ReduceSum', [tensor], { axes, keepdims: 1 });
  }

  /** To a shape with rows: the one open size is worked out by the runtime. */
  reshape(tensor: string, shape: Shape, output?: string): string {
    return this.node('Reshape', [tensor, this.ints(shape)], {}, output);
  }

  /** Nodes whose results lead to `outputs`, as a model. */
  finish(inputs: readonly ValueInfoProto[], outputs: readonly ValueInfoProto[]): Uint8Array<ArrayBuffer> {
    const makers = new Map(this.#nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
    const alive = new Set<NodeProto>();
    const read = new Set<string>();
    const waiting = outputs.map((output) => output.name);
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (read.has(name)) continue;
      read.add(name);
      const maker = makers.get(name);
      if (maker === undefined || alive.has(maker)) continue;
      alive.add(maker);
      waiting.push(...maker.input);
    }
    const graph = create(GraphProtoSchema, {
      name: 'gradients',
      input: inputs.filter((input) => read.has(input.name)),
      output: [...outputs],
      node: this.#nodes.filter((node) => alive.has(node)),
      initializer: [...this.#constants.values()].filter((tensor) => read.has(tensor.name)),
    });
    const model = create(ModelProtoSchema, {
      irVersion: 8n,
      producerName: 'Limpid',
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(this.opset) })],
      graph,
    });
    return new Uint8Array(toBinary(ModelProtoSchema, model));
  }
}
