import type { FeatureMap } from '#/domain/feature-map';
import type { FeatureSchema, InputBinding, ModelSignature } from '#/domain/model';
import { TREE_OPERATORS } from './classifier-nodes';
import { ColumnTracer } from './column-sources';
import { describeNode, parseGraph, type Graph, type GraphNode } from './graph';
import { isReason, type Reason } from './raw-trees';
import { featuresOf, type TracedColumn } from './traced-columns';

const LAYERS: ReadonlySet<string> = new Set(['Gemm', 'MatMul']);

function isEstimator(node: GraphNode): boolean {
  return TREE_OPERATORS.has(node.op) || (node.domain === 'ai.onnx.ml' && /^(Linear|SVM)(Classifier|Regressor)$/.test(node.op));
}

/** What the model itself reads: the input of its estimators, or of a net's first layer. */
function engineeredTensor(graph: Graph, output: string): string | Reason {
  const behind = new Set<GraphNode>();
  const waiting = [output];
  for (let tensor = waiting.pop(); tensor !== undefined; tensor = waiting.pop()) {
    const node = graph.producer(tensor);
    if (node === undefined || behind.has(node)) continue;
    behind.add(node);
    waiting.push(...node.inputs);
  }
  const estimators = [...behind].filter(isEstimator);
  // Nodes stand in running order: the first layer is the one nearest to the inputs.
  const layer = graph.nodes.find((node) => behind.has(node) && LAYERS.has(node.op));
  const found = estimators.length > 0 ? estimators : layer === undefined ? [] : [layer];
  const tensors = new Set(found.map((node) => node.inputs[0] ?? ''));
  const [only] = tensors;
  if (only === undefined) return { reason: 'The graph holds no model that Limpid knows.' };
  if (tensors.size > 1) return { reason: `${found.map(describeNode).slice(0, 2).join(' and ')} read different columns.` };
  return only;
}

function nameOf(column: TracedColumn, features: readonly FeatureSchema[], index: number): string {
  switch (column.kind) {
    case 'constant':
      return 'constant';
    case 'mixed':
      return column.features.length === 1 ? features[column.features[0]!]!.name : `column ${index + 1}`;
    default: {
      const { name } = features[column.feature]!;
      return column.kind === 'table' && column.category !== undefined ? `${name}=${column.category}` : name;
    }
  }
}

/**
 * The columns that an ONNX model reads behind its preparation (imputers, scalers, encoders), with the raw features that
 * each comes from; weights are 1. Columns that mix several features (norms, principal components) name them all.
 *
 * @param bytes - as `readModel` returned them; not modified
 * @returns the map, or one plain sentence why there is none
 * @throws LimpidError `UnreadableFile` when the bytes are no ONNX model
 */
export function readFeatureMap(
  bytes: Uint8Array,
  features: readonly FeatureSchema[],
  bindings: readonly InputBinding[],
  signature: ModelSignature,
): FeatureMap | { readonly reason: string } {
  const graph = parseGraph(bytes, 'model');
  const tensor = engineeredTensor(graph, signature.outputs.scores ?? signature.outputs.label ?? '');
  if (typeof tensor !== 'string') return tensor;
  const traced = new ColumnTracer(graph, { features, signature, bindings }).trace(tensor);
  if (isReason(traced)) return traced;
  const entries = traced.columns.map(featuresOf);
  if (entries.some((list) => list.some((feature) => features[feature] === undefined))) {
    return { reason: 'The model reads a column that is not there.' };
  }
  const starts = new Int32Array(entries.length + 1);
  for (const [j, list] of entries.entries()) starts[j + 1] = starts[j]! + list.length;
  const raws = Int32Array.from(entries.flat());
  return {
    rawNames: features.map((feature) => feature.name),
    engineeredNames: traced.columns.map((column, index) => nameOf(column, features, index)),
    starts,
    raws,
    weights: new Float64Array(raws.length).fill(1),
  };
}
