import { createRng } from '#/base/rng';
import type { FeatureSchema, ModelAsset } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import { readModel } from '#/onnx/read-model';
import { buildOnnx, node, port, tensor } from './build-onnx';
import { assetOf, outputsFor } from './model-golden';

/** A dense net with random weights, as ONNX. */
export interface NetParts {
  /** Features, hidden layers, outputs. */
  readonly widths: readonly number[];
  /** After each hidden layer. */
  readonly activation: string;
  /** On the outputs; null for none. */
  readonly last: 'Sigmoid' | 'Softmax' | null;
  readonly task: Outputs['task'];
  readonly seed?: number;
}

export function testNet({ widths, activation, last, task, seed = 5 }: NetParts): ModelAsset {
  const rng = createRng(seed);
  const uniform = (count: number, size: number): number[] => Array.from({ length: count }, () => (rng.next() * 2 - 1) * size);
  const constants = widths.slice(1).flatMap((width, layer) => {
    const from = widths[layer]!;
    return [
      tensor(`W${layer}`, 'float', [width, from], uniform(width * from, Math.sqrt(3 / from))),
      tensor(`b${layer}`, 'float', [width], uniform(width, 0.3)),
    ];
  });
  const nLayers = widths.length - 1;
  const nodes = widths.slice(1).flatMap((_, layer) => {
    const isLast = layer === nLayers - 1;
    const from = layer === 0 ? 'X' : `a${layer - 1}`;
    const to = isLast && last === null ? 'Y' : `z${layer}`;
    const linear = node('Gemm', `${from},W${layer},b${layer}`, to, { transB: 1 });
    if (!isLast) return [linear, node(activation, `z${layer}`, `a${layer}`)];
    return last === null ? [linear] : [linear, node(last, `z${layer}`, 'Y')];
  });
  nodes.forEach((each, index) => (each.name = `node ${index}`));
  const nOutputs = widths.at(-1)!;
  const bytes = buildOnnx({
    inputs: [port('X', 'float', [null, widths[0]!])],
    outputs: [port('Y', 'float', [null, nOutputs])],
    nodes,
    constants,
  });
  const features = Array.from({ length: widths[0]! }, (_, index): FeatureSchema => {
    return { name: `f${index}`, kind: 'numeric', integer: false, labels: [], missingText: '', column: index };
  });
  const labels = Array.from({ length: Math.max(2, nOutputs) }, (_, index) => String(index));
  return assetOf({ ...readModel(bytes, 'net.onnx'), features, outputs: outputsFor(task, labels) });
}
