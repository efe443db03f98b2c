import type { InputBinding, ModelSignature } from '#/domain/model';
import type { ColumnStep, ColumnSource } from '#/domain/tree-model';
import { describeNode, type Graph, type GraphNode } from './graph';
import { isReason, type Reason } from './raw-trees';
import { DOUBLE, FLOAT, tensorNumbers } from './tensor-values';

/** Columns of a tensor inside the graph, each from one model feature. */
interface Columns {
  /** What the runtime computes with; integers are exact in both. */
  readonly type: 'float' | 'double' | 'int';
  readonly sources: readonly ColumnSource[];
}

const MAX_COLUMNS = 100_000;
const TO_FLOAT32: ColumnStep = { kind: 'to float32' };

/** Operators that treat each column by itself. */
const COLUMNWISE: ReadonlySet<string> = new Set([
  'Identity',
  'Dropout',
  'Cast',
  'Scaler',
  'Imputer',
  'ArrayFeatureExtractor',
  'Gather',
  'Sub',
  'Add',
  'Mul',
  'Div',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
]);

function mixes(node: GraphNode): Reason {
  return { reason: `${describeNode(node)} changes or mixes columns before the trees.` };
}

function withStep(columns: Columns, step: (index: number) => ColumnStep | null): Columns {
  const sources = columns.sources.map((source, index) => {
    const next = step(index);
    return next === null ? source : { feature: source.feature, steps: [...source.steps, next] };
  });
  return { ...columns, sources };
}

function constantNumbers(graph: Graph, tensor: string | undefined): Float64Array | null {
  const constant = tensor === undefined ? undefined : graph.constant(tensor);
  return constant === undefined ? null : tensorNumbers(constant);
}

/** One number for all columns, or one a column. */
function perColumn(values: ArrayLike<number>, count: number): ((index: number) => number) | null {
  if (values.length === 1) return () => values[0]!;
  return values.length === count ? (index) => values[index]! : null;
}

function concatenate(node: GraphNode, parts: readonly (Columns | Reason)[]): Columns | Reason {
  const columns: Columns[] = [];
  for (const part of parts) {
    if (isReason(part)) return part;
    columns.push(part);
  }
  const type = columns[0]?.type ?? 'float';
  const count = columns.reduce((sum, part) => sum + part.sources.length, 0);
  if (count > MAX_COLUMNS || columns.some((part) => part.type !== type)) return mixes(node);
  return { type, sources: columns.flatMap((part) => part.sources) };
}

function cast(node: GraphNode, columns: Columns): Columns | Reason {
  const to = node.attributes.int('to', FLOAT);
  if (to === FLOAT) return columns.type === 'float' ? columns : { ...withStep(columns, () => TO_FLOAT32), type: 'float' };
  if (to === DOUBLE) return { ...columns, type: 'double' };
  return mixes(node);
}

/** (x - offset) * scale; the runtime computes it in float32. */
function scale(node: GraphNode, columns: Columns, offsets: ArrayLike<number>, scales: ArrayLike<number>): Columns | Reason {
  const offset = perColumn(offsets, columns.sources.length);
  const factor = perColumn(scales, columns.sources.length);
  if (offset === null || factor === null || columns.type === 'double') return mixes(node);
  return { ...withStep(columns, (index) => ({ kind: 'scale', offset: offset(index), scale: factor(index) })), type: 'float' };
}

function impute(node: GraphNode, columns: Columns): Columns | Reason {
  const { attributes } = node;
  const isInt = attributes.has('imputed_value_int64s');
  const values = perColumn(
    isInt ? attributes.ints('imputed_value_int64s') : attributes.floats('imputed_value_floats'),
    columns.sources.length,
  );
  const replaced = isInt ? attributes.int('replaced_value_int64', 0) : attributes.float('replaced_value_float', 0);
  if (values === null) return mixes(node);
  return withStep(columns, (index) => ({ kind: 'impute', replaced, value: values(index) }));
}

function select(node: GraphNode, columns: Columns, indices: Float64Array | null): Columns | Reason {
  if (indices === null) return mixes(node);
  const count = columns.sources.length;
  const sources = Array.from(indices, (index) => columns.sources[index < 0 ? index + count : index]);
  return sources.every((source) => source !== undefined) ? { ...columns, sources } : mixes(node);
}

