import { toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { LimpidError } from '#/base/errors';
import type { ModelSignature } from '#/domain/model';
import type { Finding } from '#/domain/study';
import { editGraph } from './edit-graph';
import { SINGLE_FILE, STANDARD_OPERATORS } from './export-lines';
import { describeNode, parseGraph, toGraph, type Graph } from './graph';
import { readInputs } from './read-inputs';
import { readOutputs } from './read-outputs';
import { isExternal } from './tensor-values';

/** An ONNX file that the browser's runtime can run. */
export interface ReadModel {
  /** The given bytes, or new ones when the graph had to be changed. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly signature: ModelSignature;
  /** The graph leaves open whether its one number is a value (as `signature` says) or a logit: see `readAsLogit`. */
  readonly taskOpen: boolean;
  readonly findings: readonly Finding[];
  /** Names meant for people, from the file's metadata (`feature_names`); null when it has none. */
  readonly featureNames: readonly string[] | null;
}

const KNOWN_DOMAINS: ReadonlySet<string> = new Set(['', 'ai.onnx.ml', 'com.microsoft', 'com.microsoft.nchwc', 'ai.onnx.preview.training']);

function refuseExternalData(graph: Graph, file: string): void {
  const external = graph.proto.initializer.find(isExternal);
  if (external === undefined) return;
  const side = external.externalData.find((entry) => entry.key === 'location')?.value;
  throw new LimpidError({
    tag: 'UnsupportedModel',
    message: `The model keeps its weights in another file${side === undefined ? '' : ` (${side})`}.`,
    hint: 'Save model and weights as one file and drop that.',
    code: SINGLE_FILE,
    place: { file, at: `initializer ${external.name}` },
  });
}

function refuseForeignOperators(graph: Graph, file: string): void {
  const own = new Set(graph.model.functions.map((definition) => definition.domain));
  const foreign = graph.nodes.find((node) => !KNOWN_DOMAINS.has(node.domain) && !own.has(node.domain));
  if (foreign === undefined) return;
  throw new LimpidError({
    tag: 'UnsupportedModel',
    message: `The model uses ${foreign.domain}:${foreign.op}, which is no standard ONNX operator.`,
    hint: 'Export the model with standard operators only.',
    code: STANDARD_OPERATORS,
    place: { file, at: `node ${describeNode(foreign)}` },
  });
}

/** A JSON list or comma-separated list of names under one of the usual keys. */
function metadataNames(graph: Graph): string[] | null {
  const entry = graph.model.metadataProps.find(({ key }) => /^(feature_?names|input_?names|columns)$/i.test(key));
  if (entry === undefined) return null;
  try {
    const parsed: unknown = JSON.parse(entry.value);
    if (Array.isArray(parsed) && parsed.every((name) => typeof name === 'string')) return parsed;
  } catch {
    // not JSON: a plain list
  }
  const names = entry.value.split(',').map((name) => name.trim());
  return names.every((name) => name !== '') ? names : null;
}

/**
 * Reads an ONNX model's signature and makes it runnable in a browser: ZipMap and other outputs that are no tensors go,
 * a fixed number of rows is opened.
 * @param bytes - the file; not modified, and returned as it is when nothing had to change
 * @param name - file name for error messages
 * @throws LimpidError `UnreadableFile` | `UnsupportedModel` (with Python lines that export the model again)
 */
export function readModel(bytes: Uint8Array<ArrayBuffer>, name: string): ReadModel {
  const parsed = parseGraph(bytes, name);
  refuseExternalData(parsed, name);
  refuseForeignOperators(parsed, name);
  const inputs = readInputs(parsed.proto, name);
  const edits = editGraph(parsed.proto);
  const changed = edits.findings.length > 0;
  const graph = changed ? toGraph(parsed.model, parsed.proto) : parsed;
  const { outputs, task, taskOpen, findings } = readOutputs(graph, edits, name);
  return {
    bytes: changed ? new Uint8Array(toBinary(ModelProtoSchema, parsed.model)) : bytes,
    signature: { inputs, outputs, task },
    taskOpen,
    findings: [...edits.findings, ...findings],
    featureNames: metadataNames(graph),
  };
}
