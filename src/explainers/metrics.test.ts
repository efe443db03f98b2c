import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { Outputs } from '#/domain/outputs';
import { metricByName, metricsFor, scorePredictions } from '#/explainers/metrics';
import { permutationImportance, type PermutationPart } from '#/explainers/permutation-importance';
import { functionPredictor, randomRows } from '#/testing/games';
import { outputsFor } from '#/testing/model-golden';

interface MetricGolden {
  readonly task: Outputs['task'];
  readonly target: readonly number[];
  readonly predictions: readonly (readonly number[])[];
  readonly values: Readonly<Record<string, number>>;
  readonly tolerance: { readonly values: number };
}

describe('metrics of scikit-learn', () => {
  it.each(['regression', 'binary', 'multiclass'])('%s', (name) => {
    const golden = JSON.parse(readFileSync(new URL(`golden/metrics-${name}.json`, import.meta.url), 'utf8')) as MetricGolden;
    const outputs = outputsFor(golden.task, ['a', 'b', 'c', 'd'].slice(0, golden.task === 'binary' ? 2 : 4));
    const space = golden.task === 'regression' ? 'value' : 'probability';
    const predictions = Float64Array.from(golden.predictions.flat());
    const target = Float64Array.from(golden.target);
    const seen = new Set<string>();
    for (const [known, value] of Object.entries(golden.values)) {
      const metric = metricByName(known, outputs, space)!;
      seen.add(metric.id);
      const ours = scorePredictions(metric.id, outputs, space, predictions, target);
      expect(Math.abs(ours - value), known).toBeLessThanOrEqual(golden.tolerance.values * Math.max(1, Math.abs(value)));
    }
    expect([...seen].sort()).toEqual(
      metricsFor(outputs, space)
        .map(({ id }) => id)
        .sort(),
    );
  });

  it('are undefined where scikit-learn refuses or warns', () => {
    const outputs: Outputs = { task: 'regression', targetName: 'y', unit: null };
    const score = (id: 'MSLE' | 'R²' | 'explained variance', p: number[], y: number[]) =>
      scorePredictions(id, outputs, 'value', Float64Array.from(p), Float64Array.from(y));
    expect(score('MSLE', [-2, 1], [1, 1])).toBeNaN();
    expect(Number.isFinite(score('R²', [1, 2], [3, 3]))).toBe(false);
    expect(Number.isFinite(score('explained variance', [1, 2], [3, 3]))).toBe(false);
    const binary = outputsFor('binary', ['a', 'b']);
    expect(scorePredictions('average precision', binary, 'probability', Float64Array.of(0.2, 0.7), Float64Array.of(0, 0))).toBeNaN();
  });
});

describe('defect 13: permutation importance of errors', () => {
  const value: Outputs = { task: 'regression', targetName: 'y', unit: null };
  const rows = randomRows(80, 3, createRng(8));
  const f = (row: Float64Array): number => 0.5 * row[0]! + 4 * row[1]!;
  const collect = async (metric: string): Promise<PermutationPart[]> => {
    const target = Float64Array.from({ length: rows.nRows }, (_, i) => f(rows.values.subarray(i * 3, i * 3 + 3)));
    const parts: PermutationPart[] = [];
    const request = { predictor: functionPredictor(3, 1, f), rows, outputs: value, target, metric, repeats: 4, seed: 1 };
    for await (const part of permutationImportance(request)) parts.push(part);
    return parts;
  };

  it('important features are positive and rank first for every metric, whichever way it points', async () => {
    for (const { id } of metricsFor(value, 'value')) {
      const means = (await collect(id)).map(({ mean }) => mean);
      expect(means[1], id).toBeGreaterThan(means[0]!);
      expect(means[0], id).toBeGreaterThan(0);
      expect(means[2], id).toBe(0);
    }
  });

  it('a metric can be named as in scikit-learn, and then knows whether it is an error', async () => {
    expect((await collect('mean_absolute_error'))[0]!.metric).toEqual({ id: 'MAE', greaterIsBetter: false });
    expect((await collect('neg_mean_squared_error')).map(({ mean }) => mean)).toEqual((await collect('MSE')).map(({ mean }) => mean));
    expect((await collect('r2_score'))[1]!.mean).toBeGreaterThan(0);
    await expect(collect('f1_score')).rejects.toMatchObject({ tag: 'BadRequest' });
    await expect(collect('constructor')).rejects.toMatchObject({ tag: 'BadRequest' });
  });

  it('F1 of two classes is that of class 1, of several classes the mean over classes', () => {
    expect(metricByName('f1_score', outputsFor('binary', ['a', 'b']), 'probability')!.id).toBe('F1');
    expect(metricByName('f1_score', outputsFor('multiclass', ['a', 'b', 'c']), 'probability')!.id).toBe('macro F1');
    expect(metricByName('f1_micro', outputsFor('binary', ['a', 'b']), 'probability')!.id).toBe('micro F1');
  });
});
