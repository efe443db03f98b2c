import type { FeatureSchema, InputBinding, ModelSignature } from '#/domain/model';
import type { ColumnSource } from '#/domain/tree-model';
import { constantTensor, type ConstantTensor } from './cells';
import { oneHot, product, reduce } from './column-operators';
import { encodeLabels } from './label-tables';
import { pointwise, POINTWISE } from './pointwise';
import { concatenate, constantNumbers, restructure, STRUCTURAL } from './column-shapes';
import type { Graph, GraphNode } from './graph';
import { arithmetic, binarizer, cast, imputer, scaler } from './number-steps';
import { isReason, type Reason } from './raw-trees';
import { mixedColumn, mixes, sizeOf, TO_FLOAT32, tooLarge, type TableColumn, type TracedColumn, type TracedTensor } from './traced-columns';

/** Nodes in a row; walks along graphs are recursive. */
const MAX_DEPTH = 1000;

/** What feeds the graph. */
export interface GraphInputs {
  readonly features: readonly FeatureSchema[];
  readonly signature: ModelSignature;
  readonly bindings: readonly InputBinding[];
}

/** Text that a string input receives for each code of a feature, and for a missing cell; null where texts are endless. */
function textsOf(feature: FeatureSchema): readonly string[] | null {
  if (feature.kind === 'categorical') return [...feature.labels, feature.missingText];
  return feature.kind === 'boolean' ? ['False', 'True', feature.missingText] : null;
}

/** Follows tensors of a graph back to the model's features; each tensor once. */
export class ColumnTracer {
  readonly #graph: Graph;
  readonly #features: readonly FeatureSchema[];
  readonly #known = new Map<string, TracedTensor | Reason>();
  #depth = 0;

  constructor(graph: Graph, inputs: GraphInputs) {
    this.#graph = graph;
    this.#features = inputs.features;
    const bound = new Map(inputs.bindings.map((binding) => [binding.input, binding.features]));
    for (const input of inputs.signature.inputs) {
      const features = bound.get(input.name) ?? [];
      const dims = input.rank === 1 ? [] : [features.length];
      const element = input.type === 'int64' || input.type === 'int32' ? 'int' : input.type;
      const steps = element === 'float' ? [TO_FLOAT32] : element === 'int' ? [{ kind: 'round', to: 'nearest' } as const] : [];
      const columns = features.map((feature): TracedColumn => {
        if (element !== 'string') return { kind: 'number', feature, steps };
        const texts = this.#features[feature] === undefined ? null : textsOf(this.#features[feature]);
        if (texts === null) return { kind: 'mixed', features: [feature], reason: `The model reads the text of "${input.name}".` };
        return { kind: 'table', feature, steps: [], points: null, cells: texts };
      });
      if (sizeOf(dims) === columns.length) this.#known.set(input.name, { element, dims, columns });
    }
  }

  /** @returns the tensor's columns, or why they cannot be told */
  trace(tensor: string): TracedTensor | Reason {
    const met = this.#known.get(tensor);
    if (met !== undefined) return met;
    if (this.#depth >= MAX_DEPTH) return { reason: 'The graph is too deep to be followed.' };
    this.#depth++;
    const found = this.#find(tensor);
    this.#depth--;
    this.#known.set(tensor, found);
    return found;
  }

  #find(tensor: string): TracedTensor | Reason {
    const node = this.#graph.producer(tensor);
    if (node === undefined) return { reason: `The model reads "${tensor}", which is no column of the table.` };
    const traced = this.#read(node, tensor);
    if (isReason(traced)) return traced;
    return tooLarge(node, traced.columns) ?? traced;
  }

