import { create } from '@bufbuild/protobuf';
import {
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type GraphProto,
  type NodeProto,
} from 'onnx-buf';
import type { Finding } from '#/domain/study';
import { fedInputs } from './read-inputs';
import { FLOAT } from './tensor-values';

/** What was taken out of a graph; the graph itself is changed in place. */
export interface GraphEdits {
  /** Class labels that a ZipMap held, by the name of its output. */
  readonly zipMapLabels: ReadonlyMap<string, readonly string[]>;
  /** Outputs that no browser can read and that were dropped. */
  readonly dropped: readonly string[];
  /** The graph was fixed to this many rows and now takes any number. */
  readonly openedBatch: number | null;
  readonly findings: readonly Finding[];
}

function zipMapLabels(node: NodeProto): string[] {
  const decoder = new TextDecoder();
  return node.attribute.flatMap((attribute) =>
    attribute.name === 'classlabels_strings'
      ? attribute.strings.map((bytes) => decoder.decode(bytes))
      : attribute.name === 'classlabels_int64s'
        ? attribute.ints.map(String)
        : [],
  );
}

function renameTensor(graph: GraphProto, from: string, to: string): void {
  const rename = (name: string) => (name === from ? to : name);
  for (const node of graph.node) {
    node.input = node.input.map(rename);
    node.output = node.output.map(rename);
  }
  for (const info of graph.valueInfo) info.name = rename(info.name);
}

/** `float[n, width]` under a name. */
function floatMatrix(name: string, width: number): GraphProto['output'][number] {
  const dim = create(TensorShapeProto_DimensionSchema, width > 0 ? { value: { case: 'dimValue', value: BigInt(width) } } : {});
  const shape = create(TensorShapeProtoSchema, { dim: [create(TensorShapeProto_DimensionSchema), dim] });
  const tensor = create(TypeProto_TensorSchema, { elemType: FLOAT, shape });
  return create(ValueInfoProtoSchema, { name, type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } }) });
}

/** Takes ZipMap nodes out: the probabilities keep the public output's name where nothing else needs their own. */
function removeZipMaps(graph: GraphProto, labels: Map<string, string[]>): void {
  for (const zipMap of graph.node.filter((node) => node.opType === 'ZipMap')) {
    const inner = zipMap.input[0] ?? '';
    const outer = zipMap.output[0] ?? '';
    const position = graph.output.findIndex((output) => output.name === outer);
    graph.node = graph.node.filter((node) => node !== zipMap);
    if (position < 0) continue;
    const classes = zipMapLabels(zipMap);
    const isMade = graph.node.some((node) => node.output.includes(inner));
    const isPublic = graph.output.some((output) => output.name === inner);
    if (isPublic) {
      graph.output.splice(position, 1);
      labels.set(inner, classes);
      continue;
    }
    if (isMade) renameTensor(graph, inner, outer);
    const name = isMade ? outer : inner;
    graph.output[position] = floatMatrix(name, classes.length);
    labels.set(name, classes);
  }
}

function hasSubgraphs(graph: GraphProto): boolean {
  return graph.node.some((node) => node.attribute.some((attribute) => attribute.g !== undefined || attribute.graphs.length > 0));
}

/** Nodes whose results nobody reads any more. */
function pruneDeadNodes(graph: GraphProto): void {
  if (hasSubgraphs(graph)) return;
  const needed = new Set(graph.output.map((output) => output.name));
  const makers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const alive = new Set<NodeProto>();
  const stack = [...needed];
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    const node = makers.get(name);
    if (node === undefined || alive.has(node)) continue;
    alive.add(node);
    stack.push(...node.input);
  }
  graph.node = graph.node.filter((node) => alive.has(node));
}

/** Exports without dynamic axes hold a fixed number of rows in every shape: open it where all inputs agree. */
function openBatch(graph: GraphProto): number | null {
  const inputs = fedInputs(graph);
  const rows = inputs.map((input) => {
    const dim = input.type?.value.case === 'tensorType' ? input.type.value.value.shape?.dim : undefined;
    const first = dim?.length === 2 ? dim[0]?.value : undefined;
    return first?.case === 'dimValue' ? Number(first.value) : null;
  });
  const fixed = rows[0] ?? null;
  if (fixed === null || fixed < 1 || rows.some((count) => count !== fixed)) return null;
  for (const info of [...inputs, ...graph.output]) {
    const dim = info.type?.value.case === 'tensorType' ? info.type.value.value.shape?.dim[0] : undefined;
    if (dim?.value.case === 'dimValue') dim.value = { case: 'dimParam', value: 'rows' };
  }
  graph.valueInfo = [];
  return fixed;
}

/**
 * Makes a graph that the browser's runtime can run and read: no ZipMap, no sequence or map outputs, any number of rows.
 * @param graph - changed in place
 */
export function editGraph(graph: GraphProto): GraphEdits {
  const findings: Finding[] = [];
  const labels = new Map<string, string[]>();
  removeZipMaps(graph, labels);
  if (labels.size > 0) {
    findings.push({
      severity: 'info',
      code: 'zipmap-removed',
      message: 'The model gave its probabilities as a list of maps (ZipMap); Limpid reads the plain table of numbers behind it.',
    });
  }
  const unreadable = graph.output.filter((output) => output.type !== undefined && output.type.value.case !== 'tensorType');
  const dropped = unreadable.length < graph.output.length ? unreadable.map((output) => output.name) : [];
  if (dropped.length > 0) {
    graph.output = graph.output.filter((output) => !dropped.includes(output.name));
    findings.push({
      severity: 'info',
      code: 'output-dropped',
      message: `Limpid left out ${dropped.map((name) => `"${name}"`).join(', ')}: the output is a sequence or map, which a browser cannot read.`,
    });
  }
  if (labels.size > 0 || dropped.length > 0) pruneDeadNodes(graph);
  const openedBatch = openBatch(graph);
  if (openedBatch !== null) {
    findings.push({
      severity: 'info',
      code: 'batch-opened',
      message: `The model was exported for exactly ${openedBatch} row${openedBatch === 1 ? '' : 's'} a call; Limpid opened the number of rows.`,
      fix: 'If predictions look wrong, export it with a dynamic batch axis.',
    });
  }
  return { zipMapLabels: labels, dropped, openedBatch, findings };
}