/** Arithmetic with a constant on the right, in float32. */
function arithmetic(graph: Graph, node: GraphNode, columns: Columns): Columns | Reason {
  const values = constantNumbers(graph, node.inputs[1]);
  if (values === null || columns.type !== 'float') return mixes(node);
  switch (node.op) {
    case 'Sub':
      return scale(node, columns, values, [1]);
    case 'Add':
      return scale(
        node,
        columns,
        values.map((value) => -value),
        [1],
      );
    case 'Mul':
      return scale(node, columns, [0], values);
    case 'Div':
      // Only a power of two has an exact reciprocal.
      if (values.some((value) => !Number.isInteger(Math.log2(Math.abs(value))))) return mixes(node);
      return scale(
        node,
        columns,
        [0],
        values.map((value) => 1 / value),
      );
    default:
      return mixes(node);
  }
}

/** Shapes that keep the order of the columns: [n, w] stays [n, w]. */
function reshape(graph: Graph, node: GraphNode, columns: Columns): Columns | Reason {
  if (node.op === 'Flatten') return node.attributes.int('axis', 1) === 1 ? columns : mixes(node);
  if (node.op !== 'Reshape') return columns.sources.length === 1 ? columns : mixes(node);
  const shape = constantNumbers(graph, node.inputs[1]);
  const last = shape?.at(-1);
  const keeps = shape?.length === 2 && (last === columns.sources.length || (last === -1 && shape[0] === 0));
  return keeps || (shape?.length === 1 && columns.sources.length === 1) ? columns : mixes(node);
}

/** @param known - columns of the graph's inputs, and of every tensor met so far */
function columnsOf(graph: Graph, tensor: string, known: Map<string, Columns | Reason>): Columns | Reason {
  const met = known.get(tensor);
  if (met !== undefined) return met;
  const found = findColumns(graph, tensor, known);
  known.set(tensor, found);
  return found;
}

function findColumns(graph: Graph, tensor: string, known: Map<string, Columns | Reason>): Columns | Reason {
  const node = graph.producer(tensor);
  if (node === undefined) return { reason: `The trees read "${tensor}", which is no column of the table.` };
  const first = node.inputs[0];
  if (first === undefined) return mixes(node);
  if (node.op === 'Concat' || node.op === 'FeatureVectorizer') {
    const axis = node.attributes.int('axis', 1);
    if (node.op === 'Concat' && axis !== 1 && axis !== -1) return mixes(node);
    return concatenate(
      node,
      node.inputs.map((name) => columnsOf(graph, name, known)),
    );
  }
  if (!COLUMNWISE.has(node.op)) return mixes(node);
  const columns = columnsOf(graph, first, known);
  if (isReason(columns)) return columns;
  switch (node.op) {
    case 'Identity':
    case 'Dropout':
      return columns;
    case 'Cast':
      return cast(node, columns);
    case 'Scaler':
      return scale(node, columns, node.attributes.floats('offset'), node.attributes.floats('scale'));
    case 'Imputer':
      return impute(node, columns);
    case 'ArrayFeatureExtractor':
      return select(node, columns, constantNumbers(graph, node.inputs[1]));
    case 'Gather':
      return [1, -1].includes(node.attributes.int('axis', 0)) ? select(node, columns, constantNumbers(graph, node.inputs[1])) : mixes(node);
    case 'Sub':
    case 'Add':
    case 'Mul':
    case 'Div':
      return arithmetic(graph, node, columns);
    default:
      return reshape(graph, node, columns);
  }
}

function inputColumns(signature: ModelSignature, bindings: readonly InputBinding[]): Map<string, Columns | Reason> {
  const byName = new Map(bindings.map((binding) => [binding.input, binding.features]));
  return new Map(
    signature.inputs.map((input): [string, Columns | Reason] => {
      const features = byName.get(input.name) ?? [];
      if (input.type === 'string') return [input.name, { reason: `The trees read the text of "${input.name}".` }];
      if (input.type === 'bool') return [input.name, { type: 'int', sources: features.map((feature) => ({ feature, steps: [] })) }];
      const type = input.type === 'float' || input.type === 'double' ? input.type : 'int';
      const steps = type === 'float' ? [TO_FLOAT32] : [];
      return [input.name, { type, sources: features.map((feature) => ({ feature, steps })) }];
    }),
  );
}

/** Where the columns of an ensemble's input come from. */
export interface EnsembleColumns {
  readonly sources: readonly ColumnSource[];
  /** The ensemble compares float32. */
  readonly float32: boolean;
}

/**
 * Follows the input of a tree ensemble back to the model's features.
 * @param tensor - what the ensemble reads
 * @returns one source per column, or why columns cannot be told apart, naming the node
 */
export function readEnsembleColumns(
  graph: Graph,
  tensor: string,
  signature: ModelSignature,
  bindings: readonly InputBinding[],
): EnsembleColumns | Reason {
  const columns = columnsOf(graph, tensor, inputColumns(signature, bindings));
  if (isReason(columns)) return columns;
  return { sources: columns.sources, float32: columns.type !== 'double' };
}