  /** A constant, or one that simple nodes make of constants (the fill value of an imputer for texts). */
  #constant(tensor: string | undefined): ConstantTensor | null {
    if (tensor === undefined || tensor === '') return null;
    const proto = this.#graph.constant(tensor);
    if (proto !== undefined) return constantTensor(proto);
    const node = this.#graph.producer(tensor);
    if (node?.inputs.length !== 1) return null;
    const inner = this.#constant(node.inputs[0]);
    if (inner === null) return null;
    const asRow: TracedTensor = {
      element: inner.element,
      dims: [inner.cells.length],
      columns: inner.cells.map((cell) => ({ kind: 'constant', cell })),
    };
    const made =
      node.op === 'LabelEncoder'
        ? encodeLabels(node, asRow, this.#features)
        : node.op === 'Cast'
          ? cast(node, asRow, this.#features)
          : asRow;
    if ((made === asRow && node.op !== 'Identity' && node.op !== 'Cast') || isReason(made)) return null;
    return {
      element: made.element,
      dims: inner.dims,
      cells: made.columns.map((column) => (column.kind === 'constant' ? column.cell : NaN)),
    };
  }

  /** A tensor of rows, or a constant that is the same for all rows. */
  #operand(node: GraphNode, tensor: string, rank: number): TracedTensor | Reason {
    const constant = this.#constant(tensor);
    if (constant === null) return this.trace(tensor);
    const { element, dims, cells } = constant;
    const columns = cells.map((cell): TracedColumn => ({ kind: 'constant', cell }));
    if (columns.length === 1) return { element, dims: [], columns };
    // Aligned from the right: a leading axis meets the rows and must be single.
    if (dims.length > rank || (dims.length === rank && dims[0] !== 1)) return mixes(node);
    return { element, dims: dims.length === rank ? dims.slice(1) : dims, columns };
  }

