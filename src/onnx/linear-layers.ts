import type { FeatureSchema } from '#/domain/model';
import { addForms, applyLayer, columnsForm, joinForms, outputsOf, scaleOutputs, selectOutputs, type AffineForm } from './affine-form';
import { numbersOf } from './classifier-nodes';
import { constantNumbers } from './column-shapes';
import { readColumnSources, type ColumnTracer } from './column-sources';
import { describeNode, type Graph, type GraphNode } from './graph';
import { isReason, type Reason } from './raw-trees';
import { mixes } from './traced-columns';

const NEUTRAL: ReadonlySet<string> = new Set(['Identity', 'Dropout', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/** What stands in front of the layers: columns of features, or the reason why not. */
export interface LayerReader {
  readonly graph: Graph;
  readonly tracer: ColumnTracer;
  readonly features: readonly FeatureSchema[];
  /** Tensors read so far. */
  readonly known: Map<string, AffineForm | Reason>;
}

export function notLinear(node: GraphNode): Reason {
  return { reason: `${describeNode(node)} is no linear step.` };
}

function orReason(node: GraphNode, form: AffineForm | null): AffineForm | Reason {
  return form ?? notLinear(node);
}

/** [rows, columns] -> [columns, rows] */
function transpose(values: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
}

/** A node with its own coefficients [targets, columns]: LinearRegressor and LinearClassifier before their transform. */
export function ownLayer(reader: LayerReader, node: GraphNode): AffineForm | Reason {
  const form = readAffine(reader, node.inputs[0] ?? '');
  if (isReason(form)) return form;
  const weights = Float64Array.from(numbersOf(node, 'coefficients'));
  const inner = outputsOf(form);
  const targets = inner === 0 ? 0 : weights.length / inner;
  const given = numbersOf(node, 'intercepts');
  if (!Number.isInteger(targets) || targets === 0 || (given.length > 0 && given.length !== targets)) return damaged(node);
  const bias = Float64Array.from({ length: targets }, (_, k) => given[k] ?? 0);
  return orReason(node, applyLayer(form, weights, bias));
}

function damaged(node: GraphNode): Reason {
  return { reason: `${describeNode(node)} has coefficients that do not fit its columns.` };
}

/** SVMRegressor with a linear kernel: support vectors weighted and summed are one coefficient a column. */
function linearKernel(reader: LayerReader, node: GraphNode): AffineForm | Reason {
  const { attributes } = node;
  if (attributes.text('kernel_type', 'LINEAR') !== 'LINEAR' || attributes.int('one_class', 0) !== 0) return notLinear(node);
  if (attributes.text('post_transform', 'NONE') !== 'NONE') return notLinear(node);
  const form = readAffine(reader, node.inputs[0] ?? '');
  if (isReason(form)) return form;
  const inner = outputsOf(form);
  const duals = attributes.floats('coefficients');
  const vectors = attributes.floats('support_vectors');
  const nSupports = attributes.int('n_supports', 0);
  if (nSupports === 0 ? duals.length !== inner : duals.length !== nSupports || vectors.length !== nSupports * inner) return damaged(node);
  const weights = new Float64Array(inner);
  if (nSupports === 0) weights.set(duals);
  for (let s = 0; s < nSupports; s++) for (let j = 0; j < inner; j++) weights[j]! += duals[s]! * vectors[s * inner + j]!;
  return orReason(node, applyLayer(form, weights, Float64Array.of(attributes.floats('rho')[0] ?? 0)));
}

function product(reader: LayerReader, node: GraphNode): AffineForm | Reason {
  const form = readAffine(reader, node.inputs[0] ?? '');
  if (isReason(form)) return form;
  const { graph } = reader;
  const isGemm = node.op === 'Gemm';
  const values = constantNumbers(graph, node.inputs[1]);
  const dims = graph.constant(node.inputs[1] ?? '')?.dims.map(Number) ?? [];
  if (values === null || dims.length === 0 || dims.length > 2 || (isGemm && node.attributes.int('transA', 0) !== 0)) return notLinear(node);
  const [rows = 0, columns = 1] = dims;
  const isTransposed = isGemm && node.attributes.int('transB', 0) !== 0;
  const [inner, outer] = isTransposed ? [columns, rows] : [rows, columns];
  if (inner !== outputsOf(form)) return notLinear(node);
  const alpha = isGemm ? node.attributes.float('alpha', 1) : 1;
  const weights = (isTransposed ? values : transpose(values, rows, columns)).map((weight) => alpha * weight);
  const hasBias = isGemm && (node.inputs[2] ?? '') !== '';
  const given = hasBias ? constantNumbers(graph, node.inputs[2]) : new Float64Array(1);
  if (given === null || (given.length !== 1 && given.length !== outer)) return notLinear(node);
  const beta = isGemm ? node.attributes.float('beta', 1) : 1;
  const bias = Float64Array.from({ length: outer }, (_, k) => beta * (given.length === 1 ? given[0]! : given[k]!));
  return orReason(node, applyLayer(form, weights, bias));
}

function arithmetic(reader: LayerReader, node: GraphNode): AffineForm | Reason {
  const [left = '', right = ''] = node.inputs;
  const byRight = constantNumbers(reader.graph, right);
  const byLeft = byRight === null ? constantNumbers(reader.graph, left) : null;
  const constant = byRight ?? byLeft;
  if (constant === null) {
    if (node.op !== 'Add' && node.op !== 'Sub') return notLinear(node);
    const a = readAffine(reader, left);
    if (isReason(a)) return a;
    const b = readAffine(reader, right);
    return isReason(b) ? b : orReason(node, addForms(a, b, node.op === 'Add' ? 1 : -1));
  }
  const form = readAffine(reader, byRight === null ? right : left);
  if (isReason(form)) return form;
  const n = outputsOf(form);
  if ((constant.length !== 1 && constant.length !== n) || (byRight === null && node.op === 'Div')) return notLinear(node);
  const at = (k: number): number => (constant.length === 1 ? constant[0]! : constant[k]!);
  switch (node.op) {
    case 'Add':
      return orReason(
        node,
        scaleOutputs(form, () => 1, at),
      );
    case 'Sub':
      return orReason(
        node,
        byRight === null
          ? scaleOutputs(form, () => -1, at)
          : scaleOutputs(
              form,
              () => 1,
              (k) => -at(k),
            ),
      );
    case 'Mul':
      return orReason(
        node,
        scaleOutputs(form, at, () => 0),
      );
    default:
      return orReason(
        node,
        scaleOutputs(
          form,
          (k) => 1 / at(k),
          () => 0,
        ),
      );
  }
}

/** Positions of the outputs that ArrayFeatureExtractor or Gather takes; null for other axes. */
export function pickedOutputs(graph: Graph, node: GraphNode): readonly number[] | null {
  if (node.op === 'Gather' && ![1, -1].includes(node.attributes.int('axis', 0))) return null;
  const indices = constantNumbers(graph, node.inputs[1]);
  return indices === null ? null : [...indices];
}

/**
 * A tensor as sums over the model's columns, through linear layers. Kept-apart columns are taken as they are, so that
 * scalers and encoders in front stay steps of the columns.
 */
export function readAffine(reader: LayerReader, tensor: string): AffineForm | Reason {
  const met = reader.known.get(tensor);
  if (met !== undefined) return met;
  const found = findAffine(reader, tensor);
  reader.known.set(tensor, found);
  return found;
}

function findAffine(reader: LayerReader, tensor: string): AffineForm | Reason {
  const columns = readColumnSources(reader.tracer, tensor, reader.features);
  if (!isReason(columns)) return columnsForm(columns.sources);
  const node = reader.graph.producer(tensor);
  const first = node?.inputs[0];
  if (node === undefined || first === undefined) return columns;
  if (NEUTRAL.has(node.op)) return readAffine(reader, first);
  switch (node.op) {
    case 'MatMul':
    case 'Gemm':
      return product(reader, node);
    case 'LinearRegressor':
      return node.attributes.text('post_transform', 'NONE') === 'NONE' ? ownLayer(reader, node) : notLinear(node);
    case 'SVMRegressor':
      return linearKernel(reader, node);
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
      return arithmetic(reader, node);
    case 'Neg': {
      const form = readAffine(reader, first);
      return isReason(form)
        ? form
        : orReason(
            node,
            scaleOutputs(
              form,
              () => -1,
              () => 0,
            ),
          );
    }
    case 'Concat': {
      if (![1, -1].includes(node.attributes.int('axis', 1))) return notLinear(node);
      const forms: AffineForm[] = [];
      for (const input of node.inputs) {
        const form = readAffine(reader, input);
        if (isReason(form)) return form;
        forms.push(form);
      }
      return orReason(node, joinForms(forms));
    }
    case 'ArrayFeatureExtractor':
    case 'Gather': {
      const picked = pickedOutputs(reader.graph, node);
      const form = readAffine(reader, first);
      return picked === null ? notLinear(node) : isReason(form) ? form : orReason(node, selectOutputs(form, picked));
    }
    default:
      return node.op === 'Normalizer' || columns.reason !== mixes(node).reason ? columns : notLinear(node);
  }
}
