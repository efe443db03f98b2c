import { describe, expect, it } from 'vitest';
import { createRng } from '#/base/rng';
import type { Outputs, PredictionSpace } from '#/domain/outputs';
import { expit } from '#/domain/units';
import { defaultMetric, metricsFor, scorePredictions, type MetricId } from '#/explainers/metrics';
import { permutationImportance, type PermutationPart, type PermutationRequest } from '#/explainers/permutation-importance';
import { encoded, functionPredictor, randomRows } from '#/testing/games';

const value: Outputs = { task: 'regression', targetName: 'y', unit: null };
const binary: Outputs = { task: 'binary', targetName: 'y', classLabels: ['no', 'yes'] };
const three: Outputs = { task: 'multiclass', targetName: 'y', classLabels: ['a', 'b', 'c'] };

function score(metric: MetricId, outputs: Outputs, space: PredictionSpace, predictions: number[], target: number[]): number {
  return scorePredictions(metric, outputs, space, Float64Array.from(predictions), Float64Array.from(target));
}

describe('metrics', () => {
  it('equal their definitions on small examples', () => {
    // Worked by hand; the R² example is that of scikit-learn's documentation. The goldens compare with the library.
    const p = [0.9, 0.4, 0.6, 0.2, 0.6];
    const y = [1, 0, 0, 0, 1];
    expect(score('accuracy', binary, 'probability', p, y)).toBeCloseTo(0.8, 12);
    expect(score('macro F1', binary, 'probability', p, y)).toBeCloseTo(0.8, 12);
    expect(score('AUC', binary, 'probability', p, y)).toBeCloseTo(5.5 / 6, 12);
    expect(score('log loss', binary, 'probability', p, y)).toBeCloseTo(
      -(Math.log(0.9) + 2 * Math.log(0.6) + Math.log(0.4) + Math.log(0.8)) / 5,
      12,
    );
    expect(score('R²', value, 'value', [2.5, 0, 2, 8], [3, -0.5, 2, 7])).toBeCloseTo(0.9486081370449679, 12);
    expect(score('MAE', value, 'value', [2.5, 0, 2, 8], [3, -0.5, 2, 7])).toBeCloseTo(0.5, 12);
    expect(score('MSE', value, 'value', [2.5, 0, 2, 8], [3, -0.5, 2, 7])).toBeCloseTo(0.375, 12);
    expect(score('RMSE', value, 'value', [2.5, 0, 2, 8], [3, -0.5, 2, 7])).toBeCloseTo(Math.sqrt(0.375), 12);
    expect(score('accuracy', three, 'probability', [0.2, 0.5, 0.3, 0.6, 0.2, 0.2], [1, 2])).toBeCloseTo(0.5, 12);
  });

  it('are the same for margins and for their probabilities', () => {
    const margins = [2.1, -0.3, 0.2, -800, 900];
    const y = [1, 0, 0, 0, 1];
    for (const metric of ['accuracy', 'macro F1', 'AUC', 'log loss'] as const) {
      expect(score(metric, binary, 'logit', margins, y)).toBeCloseTo(score(metric, binary, 'probability', margins.map(expit), y), 9);
    }
    const scores = [1, 2, 3, 0, 0, 1];
    const soft = [scores.slice(0, 3), scores.slice(3)].flatMap((row) =>
      row.map((s) => Math.exp(s) / row.reduce((sum, t) => sum + Math.exp(t), 0)),
    );
    expect(score('log loss', three, 'logit', scores, [2, 0])).toBeCloseTo(score('log loss', three, 'probability', soft, [2, 0]), 12);
  });

  it('are offered where they make sense', () => {
    const names = (outputs: Outputs, space: PredictionSpace): string[] => metricsFor(outputs, space).map(({ id }) => id);
    expect(names(value, 'value').slice(0, 4)).toEqual(['R²', 'MAE', 'RMSE', 'MSE']);
    expect(names(binary, 'probability').slice(0, 6)).toEqual(['accuracy', 'macro F1', 'log loss', 'AUC', 'average precision', 'F1']);
    expect(names(three, 'logit').slice(0, 4)).toEqual(['accuracy', 'macro F1', 'log loss', 'micro F1']);
    expect(names(three, 'probability')).toContain('AUC (one vs rest)');
    expect(names(three, 'probability')).not.toContain('AUC');
    expect(names(binary, 'label only')).not.toContain('AUC');
    expect(names(binary, 'label only')).not.toContain('log loss');
    expect([defaultMetric(three), defaultMetric(value)]).toEqual(['accuracy', 'R²']);
  });
});

describe('permutationImportance', () => {
  const rows = randomRows(60, 3, createRng(4));
  const f = (row: Float64Array): number => 3 * row[0]! + row[1]!;
  const request = (over: Partial<PermutationRequest> = {}): PermutationRequest => ({
    predictor: functionPredictor(3, 1, f),
    rows,
    outputs: value,
    target: Float64Array.from({ length: 60 }, (_, i) => f(rows.values.subarray(i * 3, i * 3 + 3))),
    metric: 'MAE',
    repeats: 5,
    seed: 2,
    ...over,
  });
  const collect = async (over: Partial<PermutationRequest> = {}, signal?: AbortSignal): Promise<PermutationPart[]> => {
    const parts: PermutationPart[] = [];
    for await (const part of permutationImportance(request(over), signal)) parts.push(part);
    return parts;
  };

  it('is positive for used features whatever way the metric points, 0 for unused ones', async () => {
    for (const metric of ['MAE', 'R²']) {
      const parts = await collect({ metric });
      expect(parts.map(({ feature }) => feature)).toEqual([0, 1, 2]);
      expect(parts[0]!.mean).toBeGreaterThan(parts[1]!.mean);
      expect(parts[1]!.mean).toBeGreaterThan(0);
      expect([parts[2]!.mean, parts[2]!.deviation]).toEqual([0, 0]);
      expect(parts[0]!.baseScore).toBe(metric === 'MAE' ? 0 : 1);
    }
  });

  it('gives the same bits for a seed, others for another, and leaves rows alone', async () => {
    const before = rows.values.slice();
    const once = await collect();
    expect(await collect()).toEqual(once);
    expect((await collect({ seed: 3 }))[0]!.mean).not.toBe(once[0]!.mean);
    expect((await collect({ repeats: 1 }))[0]!.samples[0]).toBe(once[0]!.samples[0]);
    expect((await collect({ repeats: 1 }))[0]!.deviation).toBeNaN();
    expect(rows.values).toEqual(before);
  });

  it('tells its progress and stops when aborted', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const run = async (): Promise<void> => {
      const parts = permutationImportance(request(), controller.signal, (done, total) => seen.push(done / total));
      for await (const part of parts) if (part.feature === 1) controller.abort();
    };
    await expect(run()).rejects.toMatchObject({ tag: 'Aborted' });
    expect(seen.at(-1)).toBeCloseTo(2 / 3, 12);
  });

  it('refuses what has no answer', async () => {
    const bad: Partial<PermutationRequest>[] = [
      { metric: 'accuracy' },
      { metric: 'toString' },
      { repeats: 0 },
      { rows: encoded(3, []), target: new Float64Array(0) },
      { target: new Float64Array(60).fill(NaN) },
      { metric: 'R²', target: new Float64Array(60).fill(1) },
      { target: new Float64Array(59) },
    ];
    for (const over of bad) await expect(collect(over)).rejects.toMatchObject({ tag: 'BadRequest' });
  });
});
