/** Readers against what the libraries predict and attribute (`reference/fixtures/tree_files.py`). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isLimpidError, type LimpidError } from '#/base/errors';
import type { EncodedRows, FeatureSchema } from '#/domain/model';
import type { TreeModel } from '#/domain/tree-model';
import type { ExplainSpec } from '#/explainers/explainer';
import { preparePathDependent } from '#/explainers/tree-path-dependent/explain';
import { readCatboost } from '#/formats/models/catboost';
import { readLightgbmText } from '#/formats/models/lightgbm-text';
import { bindTreeFile, MATRIX, type TreeFile } from '#/formats/models/tree-file';
import { readXgboost } from '#/formats/models/xgboost';
import { NO_STRUCTURE, NOTHING_LEARNT } from '#/testing/explain-parts';
import { functionPredictor } from '#/testing/games';
import { parseJson } from '#/formats/tolerant-json';
import { outputsFor, relativeDifference } from '#/testing/model-golden';
import { evaluateTrees } from '#/trees/evaluate';
import { predictTrees } from '#/trees/link';

const HOME = new URL('golden/trees/', import.meta.url);

interface Case {
  readonly raw: readonly (readonly number[])[];
  readonly predictions: readonly (readonly number[])[];
  readonly contributions?: unknown;
  readonly sum_factor?: number;
  readonly model: unknown;
}

interface Sweep {
  readonly tolerance: { readonly raw: number; readonly predictions: number; readonly contributions: number };
  readonly rows: readonly (readonly (number | null)[])[];
}

function readSweep(name: string): Sweep & Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(new URL(name, HOME), 'utf8')) as Sweep & Readonly<Record<string, unknown>>;
}

const REFUSALS: Readonly<Record<string, RegExp>> = {
  gblinear: /linear \(gblinear\)/,
  'two quantiles': /several values at once/,
  'linear trees': /leaves are equations/,
  'square root': /regression sqrt/,
  counters: /CTR.* for .*city/,
  'two targets': /2 values at once \(loss MultiRMSE\)/,
};

const LIBRARIES = {
  xgb: (model: unknown) => readXgboost(typeof model === 'string' ? parseJson(model, 'model.json') : model, 'model.json'),
  lgbm: (model: unknown) => readLightgbmText(new TextEncoder().encode(model as string), 'model.txt'),
  catboost: (model: unknown) => readCatboost(model, 'model.json'),
} as const;

function modelOf(file: TreeFile): TreeModel {
  const features = Array.from({ length: file.nSlots }, (_, i): FeatureSchema => ({
    name: `f${i}`,
    kind: 'numeric',
    integer: false,
    labels: [],
    missingText: '',
    column: i,
  }));
  const bindings = [{ input: MATRIX, features: features.map((_, i) => i) }];
  const model = bindTreeFile(file, features, bindings, outputsFor(file.task, file.classLabels));
  if ('reason' in model) throw new Error(model.reason);
  return model;
}

/** [rows][outputs][features + base], whatever the library's shape for one output. */
function contributionsOf(value: unknown, nOutputs: number, nFeatures: number): number[][][] {
  const rows = value as number[][] | number[][][];
  return rows.map((row) => {
    if (Array.isArray(row[0])) return row as number[][];
    return Array.from({ length: nOutputs }, (_, k) => (row as number[]).slice(k * (nFeatures + 1), (k + 1) * (nFeatures + 1)));
  });
}

async function explain(file: TreeFile, model: TreeModel, rows: EncodedRows) {
  const outputs = outputsFor(file.task, file.classLabels);
  const spec: ExplainSpec = {
    explainer: 'tree-path-dependent',
    background: {
      rows: { nRows: 1, nFeatures: rows.nFeatures, values: rows.values.slice(0, rows.nFeatures) },
      weights: Float64Array.of(1),
    },
    outputSpace: 'raw',
    seed: 0,
    parameters: {},
    ...NOTHING_LEARNT,
  };
  const predictor = functionPredictor(rows.nFeatures, model.ensemble.nOutputs, () => NaN);
  const prepared = await preparePathDependent(spec, { predictor, ...NO_STRUCTURE, trees: model, features: [], outputs });
  const { values } = await prepared.explain(rows, new Int32Array(rows.nRows));
  return { values, base: prepared.baseValues };
}

