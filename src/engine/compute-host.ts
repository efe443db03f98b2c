import { LimpidError } from '#/base/errors';
import type { ComputeResult, ComputeTask, ModelFacts } from '#/engine/compute-task';
import { effectSums } from '#/explainers/accumulated-effects';
import { explainerById } from '#/explainers/catalogue';
import { curveSums } from '#/explainers/curves';
import type { ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { disposeModel, environmentOf, factsOf, installModel, type HostOptions, type InstalledModel } from '#/engine/install-model';
import { probeModel } from '#/inference/probe';

/**
 * The work of a compute lane, without any worker: keeps installed models and prepared explainers by key and
 * runs one task at a time. Runs in workers, worker_threads and in process alike.
 */
export class ComputeHost {
  readonly #models = new Map<string, InstalledModel>();
  readonly #specs = new Map<string, PreparedExplainer>();
  readonly #options: HostOptions;

  constructor(options: HostOptions = {}) {
    this.#options = options;
  }

  async run(task: ComputeTask, signal?: AbortSignal): Promise<ComputeResult> {
    switch (task.kind) {
      case 'install model':
        return { kind: 'model', facts: await this.#installModel(task, signal) };
      case 'install spec': {
        const model = this.#model(task.model);
        const { baseValues, space, exact, additivity, chunkRows, players } = await this.#prepare(task.key, model, task.spec, signal);
        return { kind: 'spec', baseValues, space, exact, additivity, chunkRows, ...(players ? { players } : {}) };
      }
      case 'fit': {
        const model = this.#model(task.model);
        const fitted = await explainerById(task.spec.explainer).fit?.(task.spec, environmentOf(model), signal);
        return { kind: 'fitted', fitted: fitted ?? {} };
      }
      case 'predict':
        return { kind: 'predictions', values: await this.#model(task.model).predictor.predict(task.rows, signal) };
      case 'explain': {
        const prepared = this.#specs.get(task.spec);
        if (!prepared) throw missing(task.spec);
        return { kind: 'values', ...(await prepared.explain(task.rows, task.rowIds, signal)) };
      }
      case 'curve':
        return { kind: 'curve', ...(await curveSums({ ...environmentOf(this.#model(task.model)), ...task }, signal)) };
      case 'local effects':
        return { kind: 'local effects', ...(await effectSums({ ...environmentOf(this.#model(task.model)), ...task }, signal)) };
      case 'release':
        this.#specs.delete(task.key);
        await this.#release(task.key);
        return { kind: 'released' };
      default:
        return task satisfies never;
    }
  }

  async dispose(): Promise<void> {
    for (const key of [...this.#models.keys()]) await this.#release(key);
    this.#specs.clear();
  }

  async #prepare(key: string, model: InstalledModel, spec: ExplainSpec, signal?: AbortSignal): Promise<PreparedExplainer> {
    const prepared = await explainerById(spec.explainer).prepare(spec, environmentOf(model), signal);
    this.#specs.set(key, prepared);
    return prepared;
  }

  async #installModel(task: Extract<ComputeTask, { kind: 'install model' }>, signal?: AbortSignal): Promise<ModelFacts> {
    const model = await installModel(task.asset, this.#options);
    this.#models.set(task.key, model);
    const probe = await probeModel(model.predictor, task.probe, signal);
    const gpu = (await this.#options.gpu?.().catch(() => null)) ?? null;
    if (gpu === null) return factsOf(model, probe.secondsPerRow);
    const { asset, probe: rows, provider } = task;
    const choice = await gpu.choose({ asset, wasm: model.predictor, probe: rows, wanted: provider }, signal);
    this.#models.set(task.key, { ...model, predictor: choice.predictor });
    const { secondsPerRow } = choice.facts.name === 'wasm' ? probe : choice.predictor.info;
    return { ...factsOf(model, secondsPerRow), provider: choice.facts };
  }

  async #release(key: string): Promise<void> {
    const model = this.#models.get(key);
    this.#models.delete(key);
    if (model) await disposeModel(model);
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
