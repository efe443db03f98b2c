import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { EncodedRows } from '#/domain/model';
import type { ExplainedChunk, Explainer, PreparedExplainer } from '#/explainers/explainer';
import type { Parameters } from '#/explainers/parameters';
import { goldenAsset, goldenBackground, goldenRows, type ExplainerGolden } from '#/testing/explainer-golden';
import { openNet, specFor, type OpenNet } from '#/testing/open-net';
import { readBytes, relativeDifference } from '#/testing/model-golden';
import { deepShapExplainer } from './deep-shap';
import { expectedGradientsExplainer } from './expected-gradients';
import { inputXGradientExplainer } from './input-x-gradient';
import { integratedGradientsExplainer } from './integrated-gradients';
import { layerActivationExplainer } from './layer-activation';
import { layerConductanceExplainer } from './layer-conductance';
import { neuronConductanceExplainer } from './neuron-conductance';
import { saliencyExplainer } from './saliency';

/** [row][column] */
type Matrix = readonly (readonly number[])[];

interface SpaceGolden {
  readonly outputs: Matrix;
  readonly integratedGradients: Readonly<Record<string, readonly Matrix[]>>;
  readonly integratedGradientsBase: readonly number[];
  readonly expectedGradientsLimit: readonly Matrix[];
  readonly saliency: readonly Matrix[];
  readonly inputXGradient: readonly Matrix[];
  readonly deepShap: { readonly values: readonly Matrix[]; readonly base: readonly number[]; readonly residual: number };
  readonly layers: Readonly<Record<string, { readonly activation: Matrix; readonly conductance: readonly Matrix[] }>>;
  readonly neurons: readonly {
    readonly layer: string;
    readonly neuron: number;
    readonly rule: string;
    readonly values: readonly Matrix[];
  }[];
}

interface GradientGolden extends ExplainerGolden {
  readonly spaces: Readonly<Record<'probability' | 'raw', SpaceGolden>>;
  readonly averages?: {
    readonly rows: Matrix;
    readonly features: readonly number[];
    readonly layer: string;
    readonly neurons: readonly number[];
    readonly byNeuron: Readonly<Record<string, readonly number[]>>;
  };
}

