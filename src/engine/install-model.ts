import { LimpidError } from '#/base/errors';
import type { ProviderFacts } from '#/domain/inference-provider';
import type { ModelAsset, Predictor } from '#/domain/model';
import type { LinearModel } from '#/domain/linear-model';
import type { NativeImportance, TreeModel } from '#/domain/tree-model';
import type { GradientFacts, GradientPredictor } from '#/domain/gradient-model';
import type { ModelFacts } from '#/engine/compute-task';
import type { ExplainerEnvironment, GpuTables, KernelModules } from '#/explainers/explainer';
import { readTreeFile } from '#/formats/models/read-tree-file';
import { createOrtPredictor } from '#/inference/create-ort-predictor';
import type { RuntimeOptions } from '#/inference/runtime';
import type { ProviderChoice, ProviderRequest } from '#/inference/webgpu-choice';
import { createGradientPredictor } from '#/inference/gradient-predictor';
import { createTreePredictor } from '#/inference/tree-predictor';
import { readGradientFacts } from '#/onnx/backward/differentiable-net';
import { readLinearModel } from '#/onnx/read-linear-model';
import { readTreeModel } from '#/onnx/read-tree-model';
import { resolveSpace } from '#/onnx/resolve-space';
import { ensembleFacts } from '#/trees/ensemble-facts';

/** What a lane brings from outside: where the runtime lies and how to get the kernels. */
export interface HostOptions {
  readonly ort?: RuntimeOptions;
  /** Null: no WebAssembly kernels here; the plain code does the work. */
  readonly kernels?: () => Promise<KernelModules | null>;
  /** Null: no GPU here. */
  readonly gpu?: () => Promise<GpuOptions | null>;
}

/** What a lane may use of a GPU. */
export interface GpuOptions {
  /** Chooses by measurement what predicts. @throws LimpidError of the WebAssembly predictor only */
  readonly choose: (request: ProviderRequest, signal?: AbortSignal) => Promise<ProviderChoice>;
  /** Tables of tree methods for one job. @param wanted - what another lane has chosen */
  readonly tables: (wanted: ProviderFacts['name'] | undefined) => GpuTables;
}

/** A model ready to predict, and what of its structure could be read. */
export interface InstalledModel {
  readonly asset: ModelAsset;
  readonly predictor: Predictor;
  readonly trees: TreeModel | { readonly reason: string };
  readonly linear: LinearModel | { readonly reason: string };
  readonly gradients:
    | { readonly facts: GradientFacts; readonly create: () => Promise<GradientPredictor>; readonly dispose: () => Promise<void> }
    | { readonly reason: string };
  readonly kernels: KernelModules | null;
}

/** A tree library's own file: our evaluator is its runtime. */
async function installTreeFile(asset: ModelAsset, options: HostOptions): Promise<InstalledModel> {
  const trees = readTreeFile(asset);
  if ('reason' in trees) {
    throw new LimpidError({ tag: 'ModelFailed', message: trees.reason, hint: 'Open the model file again together with its table.' });
  }
  return {
    asset,
    predictor: createTreePredictor(trees, asset.outputs, resolveSpace(asset.signature, asset.outputs), asset.features.length),
    trees,
    linear: { reason: 'The model is a tree ensemble, not linear.' },
    gradients: { reason: 'Trees have no gradients.' },
    kernels: (await options.kernels?.().catch(() => null)) ?? null,
  };
}

/** @throws LimpidError when the runtime refuses the model */
export async function installModel(asset: ModelAsset, options: HostOptions): Promise<InstalledModel> {
  if (asset.kind !== 'onnx') return installTreeFile(asset, options);
  const predictor = await createOrtPredictor(asset, options.ort ?? {});
  const trees = readTreeModel(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs);
  return {
    asset,
    predictor,
    trees,
    linear: readLinearModel(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs),
    gradients: installGradients(asset, options),
    kernels: (await options.kernels?.().catch(() => null)) ?? null,
  };
}

/** The backward graph is made when a method first asks for it, once a lane. */
function installGradients(asset: ModelAsset, options: HostOptions): InstalledModel['gradients'] {
  const facts = readGradientFacts(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs);
  if ('reason' in facts) return facts;
  let making: Promise<GradientPredictor> | null = null;
  return {
    facts,
    create: () => (making ??= createGradientPredictor(asset, options.ort ?? {})),
    dispose: async () => (await making)?.dispose(),
  };
}

export function environmentOf(model: InstalledModel): ExplainerEnvironment {
  return {
    predictor: model.predictor,
    trees: 'reason' in model.trees ? null : model.trees,
    linear: 'reason' in model.linear ? null : model.linear,
    gradients: 'reason' in model.gradients ? null : model.gradients.create,
    kernels: model.kernels,
    features: model.asset.features,
    outputs: model.asset.outputs,
  };
}

/** Frees what the runtime holds. */
export async function disposeModel({ predictor, gradients }: InstalledModel): Promise<void> {
  await predictor.dispose();
  if (!('reason' in gradients)) await gradients.dispose();
}

/** What the engine tells of an installed model. */
export function factsOf(model: InstalledModel, secondsPerRow: number): ModelFacts {
  const { predictor, trees, linear, gradients } = model;
  return {
    nOutputs: predictor.nOutputs,
    space: predictor.info.space,
    secondsPerRow,
    trees:
      'reason' in trees
        ? { reason: trees.reason }
        : { ...ensembleFacts(trees.ensemble), link: trees.link, hasCovers: trees.ensemble.cover !== null, columns: trees.sources.length },
    linear: 'reason' in linear ? { reason: linear.reason } : { columns: linear.sources.length, link: linear.link },
    gradients: 'reason' in gradients ? { reason: gradients.reason } : gradients.facts,
    importances: importancesOf(trees, linear, model.asset.features.length),
  };
}

function importancesOf(trees: InstalledModel['trees'], linear: InstalledModel['linear'], nFeatures: number): readonly NativeImportance[] {
  if (!('reason' in trees)) return trees.importances ?? [];
  if ('reason' in linear) return [];
  // Mean of |coef| over the outputs (ALGORITHMS 8); columns of one feature add up.
  const values = new Float64Array(nFeatures);
  const nColumns = linear.sources.length;
  for (let output = 0; output < linear.nOutputs; output++) {
    linear.sources.forEach(({ feature }, column) => {
      values[feature]! += Math.abs(linear.coefficients[output * nColumns + column]!) / linear.nOutputs;
    });
  }
  return [{ meaning: '|coefficient|', values }];
}