  #read(node: GraphNode, output: string): TracedTensor | Reason {
    const first = node.inputs[0];
    if (first === undefined) return mixes(node);
    if (node.op === 'Concat' || node.op === 'FeatureVectorizer') {
      const axis = node.op === 'Concat' ? node.attributes.int('axis', 1) : 1;
      return concatenate(
        node,
        node.inputs.map((name) => this.trace(name)),
        axis,
      );
    }
    const operator = POINTWISE.get(node.op);
    if (operator !== undefined) return this.#pointwise(node, operator);
    if (node.op === 'MatMul' || node.op === 'Gemm') return this.#product(node);
    const tensor = this.trace(first);
    if (isReason(tensor)) return tensor;
    if (STRUCTURAL.has(node.op)) return restructure(this.#graph, node, tensor, output);
    switch (node.op) {
      case 'Identity':
      case 'Dropout':
        return tensor;
      case 'Cast':
        return cast(node, tensor, this.#features);
      case 'Scaler':
        return scaler(node, tensor, this.#features);
      case 'Imputer':
        return imputer(node, tensor, this.#features);
      case 'Binarizer':
        return binarizer(node, tensor, this.#features);
      case 'LabelEncoder':
      case 'CategoryMapper':
        return encodeLabels(node, tensor, this.#features);
      case 'OneHotEncoder':
        return oneHot(node, tensor, this.#features);
      case 'ReduceSum':
      case 'ReduceMax':
      case 'ArgMax':
        return reduce(node, tensor, this.#features, this.#reducedAxes(node));
      case 'Normalizer':
        return { ...tensor, columns: tensor.columns.map(() => mixedColumn(node, tensor.columns)) };
      default:
        return mixes(node);
    }
  }

  #reducedAxes(node: GraphNode): readonly number[] {
    if (node.op === 'ArgMax') return [node.attributes.int('axis', 0)];
    return node.inputs[1] === undefined ? node.attributes.ints('axes') : [...(constantNumbers(this.#graph, node.inputs[1]) ?? [])];
  }

  #pointwise(node: GraphNode, operator: Parameters<typeof pointwise>[1]): TracedTensor | Reason {
    const rank = 1 + Math.max(0, ...node.inputs.map((name) => this.#rankOf(name)));
    const operands: TracedTensor[] = [];
    for (const name of node.inputs) {
      const operand = this.#operand(node, name, rank);
      if (isReason(operand)) return operand;
      operands.push(operand);
    }
    const [left, right] = operands;
    if (left === undefined) return mixes(node);
    if (right !== undefined) {
      const isCommutative = node.op === 'Add' || node.op === 'Mul';
      const [rows, constant] = isCommutative && left.columns.every((column) => column.kind === 'constant') ? [right, left] : [left, right];
      if (constant.columns.every((column) => column.kind === 'constant')) {
        const numbers = constant.columns.map((column) => Number(column.cell));
        const isLast = constant.dims.slice(0, -1).every((dim) => dim === 1) && rows.dims.length > 0;
        const made = arithmetic(node, rows, numbers, isLast, this.#features);
        if (made !== null) return made;
      }
    }
    return pointwise(node, operator, operands, this.#features);
  }

  #rankOf(tensor: string): number {
    if (this.#constant(tensor) !== null) return 0;
    const traced = this.trace(tensor);
    return isReason(traced) ? 0 : traced.dims.length;
  }

  #product(node: GraphNode): TracedTensor | Reason {
    const tensor = this.trace(node.inputs[0] ?? '');
    if (isReason(tensor)) return tensor;
    const weights = constantNumbers(this.#graph, node.inputs[1]);
    const dims = this.#graph.constant(node.inputs[1] ?? '')?.dims.map(Number);
    if (weights === null || dims?.length !== 2 || (node.op === 'Gemm' && node.attributes.int('transA', 0) !== 0)) return mixes(node);
    const [rows = 0, columns = 0] = dims;
    if (node.op !== 'Gemm' || node.attributes.int('transB', 0) === 0) return product(node, tensor, weights, rows, columns);
    const transposed = Float64Array.from(weights, (_, i) => weights[(i % rows) * columns + Math.floor(i / rows)]!);
    return product(node, tensor, transposed, columns, rows);
  }
}

/** Codes past the end of a lookup become `other`: equal cells at the end need not be stored. */
function lookupOf(cells: Float64Array): { readonly values: Float64Array; readonly other: number } {
  const other = cells.at(-1) ?? NaN;
  let length = cells.length - 1;
  while (length > 0 && Object.is(cells[length - 1], other)) length--;
  return { values: cells.slice(0, length), other };
}

function tableSource(column: TableColumn, feature: FeatureSchema): ColumnSource {
  const cells = Float64Array.from(column.cells, Number);
  const name = column.category === undefined ? {} : { name: `${feature.name}=${column.category}` };
  if (column.points === null) return { feature: column.feature, steps: [{ kind: 'lookup', ...lookupOf(cells) }], ...name };
  const pieces = { kind: 'pieces', points: column.points, values: cells.slice(0, -1), missing: cells.at(-1)! } as const;
  return { feature: column.feature, steps: [...column.steps, pieces], ...name };
}

function sourceOf(column: TracedColumn, features: readonly FeatureSchema[]): ColumnSource | Reason {
  switch (column.kind) {
    case 'mixed':
      return { reason: column.reason };
    case 'constant':
      // The same for all rows: any feature will do.
      return {
        feature: 0,
        steps: [
          { kind: 'pieces', points: new Float64Array(0), values: Float64Array.of(Number(column.cell)), missing: Number(column.cell) },
        ],
        name: 'constant',
      };
    case 'number':
      return { feature: column.feature, steps: column.steps };
    case 'table':
      return tableSource(column, features[column.feature]!);
    default:
      return column satisfies never;
  }
}

/** Where the columns of a tensor come from. */
export interface ColumnSources {
  readonly sources: readonly ColumnSource[];
  /** The tensor holds float32. */
  readonly float32: boolean;
}

/**
 * Follows a tensor back to the model's features: scalers, imputers, one-hot and ordinal encoders, bins, and whatever
 * picks, joins and reshapes columns. A column is one feature through steps that give what ONNX Runtime gives, bit by bit.
 * @returns one source per column, or why columns cannot be told apart, naming the node
 */
export function readColumnSources(tracer: ColumnTracer, tensor: string, features: readonly FeatureSchema[]): ColumnSources | Reason {
  const traced = tracer.trace(tensor);
  if (isReason(traced)) return traced;
  if (traced.element === 'string') return { reason: `The model reads texts ("${tensor}").` };
  const sources: ColumnSource[] = [];
  for (const column of traced.columns) {
    if (column.kind !== 'constant' && column.kind !== 'mixed' && features[column.feature] === undefined) {
      return { reason: `The model reads "${tensor}", which is no column of the table.` };
    }
    const source = sourceOf(column, features);
    if (isReason(source)) return source;
    sources.push(source);
  }
  return { sources, float32: traced.element !== 'double' };
}
