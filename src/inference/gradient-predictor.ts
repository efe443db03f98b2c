import { LimpidError } from '#/base/errors';
import type { GradientFacts, GradientPredictor, GradientRequest, LayerGradients } from '#/domain/gradient-model';
import type { EncodedRows, ModelAsset } from '#/domain/model';
import { storedOutputCount } from '#/domain/outputs';
import { forwardGraph, GRADIENT, gradientGraph, COMPARED, SEED, VALUES, widestTensor } from '#/onnx/backward/backward-graph';
import { readDifferentiableNet, type DifferentiableNet } from '#/onnx/backward/differentiable-net';
import { FEATURES } from '#/onnx/backward/net';
import { fedRows, fedSeed, GradientSession } from './gradient-session';
import { configureRuntime, type RuntimeOptions } from './runtime';

/** A tensor of the net whose columns, weighted by the seed, are differentiated. */
interface Target {
  readonly tensor: string;
  readonly seed: readonly number[];
}

class OrtGradientPredictor implements GradientPredictor {
  readonly nFeatures: number;
  readonly nOutputs: number;
  readonly facts: GradientFacts;
  readonly #name: string;
  readonly #net: DifferentiableNet;
  /** One a graph: made when first asked for. */
  readonly #sessions = new Map<string, Promise<GradientSession>>();
  #isDisposed = false;

  constructor(name: string, net: DifferentiableNet, nOutputs: number) {
    this.#name = name;
    this.#net = net;
    this.nFeatures = net.net.nFeatures;
    this.nOutputs = nOutputs;
    this.facts = net.facts;
  }

  async values(rows: EncodedRows, of: GradientRequest['of'], space: GradientRequest['space'], signal?: AbortSignal): Promise<Float64Array> {
    const target = this.#target(of, space);
    const columns = await this.#forward(rows, target.tensor, signal);
    const width = target.seed.length;
    return Float64Array.from({ length: rows.nRows }, (_, row) =>
      target.seed.reduce((sum, weight, column) => (weight === 0 ? sum : sum + weight * columns[row * width + column]!), 0),
    );
  }

  async gradients(rows: EncodedRows, request: GradientRequest, signal?: AbortSignal): Promise<Float64Array> {
    const by = request.by === null ? FEATURES : this.#layer(request.by).id;
    const target = this.#target(request.of, request.space);
    const session = await this.#backward(target.tensor, by, false);
    return this.#gather(session, rows, [fedRows(FEATURES, rows), fedSeed(SEED, target.seed)], GRADIENT, signal);
  }

  async layerGradients(rows: EncodedRows, request: GradientRequest, signal?: AbortSignal): Promise<LayerGradients> {
    const layer = this.#layer(request.by ?? '');
    const target = this.#target(request.of, request.space);
    const session = await this.#backward(target.tensor, layer.id, false);
    const gradients = new Float64Array(rows.nRows * layer.neurons);
    const activations = new Float64Array(rows.nRows * layer.neurons);
    await session.run(
      rows.nRows,
      [fedRows(FEATURES, rows), fedSeed(SEED, target.seed)],
      [GRADIENT, VALUES],
      ([gradient, values], start) => {
        gradients.set(gradient!, start * layer.neurons);
        activations.set(values!, start * layer.neurons);
      },
      signal,
    );
    return { gradients, activations };
  }

  activations(rows: EncodedRows, layer: string, signal?: AbortSignal): Promise<Float64Array> {
    return this.#forward(rows, this.#layer(layer).id, signal);
  }

  async multipliers(rows: EncodedRows, references: EncodedRows, request: GradientRequest, signal?: AbortSignal): Promise<Float64Array> {
    if (references.nRows !== rows.nRows) throw badRequest(`There are ${rows.nRows} rows but ${references.nRows} references.`);
    this.#checkRows(references);
    const by = request.by === null ? FEATURES : this.#layer(request.by).id;
    const target = this.#target(request.of, request.space);
    const session = await this.#backward(target.tensor, by, true);
    // As in shap, operators without a rescale rule get their gradient at the reference.
    const fed = [fedRows(FEATURES, references), fedRows(COMPARED, rows), fedSeed(SEED, target.seed)];
    return this.#gather(session, rows, fed, GRADIENT, signal);
  }

  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const opened = await Promise.allSettled(this.#sessions.values());
    this.#sessions.clear();
    for (const session of opened) if (session.status === 'fulfilled') await session.value.release();
  }

