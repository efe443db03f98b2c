import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Outputs } from '#/domain/outputs';
import type { ExplainerEnvironment, ExplainSpec } from '#/explainers/explainer';
import { mimicExplainer } from '#/explainers/mimic/mimic-explainer';
import { NO_STRUCTURE } from '#/testing/explain-parts';
import { goldenRows } from '#/testing/explainer-golden';
import { equalBackground, functionPredictor } from '#/testing/games';
import { featuresWithCodes } from '#/testing/learner-cases';
import { relativeDifference } from '#/testing/model-golden';

interface MimicGolden {
  readonly tolerance: { readonly values: number; readonly baseValues: number; readonly fidelity: number };
  readonly task: 'regression' | 'binary' | 'multiclass';
  readonly surrogate: string;
  readonly valuesOutput: string;
  readonly classes: number;
  readonly codes: readonly (number | null)[];
  readonly training: readonly (readonly number[])[];
  readonly trainingPredictions: readonly (readonly number[])[];
  readonly rows: readonly (readonly number[])[];
  readonly predictions: readonly (readonly number[])[];
  readonly values: readonly (readonly (readonly number[])[])[];
  readonly baseValues: readonly number[];
  readonly importances: readonly (readonly number[])[];
  readonly fidelity: number | null;
}

const folder = fileURLToPath(new URL('golden', import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

function outputsOf(golden: MimicGolden): Outputs {
  const targetName = 'y';
  if (golden.task === 'regression') return { task: 'regression', targetName, unit: null };
  if (golden.task === 'binary') return { task: 'binary', targetName, classLabels: ['0', '1'] };
  return { task: 'multiclass', targetName, classLabels: Array.from({ length: golden.classes }, (_, k) => String(k)) };
}

/** Spearman's rank correlation. */
function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const ranks = (v: readonly number[]): number[] => v.map((x) => v.filter((other) => other < x).length);
  const [p, q] = [ranks(a), ranks(b)];
  const n = a.length;
  return 1 - (6 * p.reduce((sum, rank, i) => sum + (rank - q[i]!) ** 2, 0)) / (n * (n * n - 1));
}

describe('interpret-community goldens', () => {
  it.each(names)('%s', async (name) => {
    const golden = JSON.parse(readFileSync(join(folder, name), 'utf8')) as MimicGolden;
    const known = new Map<string, readonly number[]>();
    golden.training.forEach((row, i) => known.set(String(Float64Array.from(row)), golden.trainingPredictions[i]!));
    golden.rows.forEach((row, i) => known.set(String(Float64Array.from(row)), golden.predictions[i]!));
    const nFeatures = golden.codes.length;
    const nOutputs = golden.predictions[0]!.length;
    const space = golden.task === 'regression' ? 'value' : 'probability';
    const predictor = functionPredictor(nFeatures, nOutputs, (row) => known.get(String(row))!, space);
    const environment: ExplainerEnvironment = {
      predictor,
      ...NO_STRUCTURE,
      features: featuresWithCodes(golden.codes),
      outputs: outputsOf(golden),
    };
    const training = goldenRows(golden.training);
    const rows = goldenRows(golden.rows);
    const spec: ExplainSpec = {
      explainer: 'mimic',
      background: equalBackground(training),
      training,
      outputSpace: 'raw',
      seed: 123,
      parameters: { surrogate: golden.surrogate, values_output: golden.valuesOutput },
      nRows: rows.nRows,
      fitted: null,
    };
    const fitted = await mimicExplainer.fit!(spec, environment);
    const prepared = await mimicExplainer.prepare({ ...spec, fitted }, environment);
    const { values } = await prepared.explain(rows, new Int32Array(rows.nRows));
    const { tolerance } = golden;
    golden.values.forEach((own, k) => {
      expect(relativeDifference(values[k]!, own.flat())).toBeLessThanOrEqual(tolerance.values);
      expect(relativeDifference([prepared.baseValues[k]!], [golden.baseValues[k]!])).toBeLessThanOrEqual(tolerance.baseValues);
      const importance = Array.from({ length: nFeatures }, (_, j) =>
        values[k]!.reduce((sum, value, i) => (i % nFeatures === j ? sum + Math.abs(value) : sum), 0),
      );
      expect(rankCorrelation(importance, golden.importances[k]!)).toBeGreaterThan(0.95);
    });
    const { fidelity } = fitted.surrogate!;
    expect(fidelity.metric).toBe(golden.task === 'regression' ? 'R²' : 'accuracy');
    expect(fidelity.nRows).toBe(training.nRows);
    if (golden.fidelity !== null) expect(Math.abs(fidelity.value - golden.fidelity)).toBeLessThanOrEqual(tolerance.fidelity);
    expect(values).toHaveLength(nOutputs);
  });
});
