import { clone } from '@bufbuild/protobuf';
import { NodeProtoSchema, type ValueInfoProto } from 'onnx-buf';
import { floatPort, GraphWriter } from './graph-writer';
import { FEATURES, NotDifferentiable, type Net } from './net';
import { isRescaled, rescale } from './rescale-rule';
import { BATCH, elementsPerRow } from './tensor-shape';
import { ARITHMETIC_RULES } from './vjp-arithmetic';
import { LAYER_RULES } from './vjp-layers';
import type { VjpRule } from './vjp-rule';
import { SHAPE_RULES } from './vjp-shapes';

const RULES: ReadonlyMap<string, VjpRule> = new Map<string, VjpRule>([...ARITHMETIC_RULES, ...LAYER_RULES, ...SHAPE_RULES]);

/** Names of generated graphs' inputs and outputs. */
export const COMPARED = 'limpid/compared';
export const SEED = 'limpid/seed';
export const GRADIENT = 'limpid/gradient';
export const VALUES = 'limpid/values';

export interface GradientGraphRequest {
  /** Tensor whose columns are differentiated, weighted by the seed. */
  readonly target: string;
  /** By what: `FEATURES`, or a hidden tensor. */
  readonly by: string;
  /** DeepLIFT multipliers between two rows instead of gradients. */
  readonly rescaled: boolean;
}

function copyForward(net: Net, writer: GraphWriter): void {
  for (const constant of net.constants.values()) writer.addConstant(constant);
  for (const node of net.nodes) for (const proto of node.protos) writer.copy(proto);
}

/** The same nodes over the rows on the other side; tensors that hold no rows of the features are shared. */
function copyCompared(net: Net, writer: GraphWriter, compared: (tensor: string) => string): void {
  for (const original of net.nodes.flatMap((node) => node.protos)) {
    const proto = clone(NodeProtoSchema, original);
    proto.input = proto.input.map(compared);
    proto.output = proto.output.map(compared);
    writer.copy(proto);
  }
}

/** A tensor as an output matrix [rows, elements a row]. @throws NotDifferentiable */
function matrixOutput(net: Net, writer: GraphWriter, tensor: string, like: string, name: string): ValueInfoProto {
  const shape = net.shapes.get(like)!;
  const width = widthOf(net, like);
  if (shape.length === 2) writer.node('Identity', [tensor], {}, name);
  else writer.reshape(tensor, [BATCH, width], name);
  return floatPort(name, [BATCH, width]);
}

/** Numbers a row of a tensor. @throws NotDifferentiable when it does not keep rows apart */
export function widthOf(net: Net, tensor: string): number {
  const width = elementsPerRow(net.shapes.get(tensor) ?? []);
  if (width === null) throw new NotDifferentiable(nodeOf(net, tensor), 'does not keep the rows of a call apart.');
  return width;
}

function nodeOf(net: Net, tensor: string): Net['nodes'][number] {
  return net.nodes.find((node) => node.outputs.includes(tensor)) ?? net.nodes[0]!;
}

/** Writes the backward pass from a target's gradient. @returns the gradient of `by`; null when nothing leads there */
function writeBackward(
  net: Net,
  writer: GraphWriter,
  request: GradientGraphRequest,
  seed: string,
  compared: (tensor: string) => string,
): string | null {
  const gradients = new Map([[request.target, seed]]);
  const start = net.nodes.findIndex((node) => node.outputs.includes(request.target));
  for (let index = start; index >= 0; index--) {
    const node = net.nodes[index]!;
    const found = node.outputs.map((name) => gradients.get(name) ?? null);
    if (found.every((gradient) => gradient === null) || node.outputs.includes(request.by)) continue;
    if (!node.inputs.some((name) => net.active.has(name))) continue;
    const rule = RULES.get(node.op);
    if (rule === undefined) throw new NotDifferentiable(node, 'has no gradient.');
    rule(node, found, { net, writer }).forEach((gradient, at) => {
      const input = node.inputs[at]!;
      if (gradient === null || !net.active.has(input)) return;
      const own = request.rescaled && at === 0 && isRescaled(node) ? rescale(node, found[0]!, gradient, compared, writer) : gradient;
      const before = gradients.get(input);
      gradients.set(input, before === undefined ? own : writer.add(before, own));
    });
  }
  return gradients.get(request.by) ?? null;
}

/**
 * A graph that computes, for each row, the gradient of a weighted sum of a tensor's columns by the features or by a hidden
 * tensor; or DeepLIFT multipliers between two rows. These do not depend on which row is which, but for operators without a
 * rescale rule: they get their gradient at the row in `FEATURES`.
 *
 * Inputs: `FEATURES` [rows, nFeatures], `SEED` [rows, columns of the target] (the weights), and `COMPARED` like the
 * features when rescaled. Outputs: `GRADIENT` [rows, features or elements of the tensor], and `VALUES`, the hidden tensor
 * itself, where one is asked for. An input that nothing depends on is left out.
 *
 * @throws NotDifferentiable
 */
export function gradientGraph(net: Net, request: GradientGraphRequest): Uint8Array<ArrayBuffer> {
  const { writer, gradient } = buildBackward(net, request);
  const { by, target } = request;
  const outputs = [matrixOutput(net, writer, gradient, by, GRADIENT)];
  if (by !== FEATURES) outputs.push(matrixOutput(net, writer, by, by, VALUES));
  return writer.finish(
    [
      floatPort(FEATURES, [BATCH, net.nFeatures]),
      floatPort(COMPARED, [BATCH, net.nFeatures]),
      floatPort(SEED, [BATCH, widthOf(net, target)]),
    ],
    outputs,
  );
}

/** Writes forward and backward pass without packing them: tells whether a net can be differentiated. @throws NotDifferentiable */
export function buildBackward(net: Net, request: GradientGraphRequest): { readonly writer: GraphWriter; readonly gradient: string } {
  const writer = new GraphWriter(net.opset);
  copyForward(net, writer);
  const own = new Set([FEATURES, ...net.nodes.flatMap(({ protos }) => protos.flatMap((proto) => proto.output))]);
  const compared = (tensor: string): string => (tensor === FEATURES ? COMPARED : own.has(tensor) ? `limpid/compared/${tensor}` : tensor);
  if (request.rescaled) copyCompared(net, writer, compared);
  widthOf(net, request.target);
  widthOf(net, request.by);
  const shape = net.shapes.get(request.target)!;
  const seed = shape.length === 2 ? SEED : writer.reshape(SEED, shape);
  const gradient = writeBackward(net, writer, request, seed, compared);
  return { writer, gradient: gradient ?? writer.multiply(request.by, writer.scalar(0)) };
}

/** A graph that computes a tensor of the net for each row: `FEATURES` to `VALUES` [rows, elements]. @throws NotDifferentiable */
export function forwardGraph(net: Net, tensor: string): Uint8Array<ArrayBuffer> {
  const writer = new GraphWriter(net.opset);
  copyForward(net, writer);
  return writer.finish([floatPort(FEATURES, [BATCH, net.nFeatures])], [matrixOutput(net, writer, tensor, tensor, VALUES)]);
}

/** Numbers a row of the widest tensor: decides how many rows fit a batch. */
export function widestTensor(net: Net): number {
  let widest = net.nFeatures;
  for (const shape of net.shapes.values()) widest = Math.max(widest, elementsPerRow(shape) ?? 0);
  return widest;
}
