import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_SequenceSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
  type TypeProto,
  type ValueInfoProto,
} from 'onnx-buf';

/** Small ONNX models for tests, written as they read in a graph viewer. */
const ELEMENTS = { float: 1, uint8: 2, int32: 6, int64: 7, string: 8, bool: 9, float16: 10, double: 11 } as const;
export type Element = keyof typeof ELEMENTS;

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

export function tensor(
  name: string,
  element: Element,
  dims: readonly number[],
  values: readonly number[] | readonly string[],
): TensorProto {
  const base = { name, dataType: ELEMENTS[element], dims: dims.map(BigInt) };
  if (element === 'string') return create(TensorProtoSchema, { ...base, stringData: values.map((value) => utf8(String(value))) });
  const numbers = values.map(Number);
  if (element === 'float') return create(TensorProtoSchema, { ...base, floatData: numbers });
  if (element === 'double') return create(TensorProtoSchema, { ...base, doubleData: numbers });
  if (element === 'int64') return create(TensorProtoSchema, { ...base, int64Data: numbers.map(BigInt) });
  return create(TensorProtoSchema, { ...base, int32Data: numbers });
}

export type AttributeValue =
  | number
  | string
  | TensorProto
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly texts: readonly string[] }
  | { readonly float: number };

function attribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number') return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });
  if (typeof value === 'string') return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.STRING, s: utf8(value) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value.float });
  if ('ints' in value) return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints: value.ints.map(BigInt) });
  if ('floats' in value)
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOATS, floats: [...value.floats] });
  if ('texts' in value)
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.STRINGS, strings: value.texts.map(utf8) });
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.TENSOR, t: value });
}

const ML_OPERATORS =
  /^(TreeEnsemble|Linear(Class|Reg)|SVM|Scaler|Imputer|ZipMap|OneHotEncoder|LabelEncoder|ArrayFeature|FeatureVect|Normalizer|Binarizer|CategoryMapper)/;

/** `node('Scaler', 'X', 'scaled', { offset: { floats: [1] } })` */
export function node(op: string, inputs: string, outputs: string, attributes: Readonly<Record<string, AttributeValue>> = {}): NodeProto {
  const names = (list: string) => (list === '' ? [] : list.split(',').map((name) => name.trim()));
  return create(NodeProtoSchema, {
    opType: op,
    name: `the ${op}`,
    domain: ML_OPERATORS.test(op) ? 'ai.onnx.ml' : '',
    input: names(inputs),
    output: names(outputs),
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  });
}

function tensorType(element: Element, dims: readonly (number | null)[]): TypeProto {
  const dim = dims.map((size) =>
    create(TensorShapeProto_DimensionSchema, size === null ? {} : { value: { case: 'dimValue', value: BigInt(size) } }),
  );
  const shape = create(TensorShapeProtoSchema, { dim });
  return create(TypeProtoSchema, {
    value: { case: 'tensorType', value: create(TypeProto_TensorSchema, { elemType: ELEMENTS[element], shape }) },
  });
}

/** `port('X', 'float', [null, 3])`; null is an open dimension. */
export function port(name: string, element: Element, dims: readonly (number | null)[]): ValueInfoProto {
  return create(ValueInfoProtoSchema, { name, type: tensorType(element, dims) });
}

export function sequencePort(name: string): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: { case: 'sequenceType', value: create(TypeProto_SequenceSchema, { elemType: tensorType('float', [null]) }) },
    }),
  });
}

export interface ModelParts {
  readonly inputs: readonly ValueInfoProto[];
  readonly nodes: readonly NodeProto[];
  readonly outputs: readonly ValueInfoProto[];
  readonly constants?: readonly TensorProto[];
  readonly mlOpset?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

export function buildOnnx(parts: ModelParts): Uint8Array<ArrayBuffer> {
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: 'test',
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: '', version: 17n }),
      create(OperatorSetIdProtoSchema, { domain: 'ai.onnx.ml', version: BigInt(parts.mlOpset ?? 3) }),
    ],
    metadataProps: Object.entries(parts.metadata ?? {}).map(([key, value]) => ({ key, value })),
    graph: create(GraphProtoSchema, {
      name: 'graph',
      input: [...parts.inputs],
      output: [...parts.outputs],
      node: [...parts.nodes],
      initializer: [...(parts.constants ?? [])],
    }),
  });
  return new Uint8Array(toBinary(ModelProtoSchema, model));
}

/** A tree as it reads: a test with its two branches, or the weights of a leaf by target or class. */
export type TestTree =
  | {
      readonly feature: number;
      readonly mode?: string;
      readonly value: number;
      readonly missingYes?: boolean;
      readonly yes: TestTree;
      readonly no: TestTree;
    }
  | { readonly leaf: Readonly<Record<number, number>> };

interface Flat {
  readonly tree: number;
  readonly id: number;
  readonly mode: string;
  readonly feature: number;
  readonly value: number;
  readonly missing: number;
  yes: number;
  no: number;
}

