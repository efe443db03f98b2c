import type { GradientFacts } from '#/domain/gradient-model';
import type { FeatureSchema, InputBinding, ModelSignature } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import { describeNode, parseGraph } from '#/onnx/graph';
import { tensorSize } from '#/onnx/tensor-values';
import { buildBackward } from './backward-graph';
import { hiddenLayers } from './hidden-layers';
import { imputedFeatures } from './imputed-features';
import { FEATURES, NotDifferentiable, type Net } from './net';
import { outputTargets, type TargetedNet } from './output-targets';
import { readNet } from './read-net';
import { isExactRescale } from './rescale-rule';

/** A net that was differentiated once, so that later graphs of it cannot fail. */
export interface DifferentiableNet extends TargetedNet {
  readonly facts: GradientFacts;
}

/** Multiplications of one row through the net, from the sizes of its weights. */
function workOf(net: Net): number {
  let work = 0;
  for (const constant of net.constants.values()) if (constant.dims.length >= 2) work += tensorSize(constant);
  return work;
}

function rescaleFact(net: Net): GradientFacts['rescale'] {
  const inexact = net.nodes.find((node) => !isExactRescale(net, node));
  return inexact === undefined ? true : { reason: `${describeNode(inexact)} has no rescale rule and gets its plain gradient.` };
}

/**
 * Reads a model as a net that can be differentiated.
 * @param bytes - as `readModel` returned them; not modified
 * @returns the net, or one plain sentence why there is none, naming operator and node
 * @throws LimpidError `UnreadableFile` when the bytes are no ONNX model
 */
export function readDifferentiableNet(
  bytes: Uint8Array,
  features: readonly FeatureSchema[],
  bindings: readonly InputBinding[],
  signature: ModelSignature,
  outputs: Outputs,
): DifferentiableNet | { readonly reason: string } {
  const graph = parseGraph(bytes, 'model');
  try {
    const net = readNet(graph, features, bindings, signature);
    if ('reason' in net) return net;
    const targeted = outputTargets(net, signature, outputs);
    if ('reason' in targeted) return targeted;
    for (const target of targeted.targets) buildBackward(targeted.net, { target: target.tensor, by: FEATURES, rescaled: true });
    const facts: GradientFacts = {
      layers: hiddenLayers(targeted.net),
      rescale: rescaleFact(targeted.net),
      spaces: targeted.targets.map(({ id, space }) => ({ id, space })),
      fills: imputedFeatures(targeted.net),
      work: workOf(targeted.net),
    };
    return { ...targeted, facts };
  } catch (error) {
    if (error instanceof NotDifferentiable) return { reason: error.message };
    throw error;
  }
}

/**
 * What the gradient methods need to know of a model, without a run: hidden layers, output spaces, whether DeepLIFT's
 * rescale rule is exact. Costs a parse of the file.
 * @returns one plain sentence where the model cannot be differentiated (Kernel SHAP still explains it)
 * @throws LimpidError `UnreadableFile` when the bytes are no ONNX model
 */
export function readGradientFacts(
  bytes: Uint8Array,
  features: readonly FeatureSchema[],
  bindings: readonly InputBinding[],
  signature: ModelSignature,
  outputs: Outputs,
): GradientFacts | { readonly reason: string } {
  const net = readDifferentiableNet(bytes, features, bindings, signature, outputs);
  return 'reason' in net ? { reason: net.reason } : net.facts;
}
