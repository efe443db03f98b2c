import type { LinearModel } from '#/domain/linear-model';
import type { FeatureSchema, InputBinding, ModelSignature } from '#/domain/model';
import { isClassifier, storedOutputCount, type Outputs } from '#/domain/outputs';
import type { ModelLink } from '#/domain/tree-model';
import { matrixOf, outputsOf, selectOutputs, type AffineForm } from './affine-form';
import { labelsOfNode, postTransform } from './classifier-nodes';
import { constantNumbers } from './column-shapes';
import { ColumnTracer } from './column-sources';
import { describeNode, parseGraph, type Graph, type GraphNode } from './graph';
import { notLinear, ownLayer, pickedOutputs, readAffine, type LayerReader } from './linear-layers';
import { isReason, type Reason } from './raw-trees';
import { sumSpaceOf } from './resolve-space';

/** Scores of a linear model: sums, and the link on top of them. */
interface LinearScores {
  readonly form: AffineForm;
  readonly link: ModelLink;
  /** The scores are [1 - p, p] (or [-s, s], or [1 - s, s]): `form` holds the second only. */
  readonly isMirrored: boolean;
}

/** Walks along graphs are recursive. */
const MAX_NODES = 2000;
const NEUTRAL: ReadonlySet<string> = new Set(['Identity', 'Dropout', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);
const LINKS: Readonly<Record<string, ModelLink>> = { NONE: 'identity', LOGISTIC: 'logit', SOFTMAX: 'softmax' };

function transforms(node: GraphNode): Reason {
  return { reason: `${describeNode(node)} transforms the scores after the linear model.` };
}

/**
 * LinearClassifier as ONNX Runtime runs it: one row of coefficients for two classes gives the score of class 1, with its
 * complement in front of it.
 */
function classifierScores(reader: LayerReader, node: GraphNode): LinearScores | Reason {
  const form = ownLayer(reader, node);
  if (isReason(form)) return form;
  const link = LINKS[postTransform(node)];
  if (link === undefined) return { reason: `${describeNode(node)} uses the transform ${postTransform(node)}.` };
  const isMirrored = outputsOf(form) === 1 && labelsOfNode(node).length === 2;
  if (isMirrored && link === 'softmax') return transforms(node);
  return { form, link, isMirrored };
}

/** [1 - p, p] put together from p. */
function complemented(graph: Graph, node: GraphNode): string | null {
  const [left = '', right = ''] = node.inputs;
  const complement = graph.producer(left);
  const isOne = constantNumbers(graph, complement?.inputs[0])?.every((value) => value === 1) ?? false;
  return node.inputs.length === 2 && complement?.op === 'Sub' && isOne && complement.inputs[1] === right ? right : null;
}

function withLink(node: GraphNode, scores: LinearScores | Reason, link: ModelLink): LinearScores | Reason {
  if (isReason(scores)) return scores;
  return scores.link === 'identity' && !scores.isMirrored ? { ...scores, link } : transforms(node);
}

function pick(reader: LayerReader, node: GraphNode, scores: LinearScores): LinearScores | Reason {
  const picked = pickedOutputs(reader.graph, node);
  if (picked === null || scores.link === 'softmax') return transforms(node);
  if (scores.isMirrored)
    return picked.length === 1 && (picked[0] === 1 || picked[0] === -1) ? { ...scores, isMirrored: false } : transforms(node);
  const form = selectOutputs(scores.form, picked);
  return form === null ? transforms(node) : { ...scores, form };
}

function readScores(reader: LayerReader, tensor: string): LinearScores | Reason {
  const node = reader.graph.producer(tensor);
  const first = node?.inputs[0];
  if (node === undefined || first === undefined) return { reason: 'The scores do not come from a linear model.' };
  if (NEUTRAL.has(node.op)) return readScores(reader, first);
  switch (node.op) {
    case 'LinearClassifier':
      return classifierScores(reader, node);
    case 'LinearRegressor': {
      // The runtime ignores LOGISTIC and SOFTMAX of one target in trees, not here.
      const link = LINKS[postTransform(node)];
      if (link === undefined) return { reason: `${describeNode(node)} uses the transform ${postTransform(node)}.` };
      const form = ownLayer(reader, node);
      return isReason(form) ? form : { form, link, isMirrored: false };
    }
    case 'Sigmoid':
      return withLink(node, readScores(reader, first), 'logit');
    case 'Exp':
      return withLink(node, readScores(reader, first), 'log');
    case 'Softmax':
      return [1, -1].includes(node.attributes.int('axis', -1)) ? withLink(node, readScores(reader, first), 'softmax') : transforms(node);
    case 'Normalizer': {
      const scores = readScores(reader, first);
      if (isReason(scores) || node.attributes.text('norm', 'MAX') !== 'L1') return isReason(scores) ? scores : transforms(node);
      // Shares that already sum to one stay as they are.
      return scores.link === 'softmax' || (scores.link === 'logit' && scores.isMirrored) ? scores : transforms(node);
    }
    case 'Concat': {
      const inner = complemented(reader.graph, node);
      if (inner === null) break;
      const scores = readScores(reader, inner);
      if (isReason(scores)) return scores;
      return scores.link === 'logit' && !scores.isMirrored && outputsOf(scores.form) === 1
        ? { ...scores, isMirrored: true }
        : transforms(node);
    }
    case 'ArrayFeatureExtractor':
    case 'Gather': {
      const scores = readScores(reader, first);
      return isReason(scores) ? scores : pick(reader, node, scores);
    }
    default:
      break;
  }
  const form = readAffine(reader, tensor);
  if (isReason(form)) return form;
  return form.coefficients === null ? notLinear(node) : { form, link: 'identity', isMirrored: false };
}

/** Stored outputs: class 1 of two classes (softmax of two is the logit of their difference), else every score. */
function toStored(scores: LinearScores, outputs: Outputs): LinearScores | Reason {
  const nStored = storedOutputCount(outputs);
  const n = outputsOf(scores.form);
  if (nStored === 1 && isClassifier(outputs) && n === 2) {
    const zero = selectOutputs(scores.form, [0]);
    const one = selectOutputs(scores.form, [1]);
    if (zero === null || one === null) return { reason: 'The model has too many columns.' };
    if (scores.link !== 'softmax') return { ...scores, form: one };
    const [a, b] = [matrixOf(one)!, matrixOf(zero)!];
    const difference = {
      sources: one.sources,
      coefficients: a.map((c, j) => c - b[j]!),
      intercepts: one.intercepts.map((c, k) => c - zero.intercepts[k]!),
    };
    return { form: difference, link: 'logit', isMirrored: false };
  }
  if (n !== nStored) return { reason: `The linear model gives ${n} numbers a row, the study has ${nStored} outputs.` };
  if (scores.link === 'softmax' && nStored === 1) return { reason: 'A softmax over one number is always 1.' };
  return scores;
}

/**
 * The linear model of an ONNX graph (LinearClassifier, LinearRegressor, SVMRegressor with a linear kernel, Gemm and MatMul
 * with nothing nonlinear between) over kept-apart columns of the model's features. Its predictions equal ONNX Runtime's
 * within float32 rounding.
 *
 * @param bytes - as `readModel` returned them; not modified
 * @param features - the model's features; `bindings` hold positions in it
 * @param outputs - decides the stored outputs (binary: class 1)
 * @returns the model, or one plain sentence why there is none, naming the node
 * @throws LimpidError `UnreadableFile` when the bytes are no ONNX model
 */
export function readLinearModel(
  bytes: Uint8Array,
  features: readonly FeatureSchema[],
  bindings: readonly InputBinding[],
  signature: ModelSignature,
  outputs: Outputs,
): LinearModel | { readonly reason: string } {
  if (signature.outputs.scores === null) return { reason: 'The model gives labels only.' };
  const graph = parseGraph(bytes, 'model');
  if (graph.nodes.length > MAX_NODES) return { reason: 'The graph is too large for a linear model.' };
  const reader: LayerReader = { graph, features, tracer: new ColumnTracer(graph, { features, signature, bindings }), known: new Map() };
  const scores = readScores(reader, signature.outputs.scores);
  if (isReason(scores)) return scores;
  const stored = toStored(scores, outputs);
  if (isReason(stored)) return stored;
  const coefficients = matrixOf(stored.form);
  if (coefficients === null) return { reason: 'The model has too many columns.' };
  return {
    coefficients,
    intercepts: stored.form.intercepts,
    nOutputs: outputsOf(stored.form),
    sources: stored.form.sources,
    link: stored.link,
    sumSpace: sumSpaceOf(stored.link, signature, outputs),
  };
}
