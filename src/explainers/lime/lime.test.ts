import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { FeatureSchema } from '#/domain/model';
import type { ExplainedChunk, ExplainerEnvironment, ExplainSpec } from '#/explainers/explainer';
import { prepareLime } from '#/explainers/lime/explain';
import { fitRidge } from '#/explainers/lime/local-ridge';
import { drawNeighbourhood, learnSamplers } from '#/explainers/lime/neighbourhood';
import { createOrtPredictor } from '#/inference/create-ort-predictor';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { goldenAsset, goldenRows, type ExplainerGolden } from '#/testing/explainer-golden';
import { encoded, equalBackground, functionPredictor, randomRows } from '#/testing/games';
import { readBytes } from '#/testing/model-golden';

const folder = fileURLToPath(new URL('../golden/', import.meta.url));

const numeric = (name: string): FeatureSchema => ({ name, kind: 'numeric', integer: false, labels: [], missingText: '', column: null });
const category = (name: string): FeatureSchema => ({ ...numeric(name), kind: 'categorical', labels: ['a', 'b', 'c'] });

interface Summary<T> {
  readonly mean: readonly T[];
  readonly standardError: readonly T[];
}

interface LimeGolden extends ExplainerGolden {
  readonly discretize: boolean;
  readonly samples: number;
  readonly training: readonly (readonly number[])[];
  /** [class][row][feature] */
  readonly coefficients: Summary<readonly (readonly number[])[]>;
  /** [class][row] */
  readonly intercepts: Summary<readonly number[]>;
}

const SEEDS = 40;