/** A golden's numbers as Limpid stores them: of two classes the second; sums with the factor that the library adds later. */
function stored(rows: readonly (readonly number[])[], title: string, nOutputs: number): number[] {
  const isPair = title === 'two classes' && nOutputs === 1;
  return rows.flatMap((row) => (isPair ? [row[1]! - row[0]!] : row));
}

/** What the library's predict() gives, from our predictions: two objectives of XGBoost predict labels. */
function asPredicted(title: string, predictions: Float64Array, nOutputs: number): Float64Array {
  if (title === 'binary:hinge') return predictions.map((score) => (score > 0 ? 1 : 0));
  if (title !== 'multi:softmax') return predictions;
  return Float64Array.from({ length: predictions.length / nOutputs }, (_, row) => {
    const classes = predictions.subarray(row * nOutputs, (row + 1) * nOutputs);
    return classes.indexOf(Math.max(...classes));
  });
}

describe.each([
  ['xgb', 'xgb-objectives.json'],
  ['xgb', 'xgb-1.7-objectives.json'],
  ['lgbm', 'lgbm-objectives.json'],
  ['catboost', 'catboost-objectives.json'],
] as const)('%s: %s', (library, name) => {
  const sweep = readSweep(name);
  const nFeatures = sweep.rows[0]!.length;
  const rows: EncodedRows = { nRows: sweep.rows.length, nFeatures, values: Float64Array.from(sweep.rows.flat(), (x) => x ?? NaN) };
  const cases = Object.entries(sweep).flatMap(([key, value]) => (key.startsWith('model ') ? [[key.slice(6), value as Case] as const] : []));

  it.each(cases)('predicts and attributes as the library: %s', async (title, golden) => {
    const file = LIBRARIES[library](golden.model);
    const model = modelOf(file);
    const { nOutputs } = model.ensemble;
    const factor = golden.sum_factor ?? 1;
    const raw = stored(golden.raw, title, nOutputs).map((value) => value * factor);
    expect(relativeDifference(evaluateTrees(model, rows), raw)).toBeLessThanOrEqual(sweep.tolerance.raw);
    const wanted = title === 'two classes' ? golden.predictions.map((row) => row[1]!) : golden.predictions.flat();
    const predictions = asPredicted(title, predictTrees(model, rows), nOutputs);
    expect(relativeDifference(predictions, wanted)).toBeLessThanOrEqual(sweep.tolerance.predictions);
    if (golden.contributions === undefined) return;
    const width = golden.raw[0]!.length;
    const want = contributionsOf(golden.contributions, width, nFeatures);
    const few = { nRows: want.length, nFeatures, values: rows.values.subarray(0, want.length * nFeatures) };
    const { values, base } = await explain(file, model, few);
    for (let output = 0; output < nOutputs; output++) {
      const byRow = want.map((row) => row[0]!.map((_, j) => stored([row.map((one) => one[j]!)], title, nOutputs)[output]! * factor));
      const attributed = byRow.flatMap((row) => row.slice(0, -1));
      expect(relativeDifference(values[output]!, attributed)).toBeLessThanOrEqual(sweep.tolerance.contributions);
      expect(Math.abs(base[output]! - byRow[0]!.at(-1)!)).toBeLessThanOrEqual(
        sweep.tolerance.contributions * Math.max(...raw.map(Math.abs), Math.abs(base[output]!)),
      );
    }
  });

  it.each(Object.entries(sweep).filter(([key]) => key.startsWith('refused ')))('says why not: %s', (title, model) => {
    try {
      LIBRARIES[library](model);
    } catch (error) {
      expect(isLimpidError(error, 'UnsupportedModel')).toBe(true);
      expect((error as LimpidError).message).toMatch(REFUSALS[title.slice(8)]!);
      expect((error as LimpidError).hint).toBeTruthy();
      return;
    }
    expect.unreachable();
  });
});

it('warns of rounds behind the best one', () => {
  const sweep = readSweep('xgb-objectives.json');
  const { model } = sweep['model binary:logistic'] as { readonly model: { learner: { attributes: Record<string, string> } } };
  expect(readXgboost(model, 'm').findings).toEqual([]);
  model.learner.attributes = { best_iteration: '0', best_score: '0.5' };
  expect(readXgboost(model, 'm').findings[0]).toMatchObject({
    code: 'best-iteration',
    message: expect.stringContaining('round 1 of 3') as string,
  });
});