  #layer(id: string): GradientFacts['layers'][number] {
    const layer = this.facts.layers.find((candidate) => candidate.id === id);
    if (layer === undefined) throw badRequest(`The net has no layer "${id}".`);
    return layer;
  }

  #target(of: GradientRequest['of'], space: GradientRequest['space']): Target {
    if (of.kind === 'neuron') {
      const { id, neurons } = this.#layer(of.layer);
      if (!Number.isInteger(of.neuron) || of.neuron < 0 || of.neuron >= neurons) {
        throw badRequest(`The layer has neurons 0 to ${neurons - 1}; there is no neuron ${of.neuron}.`);
      }
      return { tensor: id, seed: Array.from({ length: neurons }, (_, neuron) => (neuron === of.neuron ? 1 : 0)) };
    }
    const target = this.#net.targets.find((candidate) => candidate.id === space);
    if (target === undefined) throw badRequest(`The net has no ${space} output that can be differentiated.`);
    const seed = target.seeds[of.output];
    if (seed === undefined) throw badRequest(`The net has no output ${of.output}.`);
    return { tensor: target.tensor, seed };
  }

  #forward(rows: EncodedRows, tensor: string, signal: AbortSignal | undefined): Promise<Float64Array> {
    const session = this.#session(`forward ${tensor}`, () => forwardGraph(this.#net.net, tensor));
    return session.then((open) => this.#gather(open, rows, [fedRows(FEATURES, rows)], VALUES, signal));
  }

  #backward(target: string, by: string, rescaled: boolean): Promise<GradientSession> {
    return this.#session(JSON.stringify([target, by, rescaled]), () => gradientGraph(this.#net.net, { target, by, rescaled }));
  }

  #session(key: string, make: () => Uint8Array<ArrayBuffer>): Promise<GradientSession> {
    if (this.#isDisposed) throw new LimpidError({ tag: 'ModelFailed', message: 'The model was closed.', place: { file: this.#name } });
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    const opening = GradientSession.open(make(), this.#name, widestTensor(this.#net.net));
    this.#sessions.set(key, opening);
    opening.catch(() => this.#sessions.delete(key));
    return opening;
  }

  async #gather(
    session: GradientSession,
    rows: EncodedRows,
    fed: Parameters<GradientSession['run']>[1],
    output: string,
    signal: AbortSignal | undefined,
  ): Promise<Float64Array> {
    this.#checkRows(rows);
    let result = new Float64Array(0);
    let width = 0;
    await session.run(
      rows.nRows,
      fed,
      [output],
      ([values], start) => {
        if (start === 0) {
          width = values!.length / Math.min(rows.nRows, session.batch);
          result = new Float64Array(rows.nRows * width);
        }
        result.set(values!, start * width);
      },
      signal,
    );
    return result;
  }

  #checkRows(rows: EncodedRows): void {
    if (rows.nFeatures !== this.nFeatures || rows.values.length !== rows.nRows * rows.nFeatures) {
      throw new LimpidError({
        tag: 'ModelFailed',
        message: `The net takes rows of ${this.nFeatures} features, but was given ${rows.nFeatures}.`,
      });
    }
  }
}

function badRequest(message: string): LimpidError {
  return new LimpidError({ tag: 'BadRequest', message });
}

/**
 * Opens a net for gradients: a backward graph is generated from its ONNX file and run by ONNX Runtime (WebAssembly, one
 * thread, float32). Graphs are made when first asked for, one for each pair of target and variable.
 *
 * Values are stored outputs (binary: class 1): `probability` the model's probabilities, `raw` what goes into its last sigmoid
 * or softmax (log-odds of class 1 for two classes), or the scores of a net without one.
 *
 * @param options - as in `createOrtPredictor`
 * @throws LimpidError `UnsupportedModel` with the reason when the model cannot be differentiated (`readGradientFacts` tells before)
 */
export async function createGradientPredictor(asset: ModelAsset, options: RuntimeOptions = {}): Promise<GradientPredictor> {
  configureRuntime(options);
  const net = readDifferentiableNet(asset.bytes, asset.features, asset.bindings, asset.signature, asset.outputs);
  if ('reason' in net) {
    throw new LimpidError({
      tag: 'UnsupportedModel',
      message: `The model cannot be differentiated: ${net.reason}`,
      hint: 'Kernel SHAP explains any model.',
      place: { file: asset.name },
    });
  }
  return Promise.resolve(new OrtGradientPredictor(asset.name, net, storedOutputCount(asset.outputs)));
}
