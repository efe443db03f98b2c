import type { NodeProto, TensorProto } from 'onnx-buf';
import { describeNode, type Attributes, type GraphNode } from '#/onnx/graph';
import { tensorNumbers } from '#/onnx/tensor-values';
import type { Shape } from './tensor-shape';

/** A node of the net as it runs: standard operators only, float32. */
export interface NetNode extends GraphNode {
  readonly attributes: Attributes;
  /** What runs: several nodes where they are one function. */
  readonly protos: readonly NodeProto[];
}

/** What is known of the tensors met so far, in running order. */
export interface KnownTensors {
  readonly constants: ReadonlyMap<string, TensorProto>;
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Whole numbers known before a run: constants, and shapes computed from them (`BATCH` for the rows). */
  readonly ints: ReadonlyMap<string, readonly number[]>;
}

/** The part of an ONNX graph that leads from the features to the scores, ready to be differentiated. */
export interface Net extends KnownTensors {
  readonly opset: number;
  /** In running order. The features are the tensor `FEATURES`. */
  readonly nodes: readonly NetNode[];
  /** Tensors that change smoothly with the features. */
  readonly active: ReadonlySet<string>;
  readonly scores: string;
  readonly nFeatures: number;
}

/** Input of generated graphs: the features of the study, [rows, nFeatures]. */
export const FEATURES = 'limpid/features';

/** Why a net cannot be differentiated; never leaves this folder. */
export class NotDifferentiable extends Error {
  constructor(node: GraphNode, why: string) {
    super(`${describeNode(node)} ${why}`);
  }
}

export function shapeOf(known: KnownTensors, tensor: string, reader: GraphNode): Shape {
  const shape = known.shapes.get(tensor);
  if (shape === undefined) throw new NotDifferentiable(reader, 'reads numbers of unknown shape.');
  return shape;
}

/** Whole numbers that a node reads and that are known before a run. */
export function intsOf(known: KnownTensors, tensor: string | undefined, reader: GraphNode): readonly number[] {
  const ints = tensor === undefined ? undefined : (known.ints.get(tensor) ?? constantNumbers(known, tensor));
  if (ints === undefined || ints === null) throw new NotDifferentiable(reader, 'gets its shape or positions from the data.');
  return ints;
}

function constantNumbers(known: KnownTensors, tensor: string): readonly number[] | null {
  const constant = known.constants.get(tensor);
  const numbers = constant === undefined ? null : tensorNumbers(constant);
  return numbers === null ? null : Array.from(numbers);
}

/** A node's optional input; null when it is left out. */
export function optionalInput(node: GraphNode, index: number): string | null {
  const name = node.inputs[index];
  return name === undefined || name === '' ? null : name;
}
