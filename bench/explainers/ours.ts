import type { EncodedRows, FeatureSchema, ModelAsset } from '#/domain/model';
import type { Outputs } from '#/domain/outputs';
import { environmentOf, installModel, type InstalledModel } from '#/engine/install-model';
import { explainerById } from '#/explainers/catalogue';
import { partialDependence } from '#/explainers/curves';
import type { ExplainSpec, KernelModules } from '#/explainers/explainer';
import { decodeText } from '#/formats/decode-text';
import { knownTreeJson, parsedTreeFile } from '#/formats/models/read-tree-file';
import { parseJson } from '#/formats/tolerant-json';
import type { RuntimeOptions } from '#/inference/runtime';
import { readModel } from '#/onnx/read-model';
import type { Job, LaneAnswer, LaneRequest } from './protocol';

/** What Node and Chromium do differently. */
export interface Host {
  readonly read: (file: string) => Promise<Uint8Array<ArrayBuffer>>;
  readonly kernels: KernelModules;
  readonly ort: RuntimeOptions;
  /** CPU milliseconds of this process so far; NaN where unknown. */
  readonly cpu: () => number;
  readonly collectGarbage: () => void;
}

interface Column {
  readonly name: string;
  /** 0 for numbers. */
  readonly categories: number;
}

interface Installed {
  readonly model: InstalledModel;
  readonly rows: EncodedRows;
  readonly background: EncodedRows;
}

interface Done {
  readonly values: Float64Array;
  /** Values a row. */
  readonly width: number;
  readonly anchors?: LaneAnswer['anchors'];
}

/** A job ready to run: what `measure` times. */
type Prepared = () => Promise<Done>;

const NOTHING: LaneAnswer = { ms: 0, runs: 0, cpu: NaN, values: [], resultBytes: 0, kernelBytes: 0, anchors: null };

/**
 * Limpid's side of the bench, the same module in Node and Chromium: models through the same readers as the engine, explainers through
 * the catalogue, rows in chunks of `chunkRows` as jobs/explain does it.
 */
export function createOurs(host: Host): (request: LaneRequest) => Promise<LaneAnswer> {
  const kernels = watchedKernels();
  const installed = new Map<string, Promise<Installed>>();
  let prepared: Prepared | null = null;
  const open = (model: string): Promise<Installed> => {
    const known = installed.get(model) ?? install(model, host);
    installed.set(model, known);
    return known;
  };
  return async (request) => {
    switch (request.kind) {
      case 'install':
        await open(request.model);
        host.collectGarbage();
        return NOTHING;
      case 'prepare': {
        const parts = await open(request.job.model);
        prepared = null;
        kernels.forget();
        const timer = startTimer(host);
        prepared = await prepare(request.job, parts);
        return { ...NOTHING, ...timer(1) };
      }
      case 'measure':
        if (prepared === null) throw new Error('No job was prepared.');
        return { ...(await measure(prepared, request, host)), kernelBytes: kernels.bytes() };
      default:
        return request satisfies never;
    }
  };
}

function startTimer(host: Host): (runs: number) => Pick<LaneAnswer, 'ms' | 'cpu' | 'runs'> {
  const wall = performance.now();
  const cpu = host.cpu();
  return (runs) => ({ ms: (performance.now() - wall) / runs, cpu: (host.cpu() - cpu) / runs, runs });
}

async function measure(run: Prepared, request: Extract<LaneRequest, { kind: 'measure' }>, host: Host): Promise<LaneAnswer> {
  const began = performance.now();
  const timer = startTimer(host);
  let runs = 0;
  let done: Done;
  do {
    done = await run();
    runs++;
  } while (performance.now() - began < request.atLeast);
  return {
    ...NOTHING,
    ...timer(runs),
    values: Array.from(done.values.subarray(0, request.keep * done.width)),
    resultBytes: done.values.byteLength,
    anchors: done.anchors ?? null,
  };
}

async function install(file: string, host: Host): Promise<Installed> {
  const name = file.split('_')[0] ?? file;
  const facts = JSON.parse(new TextDecoder().decode(await host.read('facts.json'))) as { columns: Record<string, readonly Column[]> };
  // The net takes codes as the numbers they are; only for numbers there are gradients.
  const isNet = file.includes('mlp');
  const features = (facts.columns[name] ?? []).map((column, at) => featureOf(isNet ? { ...column, categories: 0 } : column, at));
  const rows = async (part: string): Promise<EncodedRows> => {
    const bytes = await host.read(`${name}.${part}`);
    const values = Float64Array.from(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4));
    return { nRows: values.length / features.length, nFeatures: features.length, values };
  };
  const options = { ort: host.ort, kernels: () => Promise.resolve(host.kernels) };
  const asset = assetOf(file, await host.read(file), features, name === 'houses');
  return { model: await installModel(asset, options), rows: await rows('rows'), background: await rows('background') };
}

function featureOf({ name, categories }: Column, column: number): FeatureSchema {
  const labels = Array.from({ length: categories }, (_, code) => String(code));
  return { name, kind: categories > 0 ? 'categorical' : 'numeric', integer: false, labels, missingText: '', column };
}

