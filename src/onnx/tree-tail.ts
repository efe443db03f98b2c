import { TREE_OPERATORS } from './classifier-nodes';
import { describeNode, type Graph, type GraphNode } from './graph';
import type { Reason } from './raw-trees';
import { DOUBLE, FLOAT, tensorNumbers } from './tensor-values';

/** What happens to the scores behind the trees, in order. */
export type TailStep =
  /** x * factor + shift, the same for all columns. */
  | { readonly kind: 'affine'; readonly factor: number; readonly shift: number; readonly node: GraphNode }
  | { readonly kind: 'sigmoid' | 'softmax' | 'exp' | 'normalise'; readonly node: GraphNode };

export interface TreeTail {
  readonly ensemble: GraphNode;
  readonly steps: readonly TailStep[];
}

const NEUTRAL: ReadonlySet<string> = new Set(['Identity', 'Dropout', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

function after(node: GraphNode): Reason {
  return { reason: `${describeNode(node)} transforms or combines scores after the trees.` };
}

function scalar(graph: Graph, tensor: string | undefined): number | null {
  const constant = tensor === undefined ? undefined : graph.constant(tensor);
  const numbers = constant === undefined ? null : tensorNumbers(constant);
  return numbers?.length === 1 ? numbers[0]! : null;
}

function affineOf(graph: Graph, node: GraphNode): { step: TailStep | null; input: string } | null {
  const [left = '', right = ''] = node.inputs;
  const byRight = scalar(graph, right);
  const constant = byRight ?? (node.op === 'Mul' || node.op === 'Add' ? scalar(graph, left) : null);
  if (constant === null) return null;
  const input = byRight === null ? right : left;
  const [factor, shift] =
    node.op === 'Mul' ? [constant, 0] : node.op === 'Div' ? [1 / constant, 0] : node.op === 'Add' ? [1, constant] : [1, -constant];
  return { input, step: factor === 1 && shift === 0 ? null : { kind: 'affine', factor, shift, node } };
}

/**
 * Follows the scores output back to the one tree ensemble that makes it.
 * @returns the ensemble and the steps behind it, in running order, or why there is no such ensemble
 */
export function readTreeTail(graph: Graph, scores: string): TreeTail | Reason {
  const steps: TailStep[] = [];
  let tensor = scores;
  for (;;) {
    const node = graph.producer(tensor);
    const first = node?.inputs[0];
    if (node === undefined || first === undefined) return { reason: 'The scores do not come from trees.' };
    if (TREE_OPERATORS.has(node.op)) return { ensemble: node, steps: steps.reverse() };
    if (NEUTRAL.has(node.op)) {
      tensor = first;
      continue;
    }
    switch (node.op) {
      case 'Cast': {
        const to = node.attributes.int('to', FLOAT);
        if (to !== FLOAT && to !== DOUBLE) return after(node);
        break;
      }
      case 'Mul':
      case 'Div':
      case 'Add':
      case 'Sub': {
        const affine = affineOf(graph, node);
        if (affine === null) return afterOrNone(graph, node);
        if (affine.step !== null) steps.push(affine.step);
        tensor = affine.input;
        continue;
      }
      case 'Sigmoid':
        steps.push({ kind: 'sigmoid', node });
        break;
      case 'Exp':
        steps.push({ kind: 'exp', node });
        break;
      case 'Softmax': {
        const axis = node.attributes.int('axis', -1);
        if (axis !== 1 && axis !== -1) return after(node);
        steps.push({ kind: 'softmax', node });
        break;
      }
      case 'Normalizer':
        if (node.attributes.text('norm', 'MAX') !== 'L1') return after(node);
        steps.push({ kind: 'normalise', node });
        break;
      default:
        return afterOrNone(graph, node);
    }
    tensor = first;
  }
}

/** Whether any trees stand before the node decides the words. */
function afterOrNone(graph: Graph, node: GraphNode): Reason {
  if (graph.nodes.some((candidate) => TREE_OPERATORS.has(candidate.op))) return after(node);
  return { reason: `The model is no tree ensemble: its scores come from ${describeNode(node)}.` };
}
