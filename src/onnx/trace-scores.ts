import { isClassifierNode, labelEncoderTable, labelsOfNode, postTransform, scoreSpaceOfNode, TREE_OPERATORS } from './classifier-nodes';
import type { Graph, GraphNode } from './graph';
import { tensorLabels, tensorNumbers, tensorSize } from './tensor-values';

/** Nodes that change neither the numbers nor their order. */
const NEUTRAL: ReadonlySet<string> = new Set(['Identity', 'Cast', 'Dropout', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

/** What the scores are, as far as the graph tells; `unknown` is decided by names and shapes. */
export type TracedSpace = 'probability' | 'logit' | 'score' | 'value' | 'unknown';

export interface ScoreTrace {
  readonly space: TracedSpace;
  /** The classifier, regressor or net layer that makes the numbers, null when unknown. */
  readonly node: GraphNode | null;
  /** Columns, null when the nodes do not say. */
  readonly width: number | null;
}

const UNKNOWN: ScoreTrace = { space: 'unknown', node: null, width: null };

function isOne(graph: Graph, tensor: string | undefined): boolean {
  const constant = tensor === undefined ? undefined : graph.constant(tensor);
  if (constant === undefined || tensorSize(constant) !== 1) return false;
  return tensorNumbers(constant)?.[0] === 1;
}

/** Columns that a matrix product with a constant gives. */
function productWidth(graph: Graph, node: GraphNode): number | null {
  const weights = graph.constant(node.inputs[1] ?? '');
  if (weights?.dims.length !== 2) return null;
  const transposed = node.op === 'Gemm' && node.attributes.int('transB', 0) === 1;
  return Number(weights.dims[transposed ? 0 : 1]);
}

/** A classifier's two outputs: labels first, scores second. */
function traceTerminal(graph: Graph, node: GraphNode): ScoreTrace | null {
  if (isClassifierNode(node)) {
    const labels = labelsOfNode(node);
    return { space: scoreSpaceOfNode(node), node, width: labels.length > 0 ? labels.length : null };
  }
  if (TREE_OPERATORS.has(node.op)) {
    const transform = postTransform(node);
    const targets = node.attributes.int('n_targets', 1);
    // The runtime ignores LOGISTIC and SOFTMAX where there is one target.
    const squashed = targets > 1 && (transform === 'LOGISTIC' || transform === 'SOFTMAX');
    return { space: squashed ? 'probability' : 'value', node, width: targets };
  }
  switch (node.op) {
    case 'LinearRegressor':
      return { space: 'value', node, width: node.attributes.int('targets', 1) };
    case 'SVMRegressor':
      return { space: 'value', node, width: 1 };
    case 'Gemm':
    case 'MatMul':
      return { space: 'unknown', node, width: productWidth(graph, node) };
    default:
      return null;
  }
}

/**
 * Follows a scores tensor back to the node that decides what its numbers are.
 * @param tensor - name of a graph output
 */
export function traceScores(graph: Graph, tensor: string): ScoreTrace {
  const node = graph.producer(tensor);
  const first = node?.inputs[0];
  if (node === undefined || first === undefined) return UNKNOWN;
  const terminal = traceTerminal(graph, node);
  if (terminal !== null) return terminal;
  if (NEUTRAL.has(node.op)) return traceScores(graph, first);
  switch (node.op) {
    case 'Softmax':
    case 'Sigmoid':
    case 'Normalizer': {
      const inner = traceScores(graph, first);
      return { ...inner, space: 'probability' };
    }
    case 'LogSoftmax': {
      const inner = traceScores(graph, first);
      return { ...inner, space: 'logit' };
    }
    case 'Mul':
    case 'Div': {
      // lightgbm multiplies by one; voting and one-vs-rest divide by the sum.
      const other = node.inputs[1];
      const inner = traceScores(graph, first);
      if (isOne(graph, other)) return inner;
      const divisor = other === undefined ? undefined : graph.producer(other);
      if (node.op === 'Div' && divisor?.op === 'ReduceSum') return { ...inner, space: 'probability' };
      return { ...UNKNOWN, width: inner.width };
    }
    case 'Add':
    case 'Sub': {
      const inner = traceScores(graph, first);
      return { ...UNKNOWN, width: inner.width };
    }
    case 'Concat': {
      // [1 - p, p]
      const last = node.inputs.at(-1) ?? first;
      const complement = graph.producer(first);
      const inner = traceScores(graph, last);
      if (node.inputs.length === 2 && complement?.op === 'Sub' && isOne(graph, complement.inputs[0]) && complement.inputs[1] === last) {
        return { ...inner, width: 2 };
      }
      return UNKNOWN;
    }
    default:
      return UNKNOWN;
  }
}

/** Sums, and products with a constant, keep a linear layer linear. */
const LINEAR_STEPS: ReadonlySet<string> = new Set([...NEUTRAL, 'Add', 'Sub', 'Mul', 'Div']);

/** Whether a tensor is what a net's linear layer gives, with nothing on top that would say what its numbers mean. */
export function endsInLinearLayer(graph: Graph, tensor: string): boolean {
  const waiting = [tensor];
  const seen = new Set(waiting);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = graph.producer(name);
    if (node === undefined) continue;
    if (node.op === 'Gemm' || node.op === 'MatMul') return true;
    if (!LINEAR_STEPS.has(node.op)) continue;
    const isSum = node.op === 'Add' || node.op === 'Sub';
    const isGate = (node.op === 'Mul' || node.op === 'Div') && !node.inputs.some((input) => graph.constant(input) !== undefined);
    if (isGate) continue;
    const followed = isSum || node.op === 'Mul' ? node.inputs : node.inputs.slice(0, 1);
    for (const input of followed) {
      if (seen.has(input)) continue;
      seen.add(input);
      waiting.push(input);
    }
  }
  return false;
}

/**
 * Follows a label tensor back to its classes, in score order.
 * @returns [] when the graph does not say
 */
export function traceClassLabels(graph: Graph, tensor: string): string[] {
  const node = graph.producer(tensor);
  const first = node?.inputs[0];
  if (node === undefined || first === undefined) return [];
  if (isClassifierNode(node)) return labelsOfNode(node);
  if (NEUTRAL.has(node.op)) return traceClassLabels(graph, first);
  switch (node.op) {
    case 'ArrayFeatureExtractor':
    case 'Gather': {
      const classes = graph.constant(first);
      return classes === undefined ? [] : (tensorLabels(classes) ?? []);
    }
    case 'LabelEncoder': {
      const table = labelEncoderTable(node);
      if (table === null) return [];
      const inner = traceClassLabels(graph, first);
      if (inner.length > 0) return inner.map((label) => table.values[table.keys.indexOf(label)] ?? label);
      const order = table.keys.map((key, index) => ({ key: Number(key), index })).sort((a, b) => a.key - b.key);
      return order.map(({ index }) => table.values[index]!);
    }
    default:
      return [];
  }
}

/** The classifier node behind a label or score tensor's neutral nodes, null when there is none. */
export function classifierBehind(graph: Graph, tensor: string): GraphNode | null {
  const node = graph.producer(tensor);
  if (node === undefined) return null;
  if (isClassifierNode(node)) return node;
  const first = node.inputs[0];
  const passes = NEUTRAL.has(node.op) || ['Normalizer', 'Softmax', 'Sigmoid', 'LabelEncoder', 'Mul', 'Div'].includes(node.op);
  return passes && first !== undefined ? classifierBehind(graph, first) : null;
}