function assetOf(file: string, bytes: Uint8Array<ArrayBuffer>, features: readonly FeatureSchema[], isRegression: boolean): ModelAsset {
  const outputs: Outputs = isRegression
    ? { task: 'regression', targetName: 'y', unit: null }
    : { task: 'binary', targetName: 'y', classLabels: ['0', '1'] };
  const { kind, model } = file.endsWith('.onnx') ? { kind: 'onnx' as const, model: readModel(bytes, file) } : treeFile(file, bytes);
  const all = features.map((_, feature) => feature);
  const bindings = model.signature.inputs.map(({ name }) => ({ input: name, features: all }));
  // Codes go in as numbers: the tables hold what the models were trained on.
  return { name: file, kind, bytes: model.bytes, signature: model.signature, features, bindings, outputs };
}

function treeFile(
  file: string,
  bytes: Uint8Array<ArrayBuffer>,
): Pick<ReturnType<typeof parsedTreeFile>, 'kind'> & {
  model: ReturnType<typeof parsedTreeFile>;
} {
  const known = knownTreeJson(parseJson(decodeText(bytes, file).text, file), file);
  if (known === null) throw new Error(`${file} is no tree model.`);
  const model = parsedTreeFile(file, bytes, known.read());
  return { kind: model.kind, model };
}

function firstRows({ nFeatures, values }: EncodedRows, nRows: number): EncodedRows {
  return { nRows, nFeatures, values: values.subarray(0, nRows * nFeatures) };
}

async function prepare({ rows: nRows, work }: Job, { model, rows, background }: Installed): Promise<Prepared> {
  const environment = environmentOf(model);
  const chosen = firstRows(rows, nRows);
  const count = work.kind === 'explain' ? work.background : 100;
  const equal = new Float64Array(count).fill(1 / count);
  const common = { background: { rows: firstRows(background, count), weights: equal }, nRows, fitted: null };
  switch (work.kind) {
    case 'curves': {
      const { trees, predictor } = environment;
      const column = chosen.values.filter((_, at) => at % chosen.nFeatures === work.feature).sort();
      const grid = Float64Array.from({ length: work.points }, (_, i) => column[Math.floor((i * (nRows - 1)) / (work.points - 1))]!);
      return async () => {
        const { average, lines } = await partialDependence({
          predictor,
          trees,
          rows: chosen,
          feature: work.feature,
          grid,
          keepLines: nRows,
        });
        const values = new Float64Array((lines.length + 1) * average.length);
        [average, ...lines].forEach((line, i) => values.set(line, i * average.length));
        return { values, width: average.length };
      };
    }
    case 'anchors': {
      const spec: ExplainSpec = {
        explainer: 'anchors',
        outputSpace: 'probability',
        seed: 902,
        parameters: {},
        training: firstRows(background, work.training),
        ...common,
      };
      const ready = await explainerById('anchors').prepare(spec, environment);
      return async () => {
        const times: number[] = [];
        let precision = 0;
        let coverage = 0;
        for (let row = 0; row < nRows; row++) {
          const began = performance.now();
          const { rules } = await ready.explain(sliceRows(chosen, row, 1), Int32Array.of(row));
          times.push(performance.now() - began);
          precision += rules![0]!.precision / nRows;
          coverage += rules![0]!.coverage / nRows;
        }
        times.sort((a, b) => a - b);
        return { values: new Float64Array(0), width: 0, anchors: { medianRowMs: times[times.length >> 1]!, precision, coverage } };
      };
    }
    case 'explain': {
      const { explainer: id, space: outputSpace, seed, parameters } = work;
      const spec: ExplainSpec = { explainer: id, outputSpace, seed, parameters, training: null, ...common };
      const explainer = explainerById(id);
      const fitted = explainer.fit === undefined ? null : await explainer.fit(spec, environment);
      const ready = await explainer.prepare({ ...spec, fitted }, environment);
      const pairs = parameters.interactions === true;
      const width = pairs ? chosen.nFeatures ** 2 : chosen.nFeatures;
      return async () => {
        const values = new Float64Array(nRows * width);
        for (let start = 0; start < nRows; start += ready.chunkRows) {
          const part = sliceRows(chosen, start, Math.min(ready.chunkRows, nRows - start));
          const ids = Int32Array.from({ length: part.nRows }, (_, i) => start + i);
          const chunk = await ready.explain(part, ids);
          values.set(pairs ? chunk.interactions![0]! : chunk.values[0]!, start * width);
        }
        return { values, width };
      };
    }
    default:
      return work satisfies never;
  }
}

function sliceRows({ nFeatures, values }: EncodedRows, start: number, nRows: number): EncodedRows {
  return { nRows, nFeatures, values: values.slice(start * nFeatures, (start + nRows) * nFeatures) };
}

/** Counts the memory of WebAssembly instances that are made with `new`, as the tree kernels are. */
function watchedKernels(): { readonly bytes: () => number; readonly forget: () => void } {
  let memories: WebAssembly.Memory[] = [];
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, [module, imports]: [WebAssembly.Module, WebAssembly.Imports?]) {
      const instance = new target(module, imports);
      const { memory } = instance.exports;
      if (memory instanceof WebAssembly.Memory) memories.push(memory);
      return instance;
    },
  });
  return {
    bytes: () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
    forget: () => {
      memories = [];
    },
  };
}
