import { LimpidError } from '#/base/errors';
import type { ModelAsset, Predictor } from '#/domain/model';
import type { ComputeResult, ComputeTask, ModelFacts } from '#/engine/compute-task';
import { explainerById } from '#/explainers/catalogue';
import type { PreparedExplainer } from '#/explainers/explainer';
import { createOrtPredictor } from '#/inference/create-ort-predictor';
import type { RuntimeOptions } from '#/inference/runtime';
import { probeModel } from '#/inference/probe';
import { readTreeModel } from '#/onnx/read-tree-model';
import { ensembleFacts } from '#/trees/ensemble-facts';
import type { TreeModel } from '#/trees/tree-ensemble';

interface InstalledModel {
  readonly asset: ModelAsset;
  readonly predictor: Predictor;
  readonly trees: TreeModel | { readonly reason: string };
}

/**
 * The work of a compute lane, without any worker: keeps installed models and prepared explainers by key and
 * runs one task at a time. Runs in workers, worker_threads and in process alike.
 */
export class ComputeHost {
  readonly #models = new Map<string, InstalledModel>();
  readonly #specs = new Map<string, PreparedExplainer>();
  readonly #ort: RuntimeOptions;

  constructor(ort: RuntimeOptions = {}) {
    this.#ort = ort;
  }

  async run(task: ComputeTask, signal?: AbortSignal): Promise<ComputeResult> {
    switch (task.kind) {
      case 'install model':
        return { kind: 'model', facts: await this.#installModel(task, signal) };
      case 'install spec': {
        const model = this.#model(task.model);
        const explainer = explainerById(task.spec.explainer);
        const prepared = await explainer.prepare(
          task.spec,
          {
            predictor: model.predictor,
            trees: 'reason' in model.trees ? null : model.trees,
            features: model.asset.features,
            outputs: model.asset.outputs,
          },
          signal,
        );
        this.#specs.set(task.key, prepared);
        return {
          kind: 'spec',
          baseValues: prepared.baseValues,
          space: prepared.space,
          exact: prepared.exact,
          chunkRows: prepared.chunkRows,
        };
      }
      case 'predict':
        return { kind: 'predictions', values: await this.#model(task.model).predictor.predict(task.rows, signal) };
      case 'explain': {
        const prepared = this.#specs.get(task.spec);
        if (!prepared) throw missing(task.spec);
        return { kind: 'values', ...(await prepared.explain(task.rows, task.rowIds, signal)) };
      }
      case 'release':
        this.#specs.delete(task.key);
        await this.#models.get(task.key)?.predictor.dispose();
        this.#models.delete(task.key);
        return { kind: 'released' };
      default:
        return task satisfies never;
    }
  }

  async dispose(): Promise<void> {
    for (const model of this.#models.values()) await model.predictor.dispose();
    this.#models.clear();
    this.#specs.clear();
  }

  async #installModel(task: Extract<ComputeTask, { kind: 'install model' }>, signal?: AbortSignal): Promise<ModelFacts> {
    const { asset } = task;
    const predictor = await createOrtPredictor(asset, this.#ort);
    const trees = readTreeModel(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs);
    this.#models.set(task.key, { asset, predictor, trees });
    const probe = await probeModel(predictor, task.probe, signal);
    return {
      nOutputs: predictor.nOutputs,
      space: predictor.info.space,
      secondsPerRow: probe.secondsPerRow,
      trees: 'reason' in trees ? { reason: trees.reason } : { ...ensembleFacts(trees.ensemble), link: trees.link },
    };
  }

  #model(key: string): InstalledModel {
    const model = this.#models.get(key);
    if (!model) throw missing(key);
    return model;
  }
}

function missing(key: string): LimpidError {
  return new LimpidError({ tag: 'Internal', message: `Nothing is installed under ${key} in this worker.` });
}