/** Attributes of TreeEnsembleClassifier / TreeEnsembleRegressor (ml opset 1 and 3). */
export function treeAttributes(
  trees: readonly TestTree[],
  kind: 'class' | 'target',
  precision: 'float' | 'double' = 'float',
): Record<string, AttributeValue> {
  const nodes: Flat[] = [];
  const votes: { tree: number; node: number; id: number; weight: number }[] = [];
  trees.forEach((root, treeIndex) => {
    let next = 0;
    const add = (tree: TestTree): number => {
      const id = next++;
      if ('leaf' in tree) {
        nodes.push({ tree: treeIndex, id, mode: 'LEAF', feature: 0, value: 0, missing: 0, yes: 0, no: 0 });
        for (const [key, weight] of Object.entries(tree.leaf)) votes.push({ tree: treeIndex, node: id, id: Number(key), weight });
        return id;
      }
      const flat: Flat = {
        tree: treeIndex,
        id,
        mode: `BRANCH_${tree.mode ?? 'LEQ'}`,
        feature: tree.feature,
        value: tree.value,
        missing: tree.missingYes === true ? 1 : 0,
        yes: 0,
        no: 0,
      };
      nodes.push(flat);
      flat.yes = add(tree.yes);
      flat.no = add(tree.no);
      return id;
    };
    add(root);
  });
  const reals = (name: string, values: readonly number[]): Record<string, AttributeValue> =>
    precision === 'float' ? { [name]: { floats: values } } : { [`${name}_as_tensor`]: tensor(name, 'double', [values.length], values) };
  return {
    nodes_treeids: { ints: nodes.map((n) => n.tree) },
    nodes_nodeids: { ints: nodes.map((n) => n.id) },
    nodes_modes: { texts: nodes.map((n) => n.mode) },
    nodes_featureids: { ints: nodes.map((n) => n.feature) },
    ...reals(
      'nodes_values',
      nodes.map((n) => n.value),
    ),
    nodes_truenodeids: { ints: nodes.map((n) => n.yes) },
    nodes_falsenodeids: { ints: nodes.map((n) => n.no) },
    nodes_missing_value_tracks_true: { ints: nodes.map((n) => n.missing) },
    [`${kind}_treeids`]: { ints: votes.map((v) => v.tree) },
    [`${kind}_nodeids`]: { ints: votes.map((v) => v.node) },
    [`${kind}_ids`]: { ints: votes.map((v) => v.id) },
    ...reals(
      `${kind}_weights`,
      votes.map((v) => v.weight),
    ),
  };
}

const NUMBERED_MODES = ['LEQ', 'LT', 'GTE', 'GT', 'EQ', 'NEQ'];

/** Attributes of TreeEnsemble (ml opset 5): leaves vote for one target; a tree that is one leaf becomes a split with equal branches. */
export function treeEnsembleAttributes(trees: readonly TestTree[], nTargets: number): Record<string, AttributeValue> {
  const splits: {
    feature: number;
    mode: number;
    value: number;
    missing: number;
    yes: number;
    no: number;
    yesLeaf: number;
    noLeaf: number;
  }[] = [];
  const leaves: { target: number; weight: number }[] = [];
  const branch = (tree: TestTree): { id: number; isLeaf: number } => {
    if (!('leaf' in tree)) return { id: add(tree), isLeaf: 0 };
    const [target = '0', weight = 0] = Object.entries(tree.leaf)[0] ?? [];
    leaves.push({ target: Number(target), weight });
    return { id: leaves.length - 1, isLeaf: 1 };
  };
  const add = (tree: TestTree): number => {
    const test = 'leaf' in tree ? { feature: 0, value: 0, yes: tree, no: tree } : tree;
    const mode = NUMBERED_MODES.indexOf('mode' in test ? (test.mode ?? 'LEQ') : 'LEQ');
    const missing = 'missingYes' in test && test.missingYes ? 1 : 0;
    const split = { feature: test.feature, mode, value: test.value, missing, yes: 0, no: 0, yesLeaf: 0, noLeaf: 0 };
    const id = splits.push(split) - 1;
    const yes = branch(test.yes);
    const no = branch(test.no);
    Object.assign(split, { yes: yes.id, yesLeaf: yes.isLeaf, no: no.id, noLeaf: no.isLeaf });
    return id;
  };
  const roots = trees.map(add);
  const ints = (pick: (split: (typeof splits)[number]) => number): AttributeValue => ({ ints: splits.map(pick) });
  return {
    n_targets: nTargets,
    tree_roots: { ints: roots },
    nodes_featureids: ints((s) => s.feature),
    nodes_modes: tensor(
      'nodes_modes',
      'uint8',
      [splits.length],
      splits.map((s) => s.mode),
    ),
    nodes_splits: tensor(
      'nodes_splits',
      'float',
      [splits.length],
      splits.map((s) => s.value),
    ),
    nodes_truenodeids: ints((s) => s.yes),
    nodes_trueleafs: ints((s) => s.yesLeaf),
    nodes_falsenodeids: ints((s) => s.no),
    nodes_falseleafs: ints((s) => s.noLeaf),
    nodes_missing_value_tracks_true: ints((s) => s.missing),
    leaf_targetids: { ints: leaves.map((leaf) => leaf.target) },
    leaf_weights: tensor(
      'leaf_weights',
      'float',
      [leaves.length],
      leaves.map((leaf) => leaf.weight),
    ),
  };
}
