import type { ModelSignature } from '#/domain/model';
import { isClassifier, storedOutputCount, type Outputs } from '#/domain/outputs';
import type { AdditiveSpace } from '#/domain/units';
import { resolveSpace } from '#/onnx/resolve-space';
import { tensorNumbers } from '#/onnx/tensor-values';
import { innerAxis } from './infer-shapes';
import type { Net, NetNode } from './net';
import { standardNode } from './standard-nodes';
import { elementsPerRow } from './tensor-shape';

/** A tensor whose columns, weighted, are the study's stored outputs. */
export interface OutputTarget {
  readonly id: 'raw' | 'probability';
  readonly tensor: string;
  /** By stored output: weights of the tensor's columns. */
  readonly seeds: readonly (readonly number[])[];
  readonly space: AdditiveSpace;
}

/** A net with what its outputs mean. Nodes are added to it where a probability is asked of a net that ends in logits. */
export interface TargetedNet {
  readonly net: Net;
  /** The model's own scores first. */
  readonly targets: readonly OutputTarget[];
}

const NEUTRAL: ReadonlySet<string> = new Set(['Identity', 'Cast', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

const unit = (index: number, width: number): number[] => Array.from({ length: width }, (_, column) => (column === index ? 1 : 0));
const everyColumn = (width: number): number[][] => Array.from({ length: width }, (_, index) => unit(index, width));

function producer(net: Net, tensor: string): NetNode | undefined {
  return net.nodes.find((node) => node.outputs.includes(tensor));
}

/** Behind nodes that only pass numbers on. */
function behindNeutral(net: Net, tensor: string): NetNode | undefined {
  const node = producer(net, tensor);
  return node !== undefined && NEUTRAL.has(node.op) ? behindNeutral(net, node.inputs[0] ?? '') : node;
}

function isOne(net: Net, tensor: string): boolean {
  const constant = net.constants.get(tensor);
  return constant !== undefined && tensorNumbers(constant)?.every((value) => value === 1) === true;
}

/** The sigmoid p of `[1 - p, p]`, as scikit-learn's exports end. */
function complementedSigmoid(net: Net, node: NetNode): NetNode | null {
  const [zero = '', one = ''] = node.inputs;
  if (node.op !== 'Concat' || node.inputs.length !== 2) return null;
  const complement = producer(net, zero);
  const sigmoid = behindNeutral(net, one);
  if (complement?.op !== 'Sub' || sigmoid?.op !== 'Sigmoid' || !isOne(net, complement.inputs[0] ?? '')) return null;
  return behindNeutral(net, complement.inputs[1] ?? '') === sigmoid ? sigmoid : null;
}

/** What goes into the last sigmoid or softmax; null when the scores end otherwise. */
function rawTarget(net: Net, nOutputs: number): OutputTarget | null {
  const last = behindNeutral(net, net.scores);
  if (last === undefined) return null;
  const complemented = complementedSigmoid(net, last);
  const squash = complemented ?? last;
  const tensor = squash.inputs[0] ?? '';
  const width = elementsPerRow(net.shapes.get(tensor) ?? []);
  if (width === null) return null;
  const target = (seeds: readonly (readonly number[])[], space: AdditiveSpace): OutputTarget => ({ id: 'raw', tensor, seeds, space });
  if (squash.op === 'Sigmoid') {
    if (complemented !== null) return width === 1 ? target([[1]], 'log-odds') : null;
    if (width === nOutputs) return target(everyColumn(width), 'log-odds');
    return width === 2 && nOutputs === 1 ? target([[0, 1]], 'log-odds') : null;
  }
  if (squash.op !== 'Softmax') return null;
  const rank = net.shapes.get(tensor)!.length;
  if (innerAxis(squash, squash.attributes.int('axis', net.opset >= 13 ? -1 : 1), rank) !== 1) return null;
  // The margin of two classes is the difference of their logits: its sigmoid is the probability of class 1.
  if (width === 2 && nOutputs === 1) return target([[-1, 1]], 'log-odds');
  return width === nOutputs && width > 1 ? target(everyColumn(width), 'softmax margin') : null;
}

/** Adds the sigmoid or softmax that turns logits into probabilities. */
function withProbability(net: Net, width: number, nOutputs: number): { net: Net; target: OutputTarget } {
  const tensor = 'limpid/probability';
  const node = standardNode(width === 1 ? 'Sigmoid' : 'Softmax', [net.scores], tensor, tensor, width === 1 ? {} : { axis: 1 });
  const seeds = width === 2 && nOutputs === 1 ? [[0, 1]] : everyColumn(width);
  return {
    net: {
      ...net,
      nodes: [...net.nodes, node],
      shapes: new Map([...net.shapes, [tensor, net.shapes.get(net.scores)!]]),
      active: new Set([...net.active, tensor]),
    },
    target: { id: 'probability', tensor, seeds, space: 'probability' },
  };
}

/**
 * What can be differentiated of a net's outputs, as stored outputs (binary: class 1):
 *
 *   probability   the scores of a net that gives probabilities; else the sigmoid or softmax of its logits
 *   raw           before the last sigmoid (log-odds), before the last softmax (one class's logit; of two classes the
 *                 difference, which is the log-odds of class 1), or the scores of any other net as they are
 *
 * The model's own scores come first.
 * @returns one plain sentence where scores and outputs do not fit
 */
export function outputTargets(net: Net, signature: ModelSignature, outputs: Outputs): TargetedNet | { readonly reason: string } {
  const nOutputs = storedOutputCount(outputs);
  const width = elementsPerRow(net.shapes.get(net.scores) ?? []);
  if (width === null) return { reason: 'The scores do not keep the rows of a call apart.' };
  const isPair = width === 2 && nOutputs === 1 && isClassifier(outputs);
  if (width !== nOutputs && !isPair) return { reason: `The net gives ${width} numbers a row, the study has ${nOutputs} outputs.` };
  const space = resolveSpace(signature, outputs);
  const own = (id: OutputTarget['id'], additive: AdditiveSpace, pair: readonly number[] = [0, 1]): OutputTarget => ({
    id,
    tensor: net.scores,
    seeds: isPair ? [pair] : everyColumn(width),
    space: additive,
  });
  switch (space) {
    case 'probability': {
      const raw = rawTarget(net, nOutputs);
      return { net, targets: raw === null ? [own('probability', 'probability')] : [own('probability', 'probability'), raw] };
    }
    case 'logit': {
      const raw = own('raw', nOutputs === 1 ? 'log-odds' : 'softmax margin', [-1, 1]);
      const more = withProbability(net, width, nOutputs);
      return { net: more.net, targets: [raw, more.target] };
    }
    case 'value':
      return { net, targets: [own('raw', 'value')] };
    case 'score':
    case 'label only':
      return { net, targets: [own('raw', 'score')] };
    default:
      return space satisfies never;
  }
}
