import type { ModelAsset } from '#/domain/model';
import { forwardGraph, widestTensor } from '#/onnx/backward/backward-graph';
import { readDifferentiableNet } from '#/onnx/backward/differentiable-net';

/** The part of a model that is a pure float32 tensor net: from the features to its scores, without labels and ai.onnx.ml operators. */
export interface TensorNet {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly nFeatures: number;
  /** By stored output: weights of the columns of the scores. */
  readonly seeds: readonly (readonly number[])[];
  /** Numbers a row of the widest tensor. */
  readonly widest: number;
}

/**
 * Cuts a model down to what the WebGPU provider can run (its operators are those of the standard domain, in float32).
 * @returns one plain sentence where there is no such net
 */
export function readTensorNet(asset: ModelAsset): TensorNet | { readonly reason: string } {
  const net = readDifferentiableNet(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs);
  if ('reason' in net) return net;
  // The model's own scores come first.
  const target = net.targets[0];
  if (target === undefined) return { reason: 'The net has no scores.' };
  return {
    bytes: forwardGraph(net.net, target.tensor),
    nFeatures: net.net.nFeatures,
    seeds: target.seeds,
    widest: widestTensor(net.net),
  };
}