const folder = fileURLToPath(new URL('golden', import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string): GradientGolden => JSON.parse(readFileSync(join(folder, name), 'utf8')) as GradientGolden;

const opened = new Map<string, OpenNet>();
async function open(golden: GradientGolden): Promise<OpenNet> {
  const known = opened.get(golden.model) ?? (await openNet(goldenAsset(golden, readBytes(join(folder, golden.model)))));
  opened.set(golden.model, known);
  return known;
}
afterAll(async () => {
  for (const net of opened.values()) await net.dispose();
});

/** Runs a method on the golden's rows. */
async function explain(
  golden: GradientGolden,
  explainer: Explainer,
  outputSpace: 'raw' | 'probability',
  parameters: Parameters,
  rows: EncodedRows = goldenRows(golden.rows),
): Promise<ExplainedChunk & { prepared: PreparedExplainer }> {
  const { environment } = await open(golden);
  const spec = specFor(explainer.id, goldenBackground(golden), outputSpace, parameters);
  const prepared = await explainer.prepare(spec, environment);
  const chunk = await prepared.explain(
    rows,
    Int32Array.from({ length: rows.nRows }, (_, row) => row),
  );
  return { ...chunk, prepared };
}

function expectClose(found: readonly ArrayLike<number>[], truth: readonly Matrix[], tolerance: number): void {
  expect(found).toHaveLength(truth.length);
  truth.forEach((matrix, output) => {
    expect(relativeDifference(found[output]!, matrix.flat())).toBeLessThanOrEqual(tolerance);
  });
}

const cases = names.flatMap((name) => (Object.keys(read(name).spaces) as ('raw' | 'probability')[]).map((space) => ({ name, space })));

describe.each(cases)('$name, $space', ({ name, space }) => {
  const golden = read(name);
  const truth = golden.spaces[space];
  const tolerance = golden.tolerance.values!;

  it('offers the space, the model’s own output first', async () => {
    const { model } = await open(golden);
    const offered = integratedGradientsExplainer.outputSpaces(model);
    expect(offered).toContain(space);
    expect(offered[0]).toBe(Object.keys(golden.spaces)[0]);
    expect(integratedGradientsExplainer.unavailable(model)).toBeNull();
  });

  it.each(['mean', 'median', 'zeros'])('Integrated Gradients from %s equals captum', async (baseline) => {
    const found = await explain(golden, integratedGradientsExplainer, space, { baseline });
    expectClose(found.values, truth.integratedGradients[baseline]!, tolerance);
    if (baseline === 'mean') {
      expect(relativeDifference(found.prepared.baseValues, truth.integratedGradientsBase)).toBeLessThanOrEqual(
        golden.tolerance.baseValues!,
      );
    }
  });

  it('saliency and input x gradient equal captum', async () => {
    expectClose((await explain(golden, saliencyExplainer, space, { absolute: false })).values, truth.saliency, tolerance);
    const absolute = truth.saliency.map((matrix) => matrix.map((row) => row.map(Math.abs)));
    expectClose((await explain(golden, saliencyExplainer, space, {})).values, absolute, tolerance);
    const product = await explain(golden, inputXGradientExplainer, space, {});
    expectClose(product.values, truth.inputXGradient, tolerance);
    expect(product.prepared.baseValues.every(Number.isNaN)).toBe(true);
  });

  it('Deep SHAP equals shap and says where it is not additive', async () => {
    const found = await explain(golden, deepShapExplainer, space, {});
    expectClose(found.values, truth.deepShap.values, tolerance);
    expect(relativeDifference(found.prepared.baseValues, truth.deepShap.base)).toBeLessThanOrEqual(golden.tolerance.baseValues!);
    expect(found.prepared.additivity === 'measured').toBe(truth.deepShap.residual < 1e-9);
  });

  it('layer activation and conductance equal captum', async () => {
    for (const [layer, { activation, conductance }] of Object.entries(truth.layers)) {
      const held = await explain(golden, layerActivationExplainer, space, { layer });
      expectClose(held.values.slice(0, 1), [activation], tolerance);
      expect(held.prepared.players?.features.map((feature) => feature.name).slice(0, 2)).toEqual([`${layer} [0]`, `${layer} [1]`]);
      const flow = await explain(golden, layerConductanceExplainer, space, { layer });
      expectClose(flow.values, conductance, tolerance);
      expect(flow.prepared.players).toMatchObject({ featureSpace: 'layer' });
      expect(flow.prepared.players?.features).toHaveLength(activation[0]!.length);
    }
  });

  it('neuron conductance equals captum', async () => {
    for (const { layer, neuron, rule, values } of truth.neurons) {
      const found = await explain(golden, neuronConductanceExplainer, space, { layer, neuron, rule });
      expectClose(found.values, values, tolerance);
      expect(found.prepared.players).toBeUndefined();
    }
  });

  it('expected gradients lie within their error bars around the limit', async () => {
    const found = await explain(golden, expectedGradientsExplainer, space, { samples: 800 });
    truth.expectedGradientsLimit.forEach((matrix, output) => {
      const errors = found.standardErrors![output]!;
      const scores = matrix.flat().flatMap((limit, at) => (errors[at]! > 1e-9 ? [(found.values[output]![at]! - limit) / errors[at]!] : []));
      expect(scores.length).toBeGreaterThan(20);
      expect(Math.max(...scores.map(Math.abs))).toBeLessThan(6);
      const spread = Math.sqrt(scores.reduce((sum, score) => sum + score * score, 0) / scores.length);
      expect(spread).toBeGreaterThan(0.7);
      expect(spread).toBeLessThan(1.4);
    });
  });
});

describe('the Titanic tutorial of captum, end to end', () => {
  const golden = read('sigmoid-softmax.json');
  const { averages } = golden;
  const rows = goldenRows(averages!.rows);
  const mean = (values: Float64Array, width: number): number[] =>
    Array.from({ length: width }, (_, j) => values.reduce((sum, value, at) => (at % width === j ? sum + value : sum), 0) / rows.nRows);

  it('averages feature attributions, layer and neuron conductance over rows', async () => {
    const tolerance = golden.tolerance.values!;
    const features = await explain(golden, integratedGradientsExplainer, 'probability', { baseline: 'zeros' }, rows);
    expect(relativeDifference(mean(features.values[0]!, 12), averages!.features)).toBeLessThanOrEqual(tolerance);
    const layer = await explain(golden, layerConductanceExplainer, 'probability', { baseline: 'zeros', layer: averages!.layer }, rows);
    expect(relativeDifference(mean(layer.values[0]!, 12), averages!.neurons)).toBeLessThanOrEqual(tolerance);
    for (const [neuron, truth] of Object.entries(averages!.byNeuron)) {
      const parameters = { baseline: 'zeros', layer: averages!.layer, neuron: Number(neuron) };
      const found = await explain(golden, neuronConductanceExplainer, 'probability', parameters, rows);
      expect(relativeDifference(mean(found.values[0]!, 12), truth)).toBeLessThanOrEqual(tolerance);
    }
  });
});
