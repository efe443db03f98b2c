import { LimpidError } from '#/base/errors';
import type { ComputeResult, ComputeTask, ModelFacts } from '#/engine/compute-task';
import { effectSums } from '#/explainers/accumulated-effects';
import { explainerById } from '#/explainers/catalogue';
import { curveSums } from '#/explainers/curves';
import type { GpuTables, PreparedExplainer } from '#/explainers/explainer';
import {
  disposeModel,
  environmentOf,
  factsOf,
  installModel,
  type GpuOptions,
  type HostOptions,
  type InstalledModel,
} from '#/engine/install-model';
import { probeModel } from '#/inference/probe';

/**
 * The work of a compute lane, without any worker: keeps installed models and prepared explainers by key and
 * runs one task at a time. Runs in workers, worker_threads and in process alike.
 */
export class ComputeHost {
  readonly #models = new Map<string, InstalledModel>();
  readonly #specs = new Map<string, PreparedExplainer>();
  readonly #tables = new Map<string, GpuTables>();
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
        const { baseValues, space, exact, additivity, chunkRows, players } = await this.#prepare(task, model, signal);
        const tables = this.#tables.get(task.key)?.facts;
        return {
          kind: 'spec',
          baseValues,
          space,
          exact,
          additivity,
          chunkRows,
          ...(players ? { players } : {}),
          ...(tables ? { tables } : {}),
        };
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
        this.#tables.get(task.key)?.dispose();
        this.#tables.delete(task.key);
        await this.#release(task.key);
        return { kind: 'released' };
      default:
        return task satisfies never;
    }
  }

  async dispose(): Promise<void> {
    for (const key of [...this.#models.keys()]) await this.#release(key);
    for (const tables of this.#tables.values()) tables.dispose();
    this.#tables.clear();
    this.#specs.clear();
  }

  async #prepare(
    task: Extract<ComputeTask, { kind: 'install spec' }>,
    model: InstalledModel,
    signal?: AbortSignal,
  ): Promise<PreparedExplainer> {
    const environment = environmentOf(model);
    const gpu = environment.kernels === null || environment.trees === null ? null : await this.#gpu();
    const tables = gpu?.tables(task.tables);
    if (tables !== undefined) this.#tables.set(task.key, tables);
    const kernels = environment.kernels !== null && tables !== undefined ? { ...environment.kernels, gpu: tables } : environment.kernels;
    const prepared = await explainerById(task.spec.explainer).prepare(task.spec, { ...environment, kernels }, signal);
    this.#specs.set(task.key, prepared);
    return prepared;
  }

  async #installModel(task: Extract<ComputeTask, { kind: 'install model' }>, signal?: AbortSignal): Promise<ModelFacts> {
    const model = await installModel(task.asset, this.#options);
    this.#models.set(task.key, model);
    const probe = await probeModel(model.predictor, task.probe, signal);
    const gpu = await this.#gpu();
    if (gpu === null) return factsOf(model, probe.secondsPerRow);
    const { asset, probe: rows, provider } = task;
    const choice = await gpu.choose({ asset, wasm: model.predictor, probe: rows, wanted: provider }, signal);
    this.#models.set(task.key, { ...model, predictor: choice.predictor });
    const { secondsPerRow } = choice.facts.name === 'wasm' ? probe : choice.predictor.info;
    return { ...factsOf(model, secondsPerRow), provider: choice.facts };
  }

  async #gpu(): Promise<GpuOptions | null> {
    return (await this.#options.gpu?.().catch(() => null)) ?? null;
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