/** Mean and standard error over seeds of each entry of what `read` gives. */
function summarise(chunks: readonly ExplainedChunk[], read: (chunk: ExplainedChunk) => number): { mean: number; error: number } {
  const values = chunks.map(read);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

async function goldenChunks(name: string): Promise<{ golden: LimeGolden; chunks: ExplainedChunk[] }> {
  const golden = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as LimeGolden;
  const asset = goldenAsset(golden, readBytes(folder + golden.model));
  const predictor = await createOrtPredictor(asset);
  const rows = goldenRows(golden.rows);
  const training = goldenRows(golden.training);
  const chunks: ExplainedChunk[] = [];
  for (let seed = 0; seed < SEEDS; seed++) {
    const spec: ExplainSpec = {
      ...NOTHING_LEARNT,
      explainer: 'lime',
      background: equalBackground(rows),
      training,
      outputSpace: 'probability',
      seed,
      parameters: { samples: golden.samples, discretize: golden.discretize },
    };
    const prepared = await prepareLime(spec, { predictor, ...NO_STRUCTURE, features: asset.features, outputs: asset.outputs });
    chunks.push(await prepared.explain(rows, Int32Array.of(0, 1, 2)));
  }
  await predictor.dispose();
  return { golden, chunks };
}

describe('lime 0.2.0.1', () => {
  it.each(['lime-slopes', 'lime-bins'])('%s: means over seeds agree within 4 standard errors', async (name) => {
    const { golden, chunks } = await goldenChunks(name);
    golden.coefficients.mean.forEach((perRow, output) => {
      perRow.forEach((perFeature, row) => {
        perFeature.forEach((expected, feature) => {
          const ours = summarise(chunks, ({ values }) => values[output]![row * 5 + feature]!);
          const room = 4 * Math.hypot(ours.error, golden.coefficients.standardError[output]![row]![feature]!);
          expect(Math.abs(ours.mean - expected), `class ${output}, row ${row}, feature ${feature}`).toBeLessThanOrEqual(room);
        });
        const ours = summarise(chunks, ({ rowBaseValues }) => rowBaseValues![output]![row]!);
        const room = 4 * Math.hypot(ours.error, golden.intercepts.standardError[output]![row]!);
        expect(Math.abs(ours.mean - golden.intercepts.mean[output]![row]!)).toBeLessThanOrEqual(room);
      });
    });
  });

  it('defect 12: values of a class stand at that class', async () => {
    // interpret-community's LIMEExplainer reads lime_values[label - 1], which hands class c the values of class c - 1.
    const { golden, chunks } = await goldenChunks('lime-slopes');
    const distance = (output: number, other: number): number =>
      golden.coefficients.mean[other]!.flat().reduce(
        (sum, expected, at) => sum + (summarise(chunks, ({ values }) => values[output]![at]!).mean - expected) ** 2,
        0,
      );
    for (const output of [0, 1, 2]) {
      const nearest = [0, 1, 2].sort((a, b) => distance(output, a) - distance(output, b))[0];
      expect(nearest).toBe(output);
    }
  });
});

describe('LIME', () => {
  const training = randomRows(200, 3, createRng(5), 0.1);
  const features = [numeric('a'), numeric('b'), category('c')];
  const environment = (f: (row: Float64Array) => number | readonly number[], nOutputs = 1): ExplainerEnvironment => ({
    predictor: functionPredictor(3, nOutputs, f),
    ...NO_STRUCTURE,
    features,
    outputs: { task: 'regression', targetName: 'y', unit: null },
  });
  const spec = (parameters: ExplainSpec['parameters'], seed = 1): ExplainSpec => ({
    ...NOTHING_LEARNT,
    explainer: 'lime',
    background: equalBackground(training),
    training,
    outputSpace: 'raw',
    seed,
    parameters,
  });

  it('finds the slopes of a linear model, in standard deviations, with an R² near 1', async () => {
    const sampler = learnSamplers(training, features, false)[0]!;
    if (sampler.kind !== 'normal') throw new Error('a number is drawn from a normal distribution');
    const prepared = await prepareLime(
      spec({}),
      environment((row) => 3 * row[0]! - 2),
    );
    const chunk = await prepared.explain(encoded(3, [0.5, 0.25, 0.125]), Int32Array.of(4));
    expect(chunk.values[0]![0]).toBeCloseTo(3 * sampler.deviation, 2);
    expect(chunk.values[0]![1]).toBeCloseTo(0, 4);
    expect(chunk.rowBaseValues![0]![0]).toBeCloseTo(3 * sampler.mean - 2, 2);
    expect(chunk.localFidelity![0]![0]).toBeGreaterThan(0.999);
    expect(chunk.standardErrors).toBeNull();
    expect(prepared.additivity).toMatchObject({ notAdditive: expect.stringContaining('do not sum') as string });
    expect([...prepared.baseValues]).toEqual([NaN]);
  });

  it('depends on the seed and the row id only, and says no more of missing numbers than it knows', async () => {
    const prepared = await prepareLime(
      spec({ samples: 100 }),
      environment((row) => (Number.isNaN(row[0]!) ? 0.2 : row[0]! * row[1]!) + (row[2] === 0.5 ? 1 : 0)),
    );
    const rows = encoded(3, [0.5, 0.25, 0.5, NaN, 0.75, NaN]);
    const together = await prepared.explain(rows, Int32Array.of(3, 9));
    const alone = await prepared.explain({ nRows: 1, nFeatures: 3, values: rows.values.slice(3) }, Int32Array.of(9));
    expect(alone.values[0]).toEqual(together.values[0]!.slice(3));
    expect(Number.isNaN(alone.values[0]![0])).toBe(true);
    // A missing category is a category.
    expect(Number.isNaN(alone.values[0]![2])).toBe(false);
    const other = await prepared.explain(rows, Int32Array.of(4, 9));
    expect(other.values[0]!.slice(0, 3)).not.toEqual(together.values[0]!.slice(0, 3));
  });

  it('needs training rows', () => {
    expect(() =>
      prepareLime(
        { ...spec({}), training: null },
        environment(() => 0),
      ),
    ).toThrow(/training/);
    expect(() =>
      prepareLime(
        spec({ samples: 3 }),
        environment(() => 0),
      ),
    ).toThrow(/samples/);
  });

  it('draws numbers inside their bins and keeps the shares of the bins', () => {
    const skewed = encoded(1, [0, 0, 0, 0, 0, 0, 1, 2, 3, 1000]);
    const [sampler] = learnSamplers(skewed, [numeric('x')], true);
    if (sampler?.kind !== 'bins') throw new Error('a number is binned');
    // Quartiles 0, 0 and 1.75.
    expect([...sampler.borders]).toEqual([0, 1.75]);
    expect([...sampler.shares]).toEqual([0.6, 0.1, 0.3]);
    const { rows, design } = drawNeighbourhood(Float64Array.of(2), [sampler], 4000, createRng(1));
    const inside = (low: number, high: number): number => rows.values.filter((value) => value > low && value <= high).length / 4000;
    expect(rows.values.filter((value) => value === 0).length / 4000).toBeCloseTo(0.6, 1);
    expect(inside(0, 1.75)).toBeCloseTo(0.1, 1);
    expect(inside(1.75, 1000)).toBeCloseTo(0.3, 1);
    expect(inside(1.75, 1000) + inside(0, 1.75) + rows.values.filter((value) => value === 0).length / 4000).toBe(1);
    rows.values.forEach((value, i) => {
      expect(design[i]).toBe(value > 1.75 ? 1 : 0);
    });
  });

  it('solves the weighted ridge regression', () => {
    // By hand: one column 0, 1, 2 with weights 1, 2, 1 has mean 1 and scatter 2; targets 0, 1, 4 have mean 1.5 and cross 4.
    const [fit] = fitRidge(Float64Array.of(0, 1, 2), Float64Array.of(1, 2, 1), Float64Array.of(0, 1, 4), 1, 2);
    expect(fit!.coefficients[0]).toBeCloseTo(1, 12);
    expect(fit!.intercept).toBeCloseTo(0.5, 12);
    // Residuals -0.5, -0.5, 1.5 against deviations -1.5, -0.5, 2.5.
    expect(fit!.r2).toBeCloseTo(1 - (0.25 + 2 * 0.25 + 2.25) / (2.25 + 2 * 0.25 + 6.25), 12);
  });
});
