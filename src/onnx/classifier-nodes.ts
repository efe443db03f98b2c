import type { GraphNode } from './graph';
import { tensorLabels, tensorNumbers } from './tensor-values';

export const TREE_OPERATORS: ReadonlySet<string> = new Set(['TreeEnsembleClassifier', 'TreeEnsembleRegressor', 'TreeEnsemble']);
const CLASSIFIERS: ReadonlySet<string> = new Set(['TreeEnsembleClassifier', 'LinearClassifier', 'SVMClassifier']);

export function isClassifierNode(node: GraphNode): boolean {
  return node.domain === 'ai.onnx.ml' && CLASSIFIERS.has(node.op);
}

/** Class labels in score order; whole numbers as text. [] when the node has none. */
export function labelsOfNode(node: GraphNode): string[] {
  const { attributes } = node;
  const texts = [...attributes.texts('classlabels_strings'), ...attributes.texts('classlabels_string')];
  if (texts.length > 0) return texts;
  // LinearClassifier names its integers `classlabels_ints`.
  return [...attributes.ints('classlabels_int64s'), ...attributes.ints('classlabels_ints')].map(String);
}

/** Keys and values of a LabelEncoder, in file order; null when it has none. */
export function labelEncoderTable(node: GraphNode): { readonly keys: readonly string[]; readonly values: readonly string[] } | null {
  const { attributes } = node;
  const classes = attributes.texts('classes_strings');
  if (classes.length > 0) return { keys: classes.map((_, index) => String(index)), values: classes };
  const side = (prefix: 'keys' | 'values'): string[] => {
    const tensor = attributes.tensor(`${prefix}_tensor`);
    if (tensor !== null) return tensorLabels(tensor) ?? [];
    const texts = attributes.texts(`${prefix}_strings`);
    if (texts.length > 0) return texts;
    const ints = attributes.ints(`${prefix}_int64s`);
    return (ints.length > 0 ? ints : [...attributes.floats(`${prefix}_floats`)]).map(String);
  };
  const keys = side('keys');
  const values = side('values');
  return keys.length > 0 && keys.length === values.length ? { keys, values } : null;
}

export type PostTransform = 'NONE' | 'LOGISTIC' | 'SOFTMAX' | 'SOFTMAX_ZERO' | 'PROBIT';

/** TreeEnsemble (ml opset 5) numbers its transforms. ONNX's text has SOFTMAX = 1 and LOGISTIC = 2; ONNX Runtime 1.30 runs them the other way round. */
const NUMBERED: readonly PostTransform[] = ['NONE', 'LOGISTIC', 'SOFTMAX', 'SOFTMAX_ZERO', 'PROBIT'];

export function postTransform(node: GraphNode): PostTransform {
  if (node.op === 'TreeEnsemble') return NUMBERED[node.attributes.int('post_transform', 0)] ?? 'NONE';
  return node.attributes.text('post_transform', 'NONE') as PostTransform;
}

/** Numbers of an attribute that is either a list or, for float64, a tensor with `_as_tensor` behind its name. */
export function numbersOf(node: GraphNode, name: string): ArrayLike<number> {
  const floats = node.attributes.floats(name);
  if (floats.length > 0) return floats;
  const tensor = node.attributes.tensor(`${name}_as_tensor`) ?? node.attributes.tensor(name);
  return (tensor === null ? null : tensorNumbers(tensor)) ?? [];
}

/** What the scores of a classifier node are: trees that average class shares (forests) say NONE but give probabilities. */
export function scoreSpaceOfNode(node: GraphNode): 'probability' | 'score' {
  if (postTransform(node) !== 'NONE') return 'probability';
  if (node.op === 'SVMClassifier') return node.attributes.floats('prob_a').length > 0 ? 'probability' : 'score';
  if (node.op !== 'TreeEnsembleClassifier') return 'score';
  const weights = numbersOf(node, 'class_weights');
  for (let i = 0; i < weights.length; i++) if (weights[i]! < 0 || weights[i]! > 1) return 'score';
  return 'probability';
}
