import { LimpidError } from '#/base/errors';
import type { AnchorRule } from '#/domain/anchor-rule';
import type { EncodedRows, ModelAsset } from '#/domain/model';
import { isClassifier } from '#/domain/outputs';
import type { DecisionPath } from '#/domain/decision-path';
import { decisionPath } from '#/trees/decision-path';
import { ANCHOR_DEFAULTS, createAnchorSearch, type AnchorSearch } from '#/explainers/anchors/anchor-search';
import { decideBy } from '#/explainers/anchors/decide';
import { explainerById } from '#/explainers/catalogue';
import { iceCurve, iceSurface } from '#/explainers/curves';
import type { ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { disposeModel, environmentOf, installModel, type HostOptions, type InstalledModel } from '#/engine/install-model';

/** What the study hands over when a model is open: the model and how to explain an edited row. */
export interface InteractiveSetup {
  readonly asset: ModelAsset;
  readonly spec: ExplainSpec;
  /** Rows of the table that anchors draw neighbours from. */
  readonly training: EncodedRows;
  readonly explainerLabel: string;
  readonly unit: string;
}

export interface InteractiveResult {
  readonly explainer: string;
  readonly unit: string;
  readonly values: readonly Float64Array[];
  readonly standardErrors: readonly Float64Array[] | null;
  readonly baseValues: Float64Array;
  readonly prediction: Float64Array;
  readonly seconds: number;
}

interface Ready {
  readonly setup: InteractiveSetup;
  readonly model: InstalledModel;
  prepared: Promise<PreparedExplainer> | null;
  anchors: AnchorSearch | null;
}

/** The first call may come before the study worker has measured the model; longer than this nothing will come. */
const INSTALL_MS = 20_000;

/** Edited rows have no place in the table: they draw their seeds from a number that no row has. */
const EDITED_ROW = -1;

/**
 * Predicts and explains a few rows, in a worker of its own so that no long question stands before it.
 * The session is made as soon as a model is open: the first keystroke finds it ready.
 */
export class InteractiveHost {
  readonly #options: HostOptions;
  #ready: Promise<Ready> | null = null;
  #waiting: (() => void)[] = [];

  constructor(options: HostOptions = {}) {
    this.#options = options;
  }

  /** Null: the study was closed. */
  install(setup: InteractiveSetup | null): void {
    const previous = this.#ready;
    void previous?.then((ready) => disposeModel(ready.model)).catch(() => undefined);
    this.#ready = setup === null ? null : this.#prepare(setup);
    // A failure is reported by the first call; here it must not be an unhandled rejection.
    this.#ready?.catch(() => undefined);
    if (setup === null) return;
    for (const wake of this.#waiting) wake();
    this.#waiting = [];
  }

  async predict(values: Float64Array): Promise<Float64Array> {
    const ready = await this.#needReady();
    const nFeatures = ready.model.predictor.nFeatures;
    return ready.model.predictor.predict({ nRows: values.length / nFeatures, nFeatures, values });
  }

  async curve(row: Float64Array, feature: number, grid: Float64Array): Promise<Float64Array> {
    return iceCurve((await this.#needReady()).model.predictor, row, feature, grid);
  }

  async surface(row: Float64Array, featureA: number, gridA: Float64Array, featureB: number, gridB: Float64Array): Promise<Float64Array> {
    return iceSurface((await this.#needReady()).model.predictor, row, featureA, gridA, featureB, gridB);
  }

  /** @throws LimpidError `BadRequest` when the model is no tree ensemble */
  async treePath(row: Float64Array, tree: number): Promise<DecisionPath> {
    const { trees } = (await this.#needReady()).model;
    if ('reason' in trees) throw new LimpidError({ tag: 'BadRequest', message: `The model has no trees to follow: ${trees.reason}` });
    return decisionPath(trees, row, tree);
  }

  /** @throws LimpidError `BadRequest` for models without classes */
  async anchor(row: Float64Array, threshold: number): Promise<AnchorRule> {
    const ready = await this.#needReady();
    const { asset, training } = ready.setup;
    if (!isClassifier(asset.outputs))
      throw new LimpidError({ tag: 'BadRequest', message: 'Anchors explain the decisions of classifiers: this model gives values.' });
    ready.anchors ??= createAnchorSearch(training, asset.features, decideBy(environmentOf(ready.model)), {
      coverageSamples: training.nRows,
      seed: ready.setup.spec.seed,
    });
    return ready.anchors.search(row, { ...ANCHOR_DEFAULTS, threshold });
  }

  async explain(row: Float64Array): Promise<InteractiveResult> {
    const ready = await this.#needReady();
    const started = performance.now();
    const { setup, model } = ready;
    const { predictor } = model;
    const making = (ready.prepared ??= explainerById(setup.spec.explainer).prepare(setup.spec, environmentOf(model)));
    const prepared = await making;
    const rows: EncodedRows = { nRows: 1, nFeatures: predictor.nFeatures, values: row };
    const chunk = await prepared.explain(rows, Int32Array.of(EDITED_ROW));
    return {
      explainer: setup.explainerLabel,
      unit: setup.unit,
      values: chunk.values,
      standardErrors: chunk.standardErrors,
      baseValues: prepared.baseValues,
      prediction: await predictor.predict(rows),
      seconds: (performance.now() - started) / 1000,
    };
  }

  async #prepare(setup: InteractiveSetup): Promise<Ready> {
    const model = await installModel(setup.asset, this.#options);
    // The first run of a session is slow: take it before the user types.
    await model.predictor.predict({
      nRows: 1,
      nFeatures: setup.spec.background.rows.nFeatures,
      values: setup.spec.background.rows.values.slice(0, setup.spec.background.rows.nFeatures),
    });
    return { setup, model, prepared: null, anchors: null };
  }

  async #needReady(): Promise<Ready> {
    if (this.#ready === null) await this.#nextInstall();
    if (this.#ready === null) {
      throw new LimpidError({
        tag: 'BadRequest',
        message: 'No model is open.',
        hint: 'Open an ONNX model with its table to predict edited rows.',
      });
    }
    return this.#ready;
  }

  #nextInstall(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, INSTALL_MS);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
